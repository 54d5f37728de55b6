package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.Position;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.ProjectionTarget.Comparison;
import dev.indelible.projection.ProjectionTarget.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every target for projections promises: a read model and the notes about it change as one, versions of a read
 * model do not meet, and readers see the published one. The test's read model is a number for each key.
 *
 * @param <T> what work writes to
 */
public interface ProjectionTargetContract<T> {
    /** The first version of the read model that most tests write to. */
    Namespace ONE = new Namespace("orders", 1);

    /** The second. */
    Namespace TWO = new Namespace("orders", 2);

    /** An empty one, the same for all calls of one test. */
    ProjectionTarget<T> target();

    /** The same target as another process would have it; of one that is gone with its process, the same. */
    ProjectionTarget<T> anotherView();

    /** Makes what numbers are kept in, as {@link dev.indelible.projection.Projection#create} would. */
    void create(T model) throws Exception;

    /** Sets the number of a key, because of the event at that position. */
    void put(T model, String key, long number, Position position) throws Exception;

    /** Removes a key, because of the event at that position. */
    void remove(T model, String key, Position position) throws Exception;

    /** The numbers of all keys as readers of the projection see them; empty if nothing was published. */
    Map<String, Long> model(String projection) throws Exception;

    /** Stores whose events are projected, each of another journal; closed by the test. */
    default List<EventStore> stores() throws Exception {
        return List.of(EventStore.on(new MemoryJournal()));
    }

    /** Does something to the target that it should survive, for example a restart. */
    default void disturb() throws Exception {}

    private static Position at(long position) {
        return Position.of(position);
    }

    private static Note first(String key, long position, String text) {
        return Note.absent(key).next(at(position), text);
    }

    private void make(Namespace namespace) throws Exception {
        String key = "made/" + namespace.version();
        Change made = Change.of(Effect.CREATE, namespace, Note.absent(key), first(key, 0, ""));
        assertThat(target().change(made, this::create)).isTrue();
    }

    private void publish(Namespace namespace) throws Exception {
        Note there = target().note(namespace.projection(), "read").orElse(Note.absent("read"));
        Change change = Change.of(Effect.PUBLISH, namespace, there, there.next(at(0), namespace.toString()));
        assertThat(target().change(change, Work.none())).isTrue();
    }

    private Note checkpoint() {
        return target().note("orders", "part").orElse(Note.absent("part"));
    }

    /** Moves the checkpoint of the first version from a note, and does the work. */
    private boolean move(ProjectionTarget<T> view, Note from, long to, Work<T> work) throws Exception {
        return view.change(Change.of(Effect.WORK, ONE, from, from.next(at(to), "to " + to)), work);
    }

    @Test
    default void a_note_is_there_when_it_was_written_and_for_everybody() throws Exception {
        assertThat(target().note("orders", "part")).isEmpty();
        Note note = first("part", 7, "text = \"ü\"\nand 'more'");
        assertThat(target().change(Change.of(Effect.NOTES, ONE, Note.absent("part"), note), Work.none()))
                .isTrue();
        assertThat(target().note("orders", "part")).contains(note);
        assertThat(anotherView().note("orders", "part")).contains(note);
        assertThat(target().note("orders", "par")).isEmpty();
        assertThat(target().note("customers", "part")).isEmpty();
    }

    @Test
    default void notes_are_listed_by_prefix_in_order_and_in_pages() throws Exception {
        List<Note> many = new ArrayList<>();
        for (int i = 0; i < ProjectionTarget.NOTES_MAX + 5; i++) {
            many.add(first("parked/1/%06d".formatted(i), i, "text " + i));
        }
        for (int i = 0; i < many.size(); i += 500) {
            Note control = target().note("orders", "control").orElse(Note.absent("control"));
            List<Note> some = many.subList(i, Math.min(many.size(), i + 500));
            target().change(
                            Change.of(Effect.NOTES, ONE, control, control.next())
                                    .writing(some),
                            Work.none());
        }
        List<Note> page = target().notes("orders", "parked/1/", "");
        assertThat(page).isEqualTo(many.subList(0, ProjectionTarget.NOTES_MAX));
        assertThat(target().notes("orders", "parked/1/", page.getLast().key()))
                .isEqualTo(many.subList(ProjectionTarget.NOTES_MAX, many.size()));
        assertThat(target().notes("orders", "parked/2/", "")).isEmpty();
        assertThat(target().notes("orders", "", "parked/1/001003")).containsExactly(many.getLast());
        assertThat(target().notes("customers", "", "")).isEmpty();
    }

