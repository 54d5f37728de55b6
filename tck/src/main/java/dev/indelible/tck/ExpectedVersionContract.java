package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.event.ExpectedVersion.exists;
import static dev.indelible.event.ExpectedVersion.noStream;
import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Outcome;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Promise 5: an append is recorded only at the version that it expects, and of n racers one wins. */
interface ExpectedVersionContract extends ContractBase {
    @Test
    default void any_is_met_by_every_stream() {
        assertThat(append("Order-1", any(), events(1)).version()).isEqualTo(1);
        assertThat(append("Order-1", any(), events(2)).version()).isEqualTo(3);
    }

    @Test
    default void no_stream_is_met_once() {
        append("Order-1", noStream(), events(1));
        assertConflict("Order-1", noStream(), 1);
        append("Order-10", exactly(0), events(1));
        assertConflict("Order-10", exactly(0), 1);
    }

    @Test
    default void exists_is_met_by_a_stream_with_events() {
        assertConflict("Order-1", exists(), 0);
        append("Order-1", any(), events(1));
        assertThat(append("Order-1", exists(), events(1)).version()).isEqualTo(2);
    }

    @Test
    default void exactly_is_met_by_that_version_only() {
        append("Order-1", any(), events(3));
        for (long wrong : new long[] {0, 1, 2, 4, 1_000_000, Long.MAX_VALUE}) {
            assertConflict("Order-1", exactly(wrong), 3);
        }
        assertThat(append("Order-1", exactly(3), events(2)).version()).isEqualTo(5);
        assertConflict("Order-1", exactly(3), 5);
        assertConflict("Order-unknown", exactly(1), 0);
    }

    @Test
    default void of_many_racers_on_one_version_exactly_one_wins() {
        for (int round = 0; round < 15; round++) {
            long version = round;
            List<Boolean> won = Racers.race(16, racer -> () -> wins("Order-raced", exactly(version), racer));
            assertThat(Collections.frequency(won, true)).isEqualTo(1);
        }
        assertThat(stream("Order-raced")).hasSize(15);
    }

    @Test
    default void of_many_racers_for_a_new_stream_exactly_one_wins() {
        for (int round = 0; round < 15; round++) {
            String name = "Order-" + round;
            List<Boolean> won = Racers.race(8, racer -> () -> wins(name, noStream(), racer));
            assertThat(Collections.frequency(won, true)).isEqualTo(1);
            assertThat(stream(name)).hasSize(1);
        }
    }

    private boolean wins(String stream, ExpectedVersion expected, int racer) {
        try {
            append(stream, expected, event("Won", racer));
            return true;
        } catch (Conflict lost) {
            return false;
        }
    }

    private void assertConflict(String stream, ExpectedVersion expected, long actual) {
        assertRecordsNothing(() -> assertThatThrownBy(() -> append(stream, expected, events(1)))
                .isInstanceOfSatisfying(
                        Conflict.class,
                        conflict -> assertThat(conflict.refusal())
                                .isEqualTo(new Outcome.VersionConflict(StreamName.of(stream), expected, actual)))
                .hasMessageContaining(stream)
                .hasMessageContaining("version " + actual));
    }
}
