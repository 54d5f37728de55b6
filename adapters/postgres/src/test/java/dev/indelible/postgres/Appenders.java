package dev.indelible.postgres;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that append without pause, one to three events a call to a few streams, and repeat with the same ids whatever
 * was not answered; what was acknowledged is remembered.
 */
final class Appenders implements AutoCloseable {
    private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unavailable = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    Appenders(EventStore store, int count, long seed) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            threads.add(Thread.ofPlatform().daemon().name("appender-" + i).start(() -> run(store, random)));
        }
    }

    private void run(EventStore store, Random random) {
        while (!closing) {
            NewEvent[] events = events(random);
            StreamName stream = StreamName.of("Order", "" + random.nextInt(20));
            boolean answered = false;
            while (!answered) {
                try {
                    store.append(stream, ExpectedVersion.any(), events);
                    answered = true;
                } catch (Unavailable e) {
                    unavailable.incrementAndGet();
                    Thread.onSpinWait();
                }
            }
            for (NewEvent event : events) {
                acknowledged.add(event.id());
            }
        }
    }

    static NewEvent[] events(Random random) {
        NewEvent[] events = new NewEvent[1 + random.nextInt(3)];
        for (int i = 0; i < events.length; i++) {
            events[i] = NewEvent.json("Counted", "{\"n\":" + random.nextInt() + "}")
                    .withTags("parity:" + random.nextInt(2));
        }
        return events;
    }

    Set<UUID> acknowledged() {
        return acknowledged;
    }

    /** How often they met a server that was not there. */
    int unavailable() {
        return unavailable.get();
    }

    /** Waits until so many more events are acknowledged. */
    void awaitMore(int events) {
        int before = acknowledged.size();
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (acknowledged.size() < before + events) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("appends do not go on: " + (acknowledged.size() - before) + " in 60 s");
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        closing = true;
        for (Thread thread : threads) {
            Server.join(thread);
        }
    }
}
