package dev.indelible.dynamodb;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Learns of new events: at once of those recorded here, and by looking at the head of all others, often while something
 * happens and ever more seldom while nothing does. Nobody looks unless somebody waits, and then only one.
 */
final class News {
    static final Duration POLL_FIRST = Duration.ofMillis(20);
    static final Duration POLL_LAST = Duration.ofSeconds(1);

    private static final int SLOWER_PERCENT = 150;

    private final Service service;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private long head;
    private long pollNanos = POLL_FIRST.toNanos();
    private boolean looking;
    private long looked = System.nanoTime() - POLL_LAST.toNanos();
    private boolean closed;

    News(Service service) {
        this.service = service;
    }

    /** Time between two looks now, in milliseconds. */
    long pollMs() {
        lock.lock();
        try {
            return TimeUnit.NANOSECONDS.toMillis(pollNanos);
        } finally {
            lock.unlock();
        }
    }

    /** Events up to the position can be read. */
    void publish(long position) {
        lock.lock();
        try {
            if (position > head) {
                head = position;
                pollNanos = POLL_FIRST.toNanos();
                moved.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is an event after the position, within the timeout. */
    boolean await(long after, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        lock.lockInterruptibly();
        try {
            if (head <= after && System.nanoTime() - looked >= POLL_FIRST.toNanos()) {
                look();
            }
            for (long left = timeout.toNanos(); head <= after && left > 0 && !closed; left = end - System.nanoTime()) {
                long untilLook = looked + pollNanos - System.nanoTime();
                if (untilLook <= 0 && !looking) {
                    look();
                } else {
                    moved.awaitNanos(Math.min(left, looking ? pollNanos : untilLook));
                }
            }
            return head > after;
        } finally {
            lock.unlock();
        }
    }

    /** An eventually consistent look, for half the price: it may come too late, but never sees too much. */
    private void look() {
        if (looking || closed) {
            return;
        }
        looking = true;
        lock.unlock();
        long seen = 0;
        try {
            seen = Head.of(service.get(Keys.HEAD, false)).last();
        } finally {
            lock.lock();
            looking = false;
            looked = System.nanoTime();
            pollNanos = Math.min(POLL_LAST.toNanos(), pollNanos * SLOWER_PERCENT / 100);
            publish(seen);
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
