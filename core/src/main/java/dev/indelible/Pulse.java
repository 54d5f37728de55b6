package dev.indelible;

import dev.indelible.event.Position;
import dev.indelible.journal.Journal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits for news from a journal on behalf of all subscriptions of a store: one waiting thread, however many they are.
 * It starts with the first subscription that waits. News is only a hint to read again.
 */
final class Pulse {
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final long BACK_OFF_MS_FIRST = 50;
    private static final long BACK_OFF_MS_MAX = 5_000;

    private final Journal journal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
    private volatile Position head = Position.START;
    private volatile @Nullable Throwable lastError;
    private volatile boolean closed;
    private @Nullable Thread waiting;

    Pulse(Journal journal) {
        this.journal = journal;
    }

    Position head() {
        return head;
    }

    @Nullable
    Throwable lastError() {
        return lastError;
    }

    void add(Subscription subscription) {
        subscriptions.add(subscription);
    }

    void remove(Subscription subscription) {
        subscriptions.remove(subscription);
        wakeAll();
    }

    List<Subscription> subscriptions() {
        return List.copyOf(subscriptions);
    }

    /** Whether there is news after the position; false when the time is over or the subscription is closed. */
    boolean awaitAfter(Position position, long deadline, Subscription subscription) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            startOnce();
            while (!head.isAfter(position)) {
                long nanos = deadline - System.nanoTime();
                if (nanos <= 0 || subscription.isClosed()) {
                    return false;
                }
                news.await(nanos, TimeUnit.NANOSECONDS);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        closed = true;
        subscriptions().forEach(Subscription::close);
        Thread thread;
        lock.lock();
        try {
            thread = waiting;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void startOnce() {
        if (waiting == null && !closed) {
            waiting = Thread.ofVirtual().name("indelible-pulse").start(this::run);
        }
    }

    private void run() {
        long backOffMs = BACK_OFF_MS_FIRST;
        while (!closed) {
            try {
                if (journal.await(head, WAIT)) {
                    head = Position.later(head, journal.head());
                    wakeAll();
                }
                lastError = null;
                backOffMs = BACK_OFF_MS_FIRST;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                lastError = e;
                backOffMs = Math.min(BACK_OFF_MS_MAX, 2 * backOffMs);
                if (!paused(backOffMs)) {
                    return;
                }
            }
        }
    }

    private boolean paused(long ms) {
        try {
            Thread.sleep(ms);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
