package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.event.ExpectedVersion.exists;
import static dev.indelible.event.ExpectedVersion.noStream;
import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static dev.indelible.tck.ContractBase.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.IdConflict.Difference;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Promise 6: an event id is recorded once in a store, for ever. A journal without {@link Capability#PERMANENT_IDS}
 * still answers the repeat of an append that states the version it expects; of other repeats it promises nothing.
 */
interface IdempotencyContract extends ContractBase {
    @Test
    default void a_retry_answers_as_the_first_time_in_every_mode() {
        append("Order-old", events(2));
        Map<String, ExpectedVersion> modes = has(Capability.PERMANENT_IDS)
                ? Map.of("Order-any", any(), "Order-new", noStream(), "Order-exact", exactly(0), "Order-old", exists())
                : Map.of("Order-new", noStream(), "Order-exact", exactly(0), "Order-old", exactly(2));
        modes.forEach((stream, mode) -> assertRepeats(to(stream, mode, events(3))));
    }

    @Test
    default void a_retry_at_an_exact_version_is_known_also_when_that_is_the_version_now() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        append("Order-1", events(2));
        Append third = to("Order-1", exactly(2), events(1));
        store().append(third);
        Append asked = to("Order-1", exactly(3), third.events().toArray(NewEvent[]::new));
        assertThat(store().append(asked).repeated()).isTrue();
        assertThat(stream("Order-1")).hasSize(3);
    }

    @Test
    default void a_retry_is_known_however_far_the_stream_has_moved_on() {
        Append first = to("Order-1", noStream(), events(2));
        Appended original = store().append(first);
        for (int i = 0; i < 200; i++) {
            append("Order-" + i % 2, event("Later", i));
        }
        assertThat(store().append(first)).isEqualTo(repeated(original));
    }

    @Test
    default void a_retry_is_known_after_reopening_and_after_a_crash() {
        Append first = to("Order-1", has(Capability.PERMANENT_IDS) ? any() : noStream(), events(2));
        Appended original = store().append(first);
        reopened().ifPresent(store -> assertThat(store.append(first)).isEqualTo(repeated(original)));
        crashed().ifPresent(store -> {
            assertThat(store.append(first)).isEqualTo(repeated(original));
            assertThat(all()).hasSize(2);
        });
    }

    @Test
    default void a_retry_to_several_streams_is_known_as_a_whole() {
        if (!has(Capability.SEVERAL_STREAMS)) {
            return;
        }
        assertRepeats(to("Order-1", noStream(), events(2)).and(StreamName.of("Stock-1"), any(), events(3)));
    }

    @Test
    default void the_same_id_in_another_stream_is_refused() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        NewEvent event = event("A", 1);
        append("Order-1", event);
        assertRefused(to("Order-2", any(), event), event.id(), Difference.OTHER_STREAM);
        assertRefused(to("Stock-1", noStream(), event), event.id(), Difference.OTHER_STREAM);
    }

    @Test
    default void the_same_id_with_other_content_is_refused() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        NewEvent event = event("A", 1);
        append("Order-1", event);
        List<NewEvent> altered = List.of(
                new NewEvent(event.id(), "B", 1, event.data(), event.metadata(), event.tags()),
                event.withSchemaVersion(2),
                new NewEvent(event.id(), "A", 1, Payload.json("{\"number\":2}"), event.metadata(), event.tags()),
                new NewEvent(event.id(), "A", 1, Payload.binary(new byte[] {1}), event.metadata(), event.tags()));
        altered.forEach(other -> {
            assertRefused(to("Order-1", any(), other), event.id(), Difference.OTHER_CONTENT);
            assertRefused(to("Order-1", exactly(0), other), event.id(), Difference.OTHER_CONTENT);
        });
        if (has(Capability.TAGS)) {
            assertRefused(to("Order-1", any(), event.withTags("a:b")), event.id(), Difference.OTHER_CONTENT);
        }
    }

    @Test
    default void other_spelling_of_the_same_json_and_other_metadata_are_the_same_event() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        NewEvent event = NewEvent.json("A", "{\"a\":1.0,\"b\":[true,null]}");
        Appended original = append("Order-1", event);
        NewEvent again = NewEvent.json("A", "{ \"b\": [true, null],\n \"a\": 1 }")
                .withId(event.id())
                .withMetadata(Metadata.NONE.withUserId("somebody"));
        assertThat(append("Order-1", again)).isEqualTo(repeated(original));
        assertThat(stream("Order-1").get(0).metadata().sameValue(event.metadata()))
                .isTrue();
    }

    @Test
    default void half_of_a_known_append_is_refused() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        NewEvent[] known = events(3);
        append("Order-1", known);
        NewEvent fresh = event("New", 1);
        UUID first = known[0].id();
        assertRefused(to("Order-1", any(), known[0], known[1]), first, Difference.OTHER_EVENTS);
        assertRefused(to("Order-1", any(), known[0], known[1], known[2], fresh), first, Difference.OTHER_EVENTS);
        assertRefused(to("Order-1", any(), fresh, known[2]), known[2].id(), Difference.OTHER_EVENTS);
        assertRefused(to("Order-1", any(), known[2], known[1], known[0]), known[2].id(), Difference.OTHER_EVENTS);
    }

    @Test
    default void two_known_appends_are_not_one() {
        if (!has(Capability.PERMANENT_IDS)) {
            return;
        }
        NewEvent one = event("A", 1);
        NewEvent two = event("A", 2);
        append("Order-1", one);
        append("Order-1", two);
        assertRefused(to("Order-1", any(), one, two), one.id(), Difference.OTHER_EVENTS);
    }

    @Test
    default void many_who_retry_at_once_record_once_and_get_the_same_answer() {
        for (int round = 0; round < 15; round++) {
            Append append = to("Order-" + round, noStream(), events(2));
            List<Appended> answers = Racers.race(12, racer -> () -> store().append(append));
            assertThat(answers)
                    .extracting(Appended::parts)
                    .containsOnly(answers.get(0).parts());
            if (has(Capability.PERMANENT_IDS)) {
                assertThat(answers).filteredOn(answer -> !answer.repeated()).hasSize(1);
            } else {
                assertThat(answers).anyMatch(answer -> !answer.repeated());
            }
            assertThat(stream("Order-" + round)).hasSize(2);
        }
    }

    private void assertRepeats(Append append) {
        Appended original = store().append(append);
        assertThat(original.repeated()).isFalse();
        assertRecordsNothing(() -> assertThat(store().append(append)).isEqualTo(repeated(original)));
    }

    private void assertRefused(Append append, UUID id, Difference difference) {
        assertRecordsNothing(() -> assertThatThrownBy(() -> store().append(append))
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.refusal()).isEqualTo(new IdConflict(id, difference)))
                .hasMessageContaining(id.toString()));
    }

    private static Appended repeated(Appended original) {
        return new Appended(original.parts(), true);
    }
}
