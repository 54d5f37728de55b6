package dev.indelible.postgres;

import dev.indelible.EventStoreException;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Appends that arrive while others are being recorded share one call, and so one round trip, one lock and one forced
 * write. The thread of a waiting append makes the call for all that wait; it gives the task on as soon as its own
 * append is answered.
 */
final class Batcher implements AutoCloseable {
    /** Calls under way at once: while one is being made durable, the next is on its way. */
    private static final int CALLS_MAX = 2;

    /** So many appends must wait before a second call is worth its while; of fewer, all wait for the first to end. */
    private static final int SECOND_CALL_APPENDS_MIN = 16;

    /** A call waits for the appenders of the one before it, at most for this part of the time that one took. */
    private static final int GATHERING_PART = 4;

    private static final long GATHERING_NANOS_MAX = 300_000;

    private static final int WAITING_KIB_MAX = 64 << 10;

    private final DataSource dataSource;
    private final String statement;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final ReentrantLock taking = new ReentrantLock();
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final AtomicReference<@Nullable Gathering> gathering = new AtomicReference<>();
    private volatile int lastAppends;
    private volatile long lastNanos;
    private volatile boolean othersAppend;
    private final ExecutorService leaders = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("indelible-appender-", 0).factory());
    private final Semaphore room = new Semaphore(WAITING_KIB_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();

    Batcher(DataSource dataSource, String schema) {
        this.dataSource = dataSource;
        this.statement = Batch.statement(schema);
    }

    /**
     * What became of one append.
     *
     * @param position of its first event, or null if it was refused
     * @param versions of its parts' streams, before it
     * @param refusal why, or null
     */
    record Answer(
            @Nullable Long position,
            List<Long> versions,
            @Nullable String refusal) {}

    /** An append and the thread that waits for its answer. */
    private static final class Waiting {
        private final Append append;
        private final Thread caller = Thread.currentThread();
        private @Nullable Answer answer;
        private @Nullable Throwable error;
        private volatile boolean taken;
        private volatile boolean done;

        Waiting(Append append) {
            this.append = append;
        }

        private void finish() {
            done = true;
            if (caller != Thread.currentThread()) {
                LockSupport.unpark(caller);
            }
        }

        private Answer result() {
            if (error instanceof SQLException e) {
                throw Failures.of(e);
            } else if (error instanceof EventStoreException e) {
                throw new Unavailable(String.valueOf(e.getMessage()), e);
            } else if (error != null) {
                throw new Unavailable("the append failed: " + error, error);
            }
            return Objects.requireNonNull(answer);
        }
    }

    Answer append(Append append) {
        int kib = (int) Math.min(WAITING_KIB_MAX, 1 + Batch.sizeOf(append) / 1024);
        room.acquireUninterruptibly(kib);
        boolean interrupted = false;
        try {
            Waiting mine = new Waiting(append);
            queue.add(mine);
            int waiting = queued.incrementAndGet();
            Gathering call = gathering.get();
            if (call != null && waiting >= call.appends && call.caller != Thread.currentThread()) {
                LockSupport.unpark(call.caller);
            }
            while (!mine.done) {
                if (!mine.taken && isCallWorthwhile() && calls.tryAcquire()) {
                    lead(mine);
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
            return mine.result();
        } finally {
            room.release(kib);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * With a permit that is given back. An interrupt cuts the connection of a virtual thread, and would fail the
     * appends of others: such a thread leaves the calls to one of the journal's.
     */
    private void lead(Waiting mine) {
        Runnable task = () -> {
            try {
                callUntil(mine);
            } finally {
                calls.release();
                wakeNext();
            }
        };
        try {
            if (Thread.currentThread().isVirtual()) {
                leaders.execute(task);
                return;
            }
        } catch (RejectedExecutionException closing) {
            // Then nothing is called any more, only refused.
        }
        task.run();
    }

    /** Who takes turns with other processes gets most done if he has all his appends ready when it is his. */
    private boolean isCallWorthwhile() {
        return calls.availablePermits() == CALLS_MAX || (!othersAppend && queued.get() >= SECOND_CALL_APPENDS_MIN);
    }

    /** Makes calls until that append is answered, or taken by another thread. */
    private void callUntil(Waiting mine) {
        while (!mine.taken) {
            call();
        }
    }

    /** Whatever goes wrong: who is out of the queue gets an answer. */
    private void call() {
        List<Waiting> waiting = new ArrayList<>();
        try {
            gather();
            Batch batch = take(waiting);
            if (closed.get()) {
                throw new Unavailable("the journal is closed", null);
            }
            if (!waiting.isEmpty()) {
                record(batch, waiting);
            }
        } catch (SQLException | RuntimeException | Error e) {
            for (Waiting next : waiting) {
                next.error = e;
            }
        } finally {
            for (Waiting next : waiting) {
                next.finish();
            }
        }
    }

    /** A call that waits until so many appends are there. */
    private record Gathering(Thread caller, int appends) {}

    /**
     * Who has just been answered is likely to append again at once: without a moment's wait the first of them would
     * make the next call alone, and all others wait for its end.
     */
    private void gather() {
        int appends = lastAppends;
        long end = System.nanoTime() + Math.min(GATHERING_NANOS_MAX, lastNanos / GATHERING_PART);
        Gathering call = new Gathering(Thread.currentThread(), appends);
        if (appends > 1 && gathering.compareAndSet(null, call)) {
            boolean interrupted = false;
            for (long left = end - System.nanoTime();
                    left > 0 && queued.get() < appends;
                    left = end - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
                interrupted |= Thread.interrupted();
            }
            gathering.set(null);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Batch take(List<Waiting> waiting) {
        Batch batch = new Batch();
        taking.lock();
        try {
            for (Waiting next = queue.peek(); next != null && batch.add(next.append); next = queue.peek()) {
                waiting.add(next);
                next.taken = true;
                queue.remove();
                queued.decrementAndGet();
            }
        } finally {
            taking.unlock();
        }
        return batch;
    }

    private void record(Batch batch, List<Waiting> waiting) throws SQLException {
        Batch.Answer answer;
        boolean isAlone = calls.availablePermits() == CALLS_MAX - 1;
        long began = System.nanoTime();
        try (Connection connection = connect()) {
            answer = batch.record(connection, statement);
        }
        lastNanos = System.nanoTime() - began;
        lastAppends = waiting.size();
        if (isAlone) {
            othersAppend = answer.waited();
        }
        int part = 0;
        for (int i = 0; i < waiting.size(); i++) {
            int parts = waiting.get(i).append.parts().size();
            List<Long> versions = List.of(answer.versions()).subList(part, part + parts);
            waiting.get(i).answer = new Answer(answer.positions()[i], versions, answer.refusal(i));
            part += parts;
        }
    }

    /** An interrupt is the caller's business, and not that of the others in his call. */
    private Connection connect() throws SQLException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return dataSource.getConnection();
                } catch (SQLException e) {
                    if (!(e.getCause() instanceof InterruptedException)) {
                        throw e;
                    }
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void wakeNext() {
        Waiting next = queue.peek();
        if (next != null) {
            LockSupport.unpark(next.caller);
        }
    }

    /** Lets calls under way end; appends after that are refused. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            calls.acquireUninterruptibly(CALLS_MAX);
            calls.release(CALLS_MAX);
            wakeNext(); // Who came meanwhile is refused, and wakes the one behind him.
            leaders.shutdown();
        }
    }
}
