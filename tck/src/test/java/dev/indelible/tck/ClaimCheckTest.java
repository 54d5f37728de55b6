package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.noStream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Subscription;
import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobReference;
import dev.indelible.blob.ClaimCheck;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Payload.Format;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.IdConflict.Difference;
import dev.indelible.memory.MemoryJournal;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Large data in a blob store, the rest in the journal. What it shares with every journal is in the contract. */
class ClaimCheckTest {
    private static final StreamName STREAM = StreamName.of("Order-1");

    private final MemoryJournal journal = new MemoryJournal();
    private final BlobsInMemory blobs = new BlobsInMemory();
    private final EventStore store = over(100);
    private final EventStore bare = EventStore.on(journal);

    private EventStore over(int bytes) {
        return EventStore.on(ClaimCheck.on(journal, blobs).over(bytes));
    }

    @Test
    void data_over_the_threshold_is_in_a_blob_and_the_event_carries_a_reference() {
        NewEvent small = NewEvent.of("Small", json(100));
        NewEvent large = NewEvent.of("Large", json(101)).withTags("a:b");
        NewEvent binary = NewEvent.of("Binary", Payload.binary(new byte[200]));
        store.append(STREAM, noStream(), small, large, binary);
        List<RecordedEvent> carried = bare.read(EventQuery.all()).toList();
        String hash = BlobHash.of(large.data().toBytes());
        assertThat(carried.get(0).data()).isEqualTo(small.data());
        assertThat(carried.get(1).data()).hasToString("{\"$blob\":\"" + hash + "\",\"size\":101,\"format\":\"json\"}");
        assertThat(BlobReference.of(carried.get(2).data()).orElseThrow().format())
                .isEqualTo(Format.BINARY);
        assertThat(blobs.kept).hasSize(2).containsEntry(hash, large.data().toBytes());
        assertThat(store.read(EventQuery.all()).toList())
                .extracting(RecordedEvent::data)
                .containsExactly(small.data(), large.data(), binary.data());
        assertThat(store.describe().parts()).anyMatch(part -> part.name().equals("blobs"));
    }

    @Test
    void a_blob_is_fetched_when_it_is_first_needed() {
        store.append(STREAM, any(), NewEvent.of("Large", json(500)), NewEvent.of("Large", json(501)));
        List<RecordedEvent> events = store.read(EventQuery.all()).toList();
        assertThat(events).extracting(event -> event.data().size()).containsExactly(500, 501);
        assertThat(events.toString()).contains("501 bytes of JSON");
        assertThat(blobs.gets).hasValue(0);
        assertThat(events.get(1).data().text()).hasSize(501);
        assertThat(events.get(1).data().toBytes()).hasSize(501);
        assertThat(blobs.gets).hasValue(1);
    }

    @Test
    void a_long_read_does_not_hold_what_it_has_fetched() {
        int bytes = 8 << 20;
        byte[] content = new byte[bytes];
        BlobsInMemory unverified = new BlobsInMemory() {
            @Override
            public byte[] get(String hash) {
                return content.clone();
            }
        };
        EventStore large = EventStore.on(ClaimCheck.on(journal, unverified));
        long count = Runtime.getRuntime().maxMemory() / bytes + 20;
        large.append(STREAM, any(), NewEvent.of("Large", Payload.binary(content)));
        List<RecordedEvent> held = new java.util.ArrayList<>();
        for (long i = 0; i < count; i++) {
            RecordedEvent event = large.read(EventQuery.all()).next();
            assertThat(event.data().toBytes()).hasSize(bytes);
            held.add(event);
        }
        assertThat(held).hasSize((int) count);
    }

    @Test
    void data_that_looks_like_a_reference_is_refused_before_anything_is_put() {
        List<String> reserved = List.of(
                "{\"$blob\":1}",
                " \n{\"a\":{},\"\\u0024blob\":null}",
                "{\"\\u0024\\u0062lob\":1}",
                new BlobReference(BlobStoreContract.OF_NOTHING, 0, Format.JSON)
                        .toPayload()
                        .text(),
                "{\"long\":\"" + "x".repeat(200) + "\",\"$blob\":1}");
        for (String json : reserved) {
            NewEvent event = NewEvent.json("A", json);
            assertThatThrownBy(() -> store.append(STREAM, any(), NewEvent.of("Large", json(500)), event))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(event.id() + ": data: an object with the member \"$blob\" (expected:");
        }
        assertThat(blobs.kept).isEmpty();
        assertThat(store.head()).isEqualTo(Position.START);
        List<String> allowed = List.of(
                "{\"a\":{\"$blob\":1}}", "[{\"$blob\":1}]", "\"$blob\"", "{\"$blobs\":1}", "{\"\\\\u0024blob\":1}");
        for (String json : allowed) {
            store.append(STREAM, any(), NewEvent.json("A", json));
        }
        store.append(
                STREAM, any(), NewEvent.of("A", Payload.binary(reserved.get(3).getBytes(UTF_8))));
        assertThat(store.read(EventQuery.all()).stream()
                        .limit(allowed.size())
                        .map(event -> event.data().text()))
                .isEqualTo(allowed);
    }

