package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static dev.indelible.tck.ContractBase.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Outcome.GuardConflict;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Promise 7: an append is refused if what its guard names has happened since. */
interface GuardContract extends ContractBase {
    @Test
    default void a_guard_is_kept_or_refused_before_it_is_sent() {
        Append guarded = to("Order-1", any(), events(1)).unless(EventQuery.category("Order"), Position.START);
        if (has(Capability.GUARDS)) {
            store().append(guarded);
            Append again = to("Order-2", any(), events(1)).unless(EventQuery.category("Order"), Position.START);
            assertRefused(again);
        } else {
            assertRecordsNothing(
                    () -> assertThatThrownBy(() -> store().append(guarded)).isInstanceOf(Unsupported.class));
        }
    }

    @Test
    default void a_guard_after_a_position_that_the_store_has_not_reached_is_an_error() {
        if (!has(Capability.GUARDS)) {
            return;
        }
        append("Order-1", events(1));
        Position beyond = Position.of(store().head().value() + 1);
        Append guarded = to("Order-2", any(), events(1)).unless(EventQuery.category("Order"), beyond);
        assertRecordsNothing(() -> assertThatThrownBy(() -> store().append(guarded))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("guard: after position " + beyond));
    }

    @Test
    default void a_guard_sees_only_what_matches_its_query_after_its_position() {
        if (!has(Capability.GUARDS) || !has(Capability.TAGS)) {
            return;
        }
        append("Course-1", event("Enrolled", 1).withTags("course:1", "student:1"));
        Position seen = store().head();
        append("Course-2", event("Enrolled", 2).withTags("course:2", "student:1"));
        append("Course-1", event("Renamed", 3).withTags("course:1"));
        EventQuery enrolled = EventQuery.types("Enrolled").withTags("course:1");
        assertRecorded(enrolled, seen);
        assertRecorded(EventQuery.tags("course:1", "student:2"), Position.START);
        assertRecorded(EventQuery.stream("Course-1").withTypes("Enrolled"), seen);
        assertRecorded(EventQuery.category("Cours"), Position.START);
        assertRefused(guardedBy(enrolled, Position.START));
        assertRefused(guardedBy(EventQuery.tags("course:1"), seen));
        assertRefused(guardedBy(EventQuery.types("Renamed", "Other"), seen));
        assertRefused(guardedBy(EventQuery.stream("Course-2"), seen));
        assertRefused(guardedBy(EventQuery.stream("Unknown-1").or(EventQuery.tags("course:2")), seen));
        assertRefused(guardedBy(EventQuery.all(), seen));
    }

    @Test
    default void every_guard_of_several_must_hold_and_nothing_is_recorded_otherwise() {
        if (!has(Capability.GUARDS) || !has(Capability.SEVERAL_STREAMS)) {
            return;
        }
        append("Order-1", events(1));
        Append append = to("Order-2", any(), events(2))
                .and(StreamName.of("Order-3"), any(), events(1))
                .unless(EventQuery.stream("Order-9"), Position.START)
                .unless(EventQuery.stream("Order-1"), Position.START);
        assertRefused(append);
    }

    @Test
    default void a_complete_read_hands_out_the_position_of_the_head() {
        append("Order-1", events(3));
        append("Stock-1", events(2));
        Events events = store().read(EventQuery.stream("Order-1"));
        events.toList();
        assertThat(events.asOf()).isEqualTo(store().head());
        Events none = store().read(EventQuery.stream("Order-none"));
        assertThat(none.toList()).isEmpty();
        assertThat(none.asOf()).isEqualTo(store().head());
    }

    @Test
    default void the_position_to_guard_with_is_never_newer_than_what_was_read() {
        append("Order-1", events(3));
        Events before = store().read(EventQuery.all());
        assertThat(before.asOf()).isEqualTo(Position.START);
        append("Order-1", events(1));
        assertThat(before.toList()).hasSize(3);
        assertThat(before.asOf()).isLessThan(store().head());
        Events limited = store().read(EventQuery.all(), Range.all().limit(2));
        List<Position> seen = limited.stream().map(event -> event.position()).toList();
        assertThat(limited.asOf()).isEqualTo(seen.get(1));
        Events older =
                store().read(EventQuery.all(), Range.all().before(seen.get(1)).fromTheEnd());
        assertThat(older.toList()).hasSize(1);
        assertThat(older.asOf()).isLessThan(seen.get(1));
        Events partly = store().read(EventQuery.all());
        Position first = partly.next().position();
        assertThat(partly.asOf()).isEqualTo(first);
    }

    @Test
    default void of_many_racers_on_one_guard_exactly_one_wins() {
        if (!has(Capability.GUARDS)) {
            return;
        }
        EventQuery seats = has(Capability.TAGS) ? EventQuery.tags("seat:1") : EventQuery.category("Seat");
        for (int round = 0; round < 15; round++) {
            Position seen = store().head();
            int current = round;
            List<Boolean> won = Racers.race(12, racer -> () -> {
                NewEvent taken = event("Taken", racer);
                NewEvent tagged = has(Capability.TAGS) ? taken.withTags("seat:1") : taken;
                return wins(to("Seat-" + racer + "x" + current, any(), tagged).unless(seats, seen));
            });
            assertThat(Collections.frequency(won, true)).isEqualTo(1);
        }
        assertThat(read(seats, Range.all())).hasSize(15);
    }

    private boolean wins(Append append) {
        try {
            store().append(append);
            return true;
        } catch (Conflict lost) {
            return false;
        }
    }

    private static Append guardedBy(EventQuery query, Position after) {
        return to("Guarded-1", any(), events(1)).unless(query, after);
    }

    private void assertRecorded(EventQuery query, Position after) {
        assertThat(store().append(guardedBy(query, after)).repeated()).isFalse();
    }

    private void assertRefused(Append append) {
        assertRecordsNothing(() -> assertThatThrownBy(() -> store().append(append))
                .isInstanceOfSatisfying(Conflict.class, conflict -> {
                    GuardConflict refusal = (GuardConflict) conflict.refusal();
                    assertThat(append.guards()).contains(refusal.guard());
                    assertThat(refusal.found()).isGreaterThan(refusal.guard().after());
                })
                .hasMessageContaining("guard"));
    }
}
