package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.event.StreamName;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void it_counts_events_and_streams_and_their_rate() {
        AtomicLong nanoTime = new AtomicLong(5);
        Tally tally = new Tally(nanoTime::get);
        tally.read(StreamName.of("A"));
        tally.read(StreamName.of("A"));
        tally.read(StreamName.of("B"));
        tally.recorded(false);
        tally.recorded(true);
        tally.recorded(true);

        nanoTime.addAndGet(500_000_000);

        assertThat(tally).hasToString("3 events read, 1 new, 2 known, 2 streams, 6 events/s");
    }

    @Test
    void streams_are_counted_up_to_a_limit() {
        Tally tally = new Tally(() -> 0);
        for (int i = 0; i < Tally.STREAMS_COUNTED_MAX; i++) {
            tally.read(StreamName.of("S-" + i));
        }
        assertThat(tally.toString()).contains(" 1000000 streams");

        tally.read(StreamName.of("T-1"));
        tally.read(StreamName.of("T-2"));

        assertThat(tally.toString()).contains(" more than 1000000 streams");
    }
}
