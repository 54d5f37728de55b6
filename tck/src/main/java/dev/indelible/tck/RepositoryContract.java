package dev.indelible.tck;

import static dev.indelible.tck.Racers.race;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.decider.Boundary;
import dev.indelible.decider.Repository;
import dev.indelible.decider.Repository.Handled;
import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.tck.Places.Enrol;
import dev.indelible.tck.Places.Enrolled;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What commands rest on: of racers each decides on what the ones before him led to, and a command is handled once. */
interface RepositoryContract extends ContractBase {
    /** Courses with so many seats. */
    private static Repository<Enrol, List<String>, Enrolled> courses(EventStore store, int seats) {
        return Repository.of(store, "Course", new Places(seats), Places.CODEC).attempts(1_000);
    }

    /** All that concerns a course, wherever it is recorded: here in a stream for each student. */
    private static Boundary<Enrolled> course(String course) {
        return Boundary.of(
                EventQuery.types("Enrolled").withTags("course:" + course),
                enrolled -> StreamName.of("Student", enrolled.student()));
    }

    @Test
    default void commands_for_one_thing_are_decided_one_after_the_other() {
        List<Integer> attempts = race(
                60,
                student -> () -> courses(store(), 10)
                        .handle("java", new Enrol("java", "s" + student))
                        .attempts());
        assertThat(attempts).allMatch(count -> count >= 1);
        List<RecordedEvent> enrolled = stream("Course-java");
        assertThat(enrolled).hasSize(10);
        assertThat(enrolled.getLast().version()).isEqualTo(10);
        assertThat(courses(store(), 10).load("java").state()).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    default void of_sixty_who_want_ten_seats_exactly_ten_get_one_across_streams() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            assertRecordsNothing(() -> assertThatThrownBy(
                            () -> courses(store(), 10).handle(course("java"), new Enrol("java", "s")))
                    .isInstanceOf(Unsupported.class));
            return;
        }
        List<Handled<List<String>, Enrolled>> handled = race(
                60, student -> () -> courses(store(), 10).handle(course("java"), new Enrol("java", "s" + student)));
        assertThat(handled.stream().filter(each -> !each.events().isEmpty())).hasSize(10);
        assertThat(store().read(EventQuery.tags("course:java")).toList()).hasSize(10);
        assertThat(new HashSet<>(
                        handled.stream().map(each -> each.state().size()).toList()))
                .as("seats taken, as each saw it")
                .contains(10)
                .allMatch(taken -> taken <= 10);
    }

    @Test
    default void a_command_that_is_sent_many_times_at_once_is_handled_once() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            assertRecordsNothing(() -> assertThatThrownBy(
                            () -> courses(store(), 10).handleOnce("c1", "java", new Enrol("java", "s")))
                    .isInstanceOf(Unsupported.class));
            return;
        }
        List<Handled<List<String>, Enrolled>> handled =
                race(30, i -> () -> courses(store(), 10).handleOnce("c1", "java", new Enrol("java", null)));
        assertThat(stream("Course-java")).hasSize(1);
        assertThat(handled).allSatisfy(each -> {
            assertThat(each.events()).isEqualTo(handled.get(0).events());
            assertThat(each.version()).isEqualTo(1);
            assertThat(each.state()).hasSize(1);
        });
        assertThat(handled.stream().filter(each -> !each.repeated())).hasSize(1);
    }

    @Test
    default void a_command_is_answered_with_its_first_result_however_far_the_stream_has_moved_on() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            return;
        }
        Handled<List<String>, Enrolled> first =
                courses(store(), 10).handleOnce("c1", "java", new Enrol("java", "anna"));
        for (int i = 0; i < 20; i++) {
            courses(store(), 100).handle("java", new Enrol("java", "s" + i));
        }
        reopened().ifPresent(store -> {
            Handled<List<String>, Enrolled> again =
                    courses(store, 10).handleOnce("c1", "java", new Enrol("java", "anna"));
            assertThat(again).isEqualTo(new Handled<>(first.events(), first.state(), 1, first.position(), 0));
            assertThat(again.repeated()).isTrue();
            assertThat(store.version(StreamName.of("Course-java"))).isEqualTo(21);
        });
    }

    @Test
    default void a_command_that_changed_nothing_is_not_decided_again() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            return;
        }
        courses(store(), 1).handle("java", new Enrol("java", "anna"));
        Handled<List<String>, Enrolled> full = courses(store(), 1).handleOnce("c1", "java", new Enrol("java", "bert"));
        assertThat(full.events()).isEmpty();
        Handled<List<String>, Enrolled> withMoreSeats =
                courses(store(), 2).handleOnce("c1", "java", new Enrol("java", "bert"));
        assertThat(withMoreSeats).isEqualTo(new Handled<>(List.of(), List.of("anna"), 1, full.position(), 0));
        assertThat(courses(store(), 2).handle("java", new Enrol("java", "bert")).events())
                .hasSize(1);
    }

    @Test
    default void a_refused_command_was_not_handled() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            return;
        }
        assertRecordsNothing(() -> assertThatThrownBy(
                        () -> courses(store(), 2).handleOnce("c1", "java", new Enrol("java", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("student: \"\" (expected: a name)"));
        assertThat(courses(store(), 2)
                        .handleOnce("c1", "java", new Enrol("java", "anna"))
                        .repeated())
                .isFalse();
    }

    @Test
    default void a_commands_id_stands_for_one_thing() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            return;
        }
        courses(store(), 2).handleOnce("c1", "java", new Enrol("java", "anna"));
        assertRecordsNothing(() -> assertThatThrownBy(
                        () -> courses(store(), 2).handleOnce("c1", "chess", new Enrol("chess", "anna")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("command c1: handled for Course-java (expected: Course-chess)"));
    }

    @Test
    default void a_decision_across_streams_is_made_once_too() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            return;
        }
        List<Handled<List<String>, Enrolled>> handled =
                race(10, i -> () -> courses(store(), 10).handleOnce("c1", course("java"), new Enrol("java", null)));
        assertThat(store().read(EventQuery.tags("course:java")).toList()).hasSize(1);
        assertThat(handled).allSatisfy(each -> {
            assertThat(each.events()).isEqualTo(handled.get(0).events());
            assertThat(each.state()).hasSize(1);
        });
    }
}
