package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** News is a hint: it comes at once, and whether it comes or not, nobody misses an event. */
class NewsTest {
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final String schema = Server.newSchema();
    private final EventStore writer = EventStore.open(Server.url(schema));
    private final EventStore reader = EventStore.open(Server.url(schema + "&ApplicationName=" + schema));

    @AfterEach
    void close() {
        reader.close();
        writer.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    @Test
    void a_listener_hears_of_what_another_process_records() {
        try (FeedChecker feed = new FeedChecker(reader)) {
            for (int i = 0; i < 50; i++) {
                append(i);
                feed.awaitAt(writer.head());
            }
            assertThat(reader.describe().toString()).contains("news, value=listening");
        }
    }

    @Test
    void an_event_that_nobody_tells_of_is_found_too() {
        try (FeedChecker feed = new FeedChecker(reader)) {
            Server.sql("SELECT \"" + schema
                    + "\".append('Order-1', '\"any\"', '[{\"event_type\": \"Quiet\", \"data\": 1}]')");
            feed.awaitAt(writer.head());
            assertThat(feed.count()).isEqualTo(1);
        }
    }

    @Test
    void a_listener_that_is_cut_off_comes_back_and_nothing_is_missed_meanwhile() {
        try (FeedChecker feed = new FeedChecker(reader)) {
            append(0);
            feed.awaitAt(writer.head());
            for (int i = 1; i <= 5; i++) {
                awaitListening();
                Server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '"
                        + schema + "'");
                append(i);
                feed.awaitAt(writer.head());
            }
            awaitListening();
            assertThat(feed.count()).isEqualTo(6);
        }
    }

    private void append(int number) {
        writer.append(StreamName.of("Order-1"), ExpectedVersion.any(), NewEvent.json("Told", "" + number));
    }

    private void awaitListening() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!describeReader().contains("news, value=listening")) {
            assertThat(System.nanoTime()).as(describeReader()).isLessThan(deadline);
        }
    }

    /** Its pool may still hold connections that were cut off. */
    private String describeReader() {
        try {
            return reader.describe().toString();
        } catch (dev.indelible.EventStoreException.Unavailable e) {
            return e.toString();
        }
    }
}
