package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Follows a store while others do their worst to it, and finds fault with every event that is not the next one: each
 * position once, in order and without holes, each version of a stream as well, each id once.
 */
final class FeedChecker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Subscription subscription;
    private final Thread thread;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final Set<UUID> seen = ConcurrentHashMap.newKeySet();
    private final Map<StreamName, Long> versions = new HashMap<>();
    private volatile Position last;
    private volatile boolean closing;

    FeedChecker(EventStore store) {
        this(store, Position.START);
    }

    /** Follows from a position on. */
    FeedChecker(EventStore store, Position after) {
        last = after;
        subscription = store.subscribe(EventQuery.all(), after);
        thread = Thread.ofPlatform().daemon().name("feed-checker").start(this::run);
    }

    private void run() {
        while (!closing) {
            try {
                if (subscription.poll(Duration.ofSeconds(1)).orElse(null) instanceof Notice.Event notice) {
                    check(notice.event());
                }
            } catch (Unavailable e) {
                Thread.onSpinWait(); // The server is away; the subscription goes on where it was.
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                faults.add(e.toString());
                return;
            }
        }
    }

    private void check(RecordedEvent event) {
        if (event.position().value() != last.value() + 1) {
            faults.add("position " + event.position() + " after " + last);
        }
        Long before = versions.put(event.stream(), event.version());
        if (before != null && event.version() != before + 1) {
            faults.add(event.stream() + ": version " + event.version() + " after " + before);
        }
        if (!seen.add(event.id())) {
            faults.add("twice: " + event.id());
        }
        last = event.position();
    }

    Position last() {
        return last;
    }

    int count() {
        return seen.size();
    }

    /** Waits until it has come to the position. */
    void awaitAt(Position position) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (position.isAfter(last) && faults.isEmpty()) {
            assertThat(System.nanoTime())
                    .as("the feed is at %s and should come to %s; %s", last, position, subscription.status())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(faults).isEmpty();
    }

    /** Everything that was acknowledged has come, once, and nothing was out of order. */
    void assertSaw(Collection<UUID> acknowledged) {
        assertThat(faults).isEmpty();
        assertThat(seen).containsAll(acknowledged);
    }

    @Override
    public void close() {
        closing = true;
        subscription.close();
        Server.join(thread);
    }
}
