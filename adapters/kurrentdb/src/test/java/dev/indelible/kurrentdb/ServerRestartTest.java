package dev.indelible.kurrentdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.IndelibleServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ServerRestartTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final StreamName ORDER = StreamName.of("Order-1");

    /** The store outlives its servers, as that of a server that is started again does. */
    private final EventStore served = EventStore.on(new MemoryJournal());

    private IndelibleServer server = IndelibleServer.start(served, "127.0.0.1", 0);

    @Test
    void a_subscription_goes_on_without_loss_or_repeat_when_the_server_comes_back() throws InterruptedException {
        int port = server.port();
        List<Long> versions = new ArrayList<>();
        try (EventStore store = EventStore.open("esdb://127.0.0.1:" + port + "?tls=false");
                Subscription subscription = store.subscribe(EventQuery.category("Order"), Position.START)) {
            long version = 0;
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 5; i++) {
                    append(store, version++);
                    take(subscription, versions, version);
                }
                server.close();
                server = IndelibleServer.start(served, "127.0.0.1", port);
                served.append(ORDER, ExpectedVersion.exactly(version++), NewEvent.json("Placed", "1"));
                take(subscription, versions, version);
            }
            assertThat(versions).hasSize(18).isSorted().doesNotHaveDuplicates();
        } finally {
            server.close();
            served.close();
        }
    }

    @Test
    void a_server_that_is_not_there_is_unavailable() {
        int port = server.port();
        server.close();
        served.close();
        assertThatThrownBy(() -> EventStore.open("kurrentdb://127.0.0.1:" + port + "?tls=false&maxDiscoverAttempts=1"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("KurrentDB")
                .hasCauseInstanceOf(Exception.class);
    }

    /** Tries again while the server is away; at a stated version it is recorded once. */
    private static void append(EventStore store, long expected) {
        NewEvent event = NewEvent.json("Placed", "1");
        insist(() -> store.append(ORDER, ExpectedVersion.exactly(expected), event));
    }

    private static void take(Subscription subscription, List<Long> versions, long last) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (versions.isEmpty() || versions.getLast() < last) {
            assertThat(System.nanoTime())
                    .as("version %d, of %s", last, versions)
                    .isLessThan(deadline);
            try {
                Optional<Notice> notice = subscription.poll(Duration.ofSeconds(1));
                if (notice.isPresent() && notice.get() instanceof Notice.Event event) {
                    versions.add(event.event().version());
                }
            } catch (Unavailable away) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    private static void insist(Runnable action) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            try {
                action.run();
                return;
            } catch (Unavailable away) {
                if (System.nanoTime() > deadline) {
                    throw away;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }
}
