package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** One measured round of a case on one subject. */
final class Round {
    private static final int STREAMS = 10_000;
    private static final int EVENTS_A_STREAM = 100;

    private final Workload workload;
    private final Subject subject;
    private final long nanos;
    private final Histogram times = new ConcurrentHistogram(3_600_000_000_000L, 3);

    Round(Workload workload, Subject subject, long nanos) {
        this.workload = workload;
        this.subject = subject;
        this.nanos = nanos;
    }

    /** Threads that append, each so many events a call, until the time is over; the indexes' share counts. */
    Measurement append(String name, int threads, int eventsACall) throws Exception {
        AtomicLong events = new AtomicLong();
        double seconds = run(threads, true, random -> {
            NewEvent[] batch = workload.events(eventsACall, random);
            String stream = eventsACall == 1
                    ? "Order-" + random.nextInt(STREAMS)
                    : "Order-" + Long.toHexString(random.nextLong());
            long before = System.nanoTime();
            subject.append(stream, batch);
            times.recordValue(System.nanoTime() - before);
            events.addAndGet(eventsACall);
        });
        return measured(name, events.get() / seconds);
    }

    /** Fills streams of 100 events; returns how many streams. */
    int fill(int streams) throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < streams; i++) {
            subject.append("Order-" + i, workload.events(EVENTS_A_STREAM, random));
        }
        subject.settle();
        return streams;
    }

    /** Threads that read whole streams until the time is over. */
    Measurement readStreams(String name, int threads, int streams) throws Exception {
        AtomicLong events = new AtomicLong();
        double seconds = run(threads, false, random -> {
            long before = System.nanoTime();
            long count = subject.readStream("Order-" + random.nextInt(streams));
            times.recordValue(System.nanoTime() - before);
            check(count, EVENTS_A_STREAM);
            events.addAndGet(count);
        });
        return measured(name, events.get() / seconds);
    }

    /** One thread that reads the whole store, again and again until the time is over. */
    Measurement scan(String name, int streams) throws Exception {
        AtomicLong events = new AtomicLong();
        double seconds = run(1, false, random -> {
            long before = System.nanoTime();
            long count = subject.scan();
            times.recordValue(System.nanoTime() - before);
            check(count, (long) streams * EVENTS_A_STREAM);
            events.addAndGet(count);
        });
        return measured(name, events.get() / seconds);
    }

    private interface Call {
        void once(Random random) throws Exception;
    }

    private double run(int threads, boolean settles, Call call) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Random random = new Random(t);
            running.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                    long end = System.nanoTime() + nanos;
                    do {
                        call.once(random);
                    } while (System.nanoTime() < end);
                } catch (Exception e) {
                    failure.set(e);
                }
            }));
        }
        long began = System.nanoTime();
        start.countDown();
        for (Thread thread : running) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        if (settles) {
            subject.settle();
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private Measurement measured(String name, double eventsPerSecond) {
        return new Measurement(
                name,
                subject.name(),
                eventsPerSecond,
                times.getValueAtPercentile(50) / 1e3,
                times.getValueAtPercentile(99) / 1e3);
    }

    private static void check(long count, long expected) {
        if (count != expected) {
            throw new IllegalStateException(count + " events read (expected: " + expected + ")");
        }
    }
}