    @Test
    void what_others_recorded_under_the_reserved_name_is_handed_out_as_it_is() {
        bare.append(STREAM, any(), NewEvent.json("Old", "{\"$blob\":\"my own\"}"));
        assertThat(store.read(EventQuery.all()).next().data()).hasToString("{\"$blob\":\"my own\"}");
    }

    @Test
    void a_retry_is_known_by_its_data_and_other_data_is_refused() {
        NewEvent event = NewEvent.json("A", "{\"a\":1,\"b\":\"" + "x".repeat(200) + "\"}");
        Appended first = store.append(STREAM, any(), event);
        String spelled = "{ \"b\" : \"" + "x".repeat(200) + "\", \"a\" : 1.0 }";
        assertThat(store.append(STREAM, any(), event)).isEqualTo(new Appended(first.parts(), true));
        assertThat(store.append(STREAM, any(), withData(event, spelled))).isEqualTo(new Appended(first.parts(), true));
        for (Payload other : List.of(
                Payload.json(spelled.replace("1.0", "1.5")),
                json(10),
                Payload.binary(event.data().toBytes()))) {
            NewEvent changed = new NewEvent(event.id(), "A", 1, other, event.metadata(), List.of());
            assertThatThrownBy(() -> store.append(STREAM, any(), changed))
                    .isInstanceOfSatisfying(
                            Conflict.class,
                            conflict -> assertThat(conflict.refusal())
                                    .isEqualTo(new IdConflict(event.id(), Difference.OTHER_CONTENT)));
        }
        assertThat(store.version(STREAM)).isEqualTo(1);
    }

    @Test
    void a_retry_is_known_whatever_the_threshold_has_become() {
        Append append = Append.to(STREAM, noStream(), NewEvent.of("A", json(50)), NewEvent.of("A", json(150)))
                .and(StreamName.of("Stock-1"), any(), NewEvent.of("B", json(70)), NewEvent.of("B", json(500)));
        Appended first = store.append(append);
        for (int bytes : List.of(0, 60, 100, 400, 10_000)) {
            assertThat(over(bytes).append(append)).isEqualTo(new Appended(first.parts(), true));
        }
        assertThat(store.head()).isEqualTo(Position.of(4));
        NewEvent inline = NewEvent.of("A", json(5_000));
        bare.append(STREAM, any(), inline);
        assertThat(store.append(STREAM, any(), inline).repeated()).isTrue();
    }

