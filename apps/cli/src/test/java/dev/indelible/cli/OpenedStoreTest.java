package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OpenedStoreTest {
    private final EventStore store = EventStore.on(new MemoryJournal());
    private final OpenedStore opened = new OpenedStore(store);

    @Test
    void a_tail_prints_what_was_recorded_and_then_each_event_at_once_until_the_store_is_closed() throws Exception {
        record("Order-1");
        record("Stock-1");
        record("Order-2");
        Optional<Position> after = Optional.of(Position.of(1));

        try (PipedOutputStream out = new PipedOutputStream();
                BufferedReader lines = reader(out);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<?> tail = threads.submit(() -> {
                opened.tail(EventQuery.category("Order"), after, new LineOutput(out, false));
                return null;
            });

            assertThat(lines.readLine()).contains("\"stream_id\":\"Order-2\"").contains("\"global_position\":3,");
            record("Stock-1");
            record("Order-3");
            assertThat(lines.readLine()).contains("\"stream_id\":\"Order-3\"").contains("\"global_position\":5,");

            opened.close();

            tail.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void without_a_position_a_tail_begins_with_what_is_new() throws Exception {
        record("Order-1");

        try (PipedOutputStream out = new PipedOutputStream();
                BufferedReader lines = reader(out);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<?> tail = threads.submit(() -> {
                opened.tail(EventQuery.all(), Optional.empty(), new LineOutput(out, false));
                return null;
            });
            while (store.subscriptions().isEmpty()) {
                assertThat(tail.isDone()).isFalse();
                Thread.onSpinWait();
            }
            record("Order-2");

            assertThat(lines.readLine()).contains("\"stream_id\":\"Order-2\"");

            opened.close();
            tail.get(10, TimeUnit.SECONDS);
        }
    }

    private void record(String stream) {
        store.append(StreamName.of(stream), ExpectedVersion.any(), NewEvent.json("Counted", "{}"));
    }

    private static BufferedReader reader(PipedOutputStream out) throws IOException {
        return new BufferedReader(new InputStreamReader(new PipedInputStream(out), UTF_8));
    }
}
