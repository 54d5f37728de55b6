package dev.indelible.embedded;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.journal.Admission;
import dev.indelible.journal.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: appends that arrive while others are being forced are decided together, written in one write and made
 * durable by one {@code force}. An append that arrives alone is written by its own thread; a thread of the committer
 * serves the others.
 *
 * <p>Only after the force are events added to the index, the head moved, and answers given, refusals too, since they
 * may rest on events of the same group. A write or a force that failed ends the committer for good: what the disk then
 * holds is known only after the store was opened again.
 */
final class Committer implements AutoCloseable {
    private static final int GROUP_BYTES_MAX = 8 << 20;
    private static final int WAITING_KIB_MAX = 64 << 10;

    private final Log log;
    private final Index index;
    private final Clock clock;
    private final ReentrantLock committing = new ReentrantLock();
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(WAITING_KIB_MAX);
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closing;
    private boolean closed;
    private volatile @Nullable Throwable failure;

    private final ReentrantLock waiting = new ReentrantLock();
    private final Condition news = waiting.newCondition();
    private final AtomicInteger watchers = new AtomicInteger();
    private volatile long head;

    private Instant latest;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    Committer(Log log, Index index, Clock clock, Recovery.State start) {
        this.log = log;
        this.index = index;
        this.clock = clock;
        this.head = start.head();
        this.latest = start.latest();
        this.thread = Thread.ofPlatform().daemon().name("indelible-committer").start(this::run);
    }

    /** An append and the thread that waits for its outcome. */
    static final class Waiting {
        private final Append append;
        private final Frame frame;
        private final Thread caller = Thread.currentThread();
        private @Nullable Outcome outcome;
        private @Nullable RuntimeException error;
        private volatile boolean done;

        Waiting(Append append, Frame frame) {
            this.append = append;
            this.frame = frame;
        }

        Append append() {
            return append;
        }

        private void fail(Throwable e) {
            error = e instanceof RuntimeException known ? known : new Unavailable("the append failed: " + e, e);
        }

        private void finish() {
            done = true;
            if (caller != Thread.currentThread()) {
                LockSupport.unpark(caller);
            }
        }

        /** An error counts even if there is an outcome, which was found before the write failed. */
        private Outcome result() {
            boolean interrupted = false;
            while (!done) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (error != null) {
                throw error;
            }
            return Objects.requireNonNull(outcome);
        }
    }

    long head() {
        return head;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    Outcome append(Append append) {
        if (closing) {
            throw new Unavailable("the journal is closed", null);
        }
        Waiting mine = new Waiting(append, Frame.of(append, log.segmentBytes()));
        int kib = Math.min(WAITING_KIB_MAX, 1 + mine.frame.paddedLength() / 1024);
        room.acquireUninterruptibly(kib);
        try {
            if (queue.isEmpty() && committing.tryLock()) {
                try {
                    commit(List.of(mine));
                } finally {
                    committing.unlock();
                    wakeIfIdle();
                }
            } else {
                queue.add(mine);
                wakeIfIdle();
            }
            return mine.result();
        } finally {
            room.release(kib);
        }
    }

    boolean await(long after, Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        waiting.lockInterruptibly();
        try {
            watchers.incrementAndGet();
            while (head <= after && nanos > 0 && !closing) {
                nanos = news.awaitNanos(nanos);
            }
            return head > after;
        } finally {
            watchers.decrementAndGet();
            waiting.unlock();
        }
    }

    /** Lets the appends that wait end, refuses others, and ends its thread. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        Allocator.joinUninterruptibly(thread);
        committing.lock();
        try {
            drain();
            closed = true;
        } finally {
            committing.unlock();
        }
        tellWatchers();
    }

    private void run() {
        while (!closing) {
            try {
                serve();
            } catch (Error e) {
                failure = e; // Out of memory, most likely; the next appends are told.
            }
        }
    }

    private void serve() {
        while (!closing) {
            if (queue.isEmpty()) {
                idle = true;
                if (queue.isEmpty() && !closing) {
                    LockSupport.park(this);
                }
                idle = false;
            } else {
                committing.lock();
                try {
                    drain();
                } finally {
                    committing.unlock();
                }
            }
        }
    }

    private void wakeIfIdle() {
        if (closing) {
            committing.lock();
            try {
                drain();
            } finally {
                committing.unlock();
            }
        } else if (idle && !queue.isEmpty()) {
            LockSupport.unpark(thread);
        }
    }

    private void drain() {
        List<Waiting> group = new ArrayList<>();
        while (!queue.isEmpty()) {
            group.clear();
            long bytes = 0;
            int bytesMax = Math.min(GROUP_BYTES_MAX, log.segmentBytes());
            for (Waiting next = queue.peek(); next != null; next = queue.peek()) {
                bytes += next.frame.paddedLength();
                if (bytes > bytesMax && !group.isEmpty()) {
                    break;
                }
                group.add(next);
                queue.remove();
            }
            commit(group); // Throws nothing: whoever is out of the queue gets an answer.
        }
    }

    private void commit(List<Waiting> appends) {
        try {
            refuseIfEnded();
            Group group = new Group(index, log, head, now());
            for (Waiting next : appends) {
                decide(next, group);
            }
            write(group);
        } catch (RuntimeException | Error e) {
            for (Waiting next : appends) {
                next.fail(e);
            }
        } finally {
            for (Waiting next : appends) {
                next.finish();
            }
        }
    }

    private void decide(Waiting next, Group group) {
        try {
            Optional<Outcome> known = Admission.check(next.append, group);
            next.outcome = known.isPresent() ? known.get() : group.accept(next.append, next.frame);
        } catch (RuntimeException e) {
            next.error = e;
        }
    }

    private void write(Group group) {
        int bytes = group.bytes();
        if (bytes == 0) {
            return;
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(Math.max(bytes, 2 * buffer.capacity()));
        }
        long address = log.placeFor(bytes);
        group.seal(address, buffer.clear());
        try {
            log.write(buffer.flip(), address);
            group.addTo(index.active(), address);
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            refuseIfEnded();
        }
        latest = group.recordedAt();
        head = group.head();
        if (watchers.get() > 0) {
            tellWatchers();
        }
        try {
            index.rollIfFull();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void tellWatchers() {
        waiting.lock();
        try {
            news.signalAll();
        } finally {
            waiting.unlock();
        }
    }

    private void refuseIfEnded() {
        if (closed) {
            throw new Unavailable("the journal is closed", null);
        }
        Throwable cause = failure;
        if (cause != null) {
            throw new Unavailable(
                    "the log could not be written (" + cause + "); nothing is appended until the store is"
                            + " opened again, which finds out what the disk holds",
                    cause);
        }
    }

    private Instant now() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return now.isAfter(latest) ? now : latest;
    }
}
