package dev.indelible.cli;

import dev.indelible.EventStoreException;
import dev.indelible.cli.EventLines.BadLine;
import dev.indelible.cli.EventLines.Line;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Records events in a store, each as an append of its own: an append is known again by its ids, so only that way can
 * the same event come from another file, or from the same file after a crash, and be recorded once.
 *
 * <p>For speed many appends are under way at once. All events of a stream go through one worker, in their order. After
 * a line that the store refuses, only lines before it are begun, so that in each stream exactly its first events are
 * recorded, and the import can be run again.
 */
final class Importer {
    /** Room for each worker, so that few are idle although streams fall unevenly upon them. */
    private static final int PLACES_PER_WORKER = 4;

    private final Connection store;
    private final Tally tally;
    private final Window window;
    private final List<BlockingQueue<Work>> queues = new ArrayList<>();
    private final AtomicLong stopAt = new AtomicLong(Long.MAX_VALUE);
    private final AtomicReference<@Nullable BadLine> failure = new AtomicReference<>();

    /** An import with so many appends at once. */
    Importer(Connection store, Tally tally, int appendsInFlight) {
        this.store = store;
        this.tally = tally;
        this.window = new Window(appendsInFlight == 1 ? 1 : PLACES_PER_WORKER * appendsInFlight);
        for (int i = 0; i < appendsInFlight; i++) {
            // Bounded by the window: no queue ever holds more than fits into it.
            queues.add(new LinkedBlockingQueue<>());
        }
    }

    private record Work(long number, Line line) {}

    /** How many places an event can come before or after its place in the input. */
    static int placesOffMax(Connection store) {
        return PLACES_PER_WORKER * store.appendsInFlight();
    }

    /**
     * Records all events, in each stream in the order of the lines. Returns when they are durable.
     *
     * @throws BadLine for the first line that is no event or that the store refused; all lines before it are recorded,
     *     unless the store failed
     */
    void run(EventLines lines) throws InterruptedException {
        BadLine unread;
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (BlockingQueue<Work> queue : queues) {
                    workers.execute(() -> work(queue));
                }
                unread = hand(lines);
                window.awaitEmpty();
            } finally {
                workers.shutdownNow();
            }
        }
        BadLine first = earlier(failure.get(), unread);
        if (first != null) {
            throw first;
        }
    }

    /** Hands the lines to the workers; returns the line that ended it before the end of the input, if one did. */
    private @Nullable BadLine hand(EventLines lines) throws InterruptedException {
        try {
            while (stopAt.get() == Long.MAX_VALUE) {
                Line line = lines.next();
                if (line == null) {
                    return null;
                }
                tally.read(line.stream());
                int worker = Math.floorMod(line.stream().hashCode(), queues.size());
                queues.get(worker).add(new Work(window.enter(), line));
            }
            return null;
        } catch (BadLine e) {
            return e;
        }
    }

    private void work(BlockingQueue<Work> queue) {
        try {
            while (true) {
                Work work = queue.take();
                try {
                    if (work.line().number() < stopAt.get()) {
                        append(work.line());
                    }
                } finally {
                    window.leave(work.number());
                }
            }
        } catch (InterruptedException e) {
            // The import is over.
        }
    }

    private void append(Line line) {
        try {
            Appended appended = store.append(line.stream(), ExpectedVersion.any(), line.event());
            tally.recorded(appended.repeated());
        } catch (EventStoreException.Conflict | IllegalArgumentException e) {
            fail(line, e, line.number());
        } catch (RuntimeException | Error e) {
            // The store cannot go on: what waits would only fail as well.
            fail(line, e, 0);
        }
    }

    private void fail(Line line, Throwable reason, long stop) {
        stopAt.accumulateAndGet(stop, Math::min);
        BadLine failed = new BadLine(line.number(), OneLineErrors.text(reason), reason);
        failure.accumulateAndGet(failed, Importer::earlier);
    }

    private static @Nullable BadLine earlier(@Nullable BadLine a, @Nullable BadLine b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.number() <= b.number() ? a : b;
    }
}
