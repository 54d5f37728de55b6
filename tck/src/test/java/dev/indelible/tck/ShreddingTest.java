package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.decider.Snapshots;
import dev.indelible.decider.Snapshots.Snapshot;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Journal;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.memory.MemoryKeyRing;
import dev.indelible.memory.MemorySnapshots;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Shredding;
import dev.indelible.personal.Shredding.Shredded;
import dev.indelible.personal.Subject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ShreddingTest {
    private static final Subject ZOE = Subject.of("customer:42");
    private static final StreamName ONE = StreamName.of("Order-1");
    private static final StreamName TWO = StreamName.of("Invoice-2");
    private static final StreamName OTHER = StreamName.of("Order-3");

    private final EventStore store = EventStore.on(new MemoryJournal());
    private final KeyRing keys = new MemoryKeyRing();
    private final Snapshots snapshots = new MemorySnapshots();
    private final Shredding shredding = Shredding.of(store, keys).deleting(snapshots);

    private void record() {
        store.append(ONE, ExpectedVersion.any(), NewEvent.json("A", "{}").withTags("customer:42"));
        store.append(TWO, ExpectedVersion.any(), NewEvent.json("B", "{}").withTags("a:1", "customer:42"));
        store.append(ONE, ExpectedVersion.any(), NewEvent.json("C", "{}").withTags("customer:42"));
        store.append(OTHER, ExpectedVersion.any(), NewEvent.json("A", "{}").withTags("customer:4"));
        for (StreamName stream : List.of(ONE, TWO, OTHER)) {
            snapshots.save(stream, 1, new Snapshot(1, UUID.randomUUID(), Payload.json("1")));
        }
        keys.keyOf(ZOE);
    }

    @Test
    void the_key_is_destroyed_snapshots_are_deleted_and_an_event_tells_it() {
        record();
        Shredded shredded = shredding.shred(ZOE);
        assertThat(shredded.streams()).containsExactly(ONE, TWO);
        assertThat(shredded.tombstone()).isEqualTo(keys.tombstone(ZOE).orElseThrow());
        assertThat(keys.find(ZOE, 1)).isEmpty();
        assertThat(snapshots.latest(ONE, 1)).isEmpty();
        assertThat(snapshots.latest(TWO, 1)).isEmpty();
        assertThat(snapshots.latest(OTHER, 1)).isPresent();
        RecordedEvent told = told().get(0);
        assertThat(told.position()).isEqualTo(shredded.position());
        assertThat(told.stream().category()).isEqualTo(Shredding.CATEGORY);
        assertThat(told.tags()).containsExactly(ZOE.tag());
        assertThat(told.data().text()).isEqualTo("{\"subject\":\"customer:42\"}");
    }

    @Test
    void repeating_it_tells_nothing_twice_and_racing_does_not_either() {
        record();
        Set<Shredded> all = new HashSet<>(Racers.race(8, racer -> () -> shredding.shred(ZOE)));
        all.add(shredding.shred(ZOE));
        assertThat(all).hasSize(1);
        assertThat(told()).hasSize(1);
    }

    @Test
    void who_is_readmitted_and_shredded_again_is_told_again() {
        record();
        shredding.shred(ZOE);
        keys.readmit(ZOE);
        assertThat(shredding.shred(ZOE).tombstone().generation()).isEqualTo(2);
        assertThat(told()).hasSize(2);
        assertThat(store.version(told().get(0).stream())).isEqualTo(2);
    }

    @Test
    void a_subject_without_events_and_with_an_id_that_json_must_escape_is_told_too() {
        Subject odd = Subject.of("customer:\"\\ü");
        assertThat(shredding.shred(odd).streams()).isEmpty();
        assertThat(told().get(0).data().text()).isEqualTo("{\"subject\":\"customer:\\\"\\\\ü\"}");
        assertThat(shredding.shred(new Subject("k", "x".repeat(253))).streams()).isEmpty();
    }

    @Test
    void after_a_failure_the_key_is_gone_and_repeating_does_the_rest() {
        record();
        Snapshots broken = failingOnce(Snapshots.class, snapshots, "delete");
        Shredding breaks = Shredding.of(store, keys).deleting(broken);
        assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> breaks.shred(ZOE));
        assertThat(keys.find(ZOE, 1)).isEmpty();
        assertThat(told()).isEmpty();
        breaks.shred(ZOE);
        assertThat(snapshots.latest(ONE, 1)).isEmpty();
        assertThat(snapshots.latest(TWO, 1)).isEmpty();
        assertThat(told()).hasSize(1);
    }

    @Test
    void if_the_key_cannot_be_destroyed_nothing_is_told() {
        record();
        KeyRing broken = failingOnce(KeyRing.class, keys, "shred");
        Shredding breaks = Shredding.of(store, broken).deleting(snapshots);
        assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> breaks.shred(ZOE));
        assertThat(keys.tombstone(ZOE)).isEmpty();
        assertThat(snapshots.latest(ONE, 1)).isPresent();
        assertThat(told()).isEmpty();
    }

    @Test
    void a_journal_without_tags_is_refused_before_anything_is_destroyed() {
        Journal journal = new MemoryJournal();
        Journal without = (Journal) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Journal.class},
                (proxy, method, arguments) -> method.getName().equals("capabilities")
                        ? Set.of(Capability.GUARDS)
                        : method.invoke(journal, arguments));
        assertThatExceptionOfType(Unsupported.class)
                .isThrownBy(() -> Shredding.of(EventStore.on(without), keys))
                .withMessageContaining("TAGS");
    }

    private List<RecordedEvent> told() {
        return store.read(EventQuery.types(Shredding.EVENT_TYPE)).toList();
    }

    /** The real thing, but the first call of that method fails before it does anything. */
    private static <T> T failingOnce(Class<T> type, T real, String methodName) {
        boolean[] failed = new boolean[1];
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals(methodName) && !failed[0]) {
                        failed[0] = true;
                        throw new Unavailable("cut off", null);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