    @Test
    void half_of_a_known_append_is_refused_also_across_thresholds() {
        NewEvent one = NewEvent.of("A", json(150));
        NewEvent two = NewEvent.of("A", json(150));
        store.append(STREAM, any(), one, two);
        assertThatThrownBy(() -> over(1_000).append(STREAM, any(), one))
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.refusal())
                                .isEqualTo(new IdConflict(one.id(), Difference.OTHER_EVENTS)));
        assertThatThrownBy(() -> over(1_000).append(StreamName.of("Other-1"), any(), one, two))
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.refusal())
                                .isEqualTo(new IdConflict(one.id(), Difference.OTHER_STREAM)));
    }

    @Test
    void without_its_blob_nothing_is_recorded_and_a_retry_records_it() {
        boolean[] full = {true};
        EventStore fragile = EventStore.on(ClaimCheck.on(journal, new BlobsInMemory(blobs.kept) {
            @Override
            public String put(byte[] content) {
                if (full[0]) {
                    throw new Unavailable("the disk is full", null);
                }
                return super.put(content);
            }
        }));
        NewEvent event = NewEvent.of("A", json(100_000));
        assertThatThrownBy(() -> fragile.append(STREAM, any(), event)).isInstanceOf(Unavailable.class);
        assertThat(fragile.head()).isEqualTo(Position.START);
        full[0] = false;
        assertThat(fragile.append(STREAM, any(), event).repeated()).isFalse();
    }

    @Test
    void an_append_that_is_refused_leaves_at_most_blobs() {
        store.append(STREAM, any(), NewEvent.json("A", "1"));
        assertThatThrownBy(() -> store.append(STREAM, noStream(), NewEvent.of("A", json(500))))
                .isInstanceOf(Conflict.class);
        assertThat(store.head()).isEqualTo(Position.of(1));
        assertThat(blobs.kept).hasSize(1);
    }

    @Test
    void a_missing_or_damaged_blob_fails_who_needs_it_and_not_the_read_or_subscription() throws InterruptedException {
        store.append(STREAM, any(), NewEvent.of("A", json(500)), NewEvent.of("B", json(600)));
        store.append(STREAM, any(), NewEvent.of("C", json(700)));
        blobs.kept.keySet().removeIf(hash -> blobs.kept.get(hash).length == 500);
        blobs.kept.values().stream().filter(bytes -> bytes.length == 600).forEach(bytes -> bytes[7] ^= 1);
        assertThat(store.read(EventQuery.all()).toList()).hasSize(3);
        try (Subscription subscription = store.subscribe(EventQuery.all(), Position.START)) {
            assertThatThrownBy(() -> subscription.next().data().text())
                    .isInstanceOf(Corrupted.class)
                    .hasMessageContaining("missing in memory");
            assertThatThrownBy(() -> subscription.next().data().text())
                    .isInstanceOf(Corrupted.class)
                    .hasMessageContaining("damaged in memory");
            assertThat(subscription.next().data().text()).hasSize(700);
            store.append(STREAM, any(), NewEvent.of("D", json(800)));
            assertThat(subscription.next().data().text()).hasSize(800);
            assertThat(subscription.status().lastError()).isEmpty();
        }
    }

    @Test
    void a_reference_that_states_another_size_than_the_blob_has_is_damage() {
        String hash = blobs.put(new byte[5]);
        bare.append(STREAM, any(), NewEvent.of("A", new BlobReference(hash, 6, Format.BINARY).toPayload()));
        Payload data = store.read(EventQuery.all()).next().data();
        assertThatThrownBy(data::toBytes)
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining(hash + ": 5 bytes in memory (expected: 6, ");
    }

    @Test
    void data_goes_into_a_blob_if_the_journal_takes_none_of_that_size_and_its_other_limits_stay() {
        Limits tight = new Limits(1_000, 1_000, 1, 10, 5_000, 1, 1);
        EventStore limited = EventStore.on(ClaimCheck.on(new MemoryJournal(Clock.systemUTC(), tight), blobs)
                .over(Integer.MAX_VALUE));
        limited.append(STREAM, any(), NewEvent.of("A", json(1_000)), NewEvent.of("A", json(1_001)));
        assertThat(blobs.kept).hasSize(1);
        NewEvent[] six = new NewEvent[6];
        for (int i = 0; i < six.length; i++) {
            six[i] = NewEvent.of("A", json(999));
        }
        assertThatThrownBy(() -> limited.append(STREAM, any(), six))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("append: bytes: 6006 (limit: 5000)");
        assertThat(limited.head()).isEqualTo(Position.of(2));
        assertThatThrownBy(() -> ClaimCheck.on(journal, blobs).over(-1)).hasMessageContaining("-1 bytes");
        assertThatThrownBy(() -> ClaimCheck.on(journal, blobs).upTo(0)).hasMessageContaining("0 bytes");
    }

    @Test
    void closing_closes_both_also_if_one_fails() {
        store.close();
        assertThat(blobs.closed).isTrue();
        assertThatThrownBy(() -> bare.append(STREAM, any(), NewEvent.json("A", "1")))
                .isInstanceOf(Unavailable.class);
        BlobsInMemory others = new BlobsInMemory();
        KeptJournal failing = new KeptJournal(journal) {
            @Override
            public void close() {
                throw new Unavailable("cannot close", null);
            }
        };
        assertThatThrownBy(() -> ClaimCheck.on(failing, others).close()).hasMessage("cannot close");
        assertThat(others.closed).isTrue();
    }

    private static NewEvent withData(NewEvent event, String json) {
        return new NewEvent(
                event.id(), event.type(), event.schemaVersion(), Payload.json(json), event.metadata(), event.tags());
    }

    private static Payload json(int bytes) {
        return Payload.json("\"" + "x".repeat(bytes - 2) + "\"");
    }
}