    @Test
    default void work_is_done_and_notes_are_changed_together() throws Exception {
        make(ONE);
        publish(ONE);
        assertThat(move(target(), checkpoint(), 3, model -> put(model, "a", 1, at(2))))
                .isTrue();
        Note parked = first("parked/1/0001", 4, "poison");
        Change more = Change.of(Effect.WORK, ONE, checkpoint(), checkpoint().next(at(5), "five"));
        assertThat(target().change(more.writing(List.of(parked)), model -> {
                    put(model, "a", 11, at(3));
                    put(model, "b", 2, at(5));
                }))
                .isTrue();
        assertThat(model("orders")).isEqualTo(Map.of("a", 11L, "b", 2L));
        assertThat(anotherView().note("orders", "part")).contains(new Note("part", 2, at(5), "five"));
        assertThat(target().note("orders", "parked/1/0001")).contains(parked);
        Change less = Change.of(Effect.WORK, ONE, checkpoint(), checkpoint().next());
        assertThat(target().change(less.deleting(List.of("parked/1/0001")), model -> remove(model, "a", at(6))))
                .isTrue();
        assertThat(model("orders")).isEqualTo(Map.of("b", 2L));
        assertThat(target().note("orders", "parked/1/0001")).isEmpty();
        assertThat(checkpoint()).isEqualTo(new Note("part", 3, at(5), "five"));
    }

    @Test
    default void what_work_throws_passes_through_and_leaves_nothing() throws Exception {
        make(ONE);
        publish(ONE);
        move(target(), checkpoint(), 3, model -> put(model, "a", 1, at(3)));
        Note before = checkpoint();
        for (Exception failure : List.of(new IllegalStateException("no"), new IOException("no"))) {
            Change change = Change.of(Effect.WORK, ONE, before, before.next(at(5), ""))
                    .writing(List.of(first("parked/1/0001", 4, "")));
            assertThatThrownBy(() -> target().change(change, model -> {
                        put(model, "a", 10, at(5));
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L));
        assertThat(checkpoint()).isEqualTo(before);
        assertThat(target().note("orders", "parked/1/0001")).isEmpty();
    }

    @Test
    default void who_has_an_old_note_does_nothing() throws Exception {
        make(ONE);
        publish(ONE);
        Note absent = checkpoint();
        move(target(), absent, 3, model -> put(model, "a", 1, at(3)));
        Note old = checkpoint();
        target().change(Change.of(Effect.NOTES, ONE, old, old.next()), Work.none());
        Note another = first("parked/1/0001", 4, "");
        for (Note from : List.of(absent, old, new Note("part", 9, at(3), "to 3"))) {
            Change change =
                    Change.of(Effect.WORK, ONE, from, from.next(at(9), "")).writing(List.of(another));
            assertThat(target().change(change, model -> put(model, "b", 10, at(9))))
                    .isFalse();
        }
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L));
        assertThat(target().note("orders", "parked/1/0001")).isEmpty();
        assertThat(checkpoint()).isEqualTo(new Note("part", 2, at(3), "to 3"));
    }

    @Test
    default void of_rivals_one_makes_the_change() throws Exception {
        make(ONE);
        publish(ONE);
        for (long i = 0; i < 10; i++) {
            Note from = checkpoint();
            long to = i + 1;
            List<Boolean> moved = Racers.race(8, racer -> {
                ProjectionTarget<T> view = racer % 2 == 0 ? target() : anotherView();
                return () -> move(view, from, to, model -> put(model, "a", to, at(to)));
            });
            assertThat(moved.stream().filter(each -> each)).hasSize(1);
        }
        assertThat(model("orders")).isEqualTo(Map.of("a", 10L));
        assertThat(checkpoint().revision()).isEqualTo(10);
    }

