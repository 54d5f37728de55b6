package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.event.EventQuery;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.tck.Places.Enrol;
import dev.indelible.tck.Places.Enrolled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A command whose twin is handled in the middle of it is answered with what that led to. */
class HandledOnceTest {
    private static final Enrol ANNA = new Enrol("java", "anna");

    private final EventStore store = EventStore.on(new MemoryJournal());
    private int version = 1;

    private Repository<Enrol, List<String>, Enrolled> courses(Decider<Enrol, List<String>, Enrolled> decider) {
        return Repository.of(store, "Course", decider, Places.CODEC).attempts(1);
    }

    /** Refuses who sits there already, and does something once when it begins to load, or to decide. */
    private static final class Interrupted implements Decider<Enrol, List<String>, Enrolled> {
        private final Places places = new Places(10);
        private Runnable whenLoading = () -> {};
        private Runnable whenDeciding = () -> {};

        @Override
        public List<String> initial() {
            Runnable once = whenLoading;
            whenLoading = () -> {};
            once.run();
            return places.initial();
        }

        @Override
        public List<Enrolled> decide(Enrol command, List<String> taken) {
            Runnable once = whenDeciding;
            whenDeciding = () -> {};
            once.run();
            if (taken.contains(command.student())) {
                throw new IllegalStateException("enrolled already");
            }
            return places.decide(command, taken);
        }

        @Override
        public List<String> evolve(List<String> taken, Enrolled event) {
            return places.evolve(taken, event);
        }
    }

    private void handleTwin() {
        courses(new Interrupted()).handleOnce("c1", "java", ANNA);
    }

    @Test
    void one_that_would_be_refused_after_its_twin_gets_the_twins_answer() {
        Interrupted decider = new Interrupted();
        decider.whenLoading = this::handleTwin;
        var handled = courses(decider).handleOnce("c1", "java", ANNA);
        assertThat(handled.repeated()).isTrue();
        assertThat(handled.events()).containsExactly(new Enrolled("java", "anna"));
        assertThatThrownBy(() -> courses(new Interrupted()).handleOnce("c2", "java", ANNA))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void one_that_loses_its_last_attempt_to_its_twin_gets_the_twins_answer() {
        Interrupted decider = new Interrupted();
        decider.whenDeciding = this::handleTwin;
        assertThat(courses(decider).handleOnce("c1", "java", ANNA).repeated()).isTrue();
        assertThat(store.version(StreamName.of("Course-java"))).isEqualTo(1);
        Interrupted other = new Interrupted();
        other.whenDeciding = () -> courses(new Interrupted()).handle("java", new Enrol("java", "bert"));
        assertThatThrownBy(() -> courses(other).handleOnce("c2", "java", new Enrol("java", "carl")))
                .isInstanceOf(Conflict.class);
    }

    @Test
    void a_query_is_called_the_same_in_every_process() {
        assertThat(EventQuery.types("b", "c", "a").withTags("y:1", "x:2").toString())
                .isEqualTo(
                        EventQuery.types("a", "b", "c").withTags("x:2", "y:1").toString())
                .isEqualTo("type a|b|c tag x:2&y:1");
    }

    @Test
    void a_decider_that_is_none_is_refused_by_name() {
        Decider<Enrol, List<String>, Enrolled> broken = new Decider<>() {
            @Override
            public List<String> initial() {
                return List.of();
            }

            @Override
            @SuppressWarnings("NullAway") // what a decider in another language may do
            public List<Enrolled> decide(Enrol command, List<String> state) {
                return null;
            }

            @Override
            public List<String> evolve(List<String> state, Enrolled event) {
                return state;
            }

            @Override
            public int version() {
                return version;
            }
        };
        assertThatThrownBy(() -> courses(broken).handle("java", ANNA))
                .hasMessage("decide: null (expected: events, or an empty list)");
        version = 0;
        assertThatThrownBy(() -> courses(broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decider version: 0 (expected: 1 or more)");
    }

    @Test
    void an_id_that_cannot_be_one_is_refused_as_such() {
        for (String bad : new String[] {"", "a\nb", "x".repeat(300)}) {
            assertThatThrownBy(() -> courses(new Interrupted()).handleOnce(bad, "java", ANNA))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("command id: \"" + bad + "\" (expected: ");
        }
        assertThatThrownBy(() -> courses(new Interrupted()).handle("", ANNA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id: \"\" (expected: what names a Course)");
        assertThat(store.head().value()).isZero();
    }
}