    @Test
    default void readers_see_what_was_published_and_that_goes_both_ways() throws Exception {
        assertThat(model("orders")).isEmpty();
        make(ONE);
        publish(ONE);
        move(target(), checkpoint(), 3, model -> put(model, "a", 1, at(3)));
        make(TWO);
        Change rebuild = Change.of(Effect.WORK, TWO, Note.absent("part/2"), first("part/2", 3, ""));
        target().change(rebuild, model -> put(model, "a", 2, at(3)));
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L));
        publish(TWO);
        assertThat(model("orders")).isEqualTo(Map.of("a", 2L));
        assertThat(move(target(), checkpoint(), 4, model -> put(model, "b", 1, at(4))))
                .as("the former one can still be written")
                .isTrue();
        assertThat(model("orders")).isEqualTo(Map.of("a", 2L));
        publish(ONE);
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    default void what_was_dropped_leaves_nothing_for_the_next() throws Exception {
        make(ONE);
        publish(ONE);
        make(TWO);
        target().change(Change.of(Effect.WORK, TWO, Note.absent("part/2"), first("part/2", 3, "")), model -> {
            put(model, "a", 1, at(3));
            put(model, "b", 1, at(3));
        });
        Note there = target().note("orders", "part/2").orElseThrow();
        for (int i = 0; i < 2; i++) {
            Change drop = Change.of(Effect.DROP, TWO, there, there.next()).deleting(List.of("part/2"));
            assertThat(target().change(drop, Work.none())).as("time " + i).isEqualTo(i == 0);
        }
        Note again = target().note("orders", "made/2").orElseThrow();
        target().change(Change.of(Effect.DROP, TWO, again, again.next()), Work.none());
        again = target().note("orders", "made/2").orElseThrow();
        target().change(Change.of(Effect.CREATE, TWO, again, again.next()), this::create);
        publish(TWO);
        assertThat(model("orders")).isEmpty();
    }

    @Test
    default void projections_of_one_target_do_not_disturb_each_other() throws Exception {
        Namespace customers = new Namespace("customers", 1);
        for (Namespace namespace : List.of(ONE, customers)) {
            make(namespace);
            publish(namespace);
        }
        move(target(), checkpoint(), 3, model -> put(model, "a", 1, at(3)));
        target().change(
                        Change.of(Effect.WORK, customers, Note.absent("part"), first("part", 4, "")),
                        model -> put(model, "b", 1, at(4)));
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L));
        assertThat(model("customers")).isEqualTo(Map.of("b", 1L));
        assertThat(checkpoint().position()).isEqualTo(at(3));
        assertThat(target().note("customers", "part").map(Note::position)).isEqualTo(Optional.of(at(4)));
    }

    @Test
    default void versions_of_a_read_model_are_compared_if_the_target_can() throws Exception {
        for (Namespace namespace : List.of(ONE, TWO)) {
            make(namespace);
            String key = "part/" + namespace.version();
            target().change(Change.of(Effect.WORK, namespace, Note.absent(key), first(key, 9, "")), model -> {
                for (String each : List.of("a", "b", "c")) {
                    put(model, each, 5, at(9));
                }
            });
        }
        publish(ONE);
        Optional<Comparison> same = target().compare(ONE, TWO, 100);
        assertThat(same.isPresent()).isEqualTo(target().compares());
        same.ifPresent(comparison -> assertThat(comparison.differences()).isEmpty());
        Note there = target().note("orders", "part/2").orElseThrow();
        target().change(Change.of(Effect.WORK, TWO, there, there.next()), model -> put(model, "b", 6, at(10)));
        target().compare(ONE, TWO, 100)
                .ifPresent(other -> assertThat(other.differences()).isNotEmpty());
    }

    /** All that a test may ask of an order of keys is that of their characters. */
    @Test
    default void keys_are_ordered_by_their_characters() throws Exception {
        List<String> keys = Stream.of("a", "B", "a-b", "a/b", "a_b", "aa", "a.b", "A")
                .sorted()
                .toList();
        List<Note> notes = keys.stream().map(key -> first(key, 1, "")).toList();
        Change change = Change.of(Effect.NOTES, ONE, Note.absent("zz"), first("zz", 1, ""))
                .writing(notes);
        target().change(change, Work.none());
        assertThat(target().notes("orders", "", ""))
                .extracting(Note::key)
                .containsExactlyElementsOf(
                        Stream.concat(keys.stream(), Stream.of("zz")).toList());
    }

    @Test
    default void whatever_happens_to_projectors_the_read_model_becomes_what_the_events_say() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("ProjectionTargetContract: -Dindelible.seed=" + seed);
        for (EventStore each : stores()) {
            try (EventStore store = each) {
                new HostileSchedule<>(this, store, seed).run();
            }
        }
    }
}
