package dev.indelible.cli;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets numbered pieces of work be done at the same time, but none that is more than a given number of places ahead of
 * the first one that is not done.
 */
final class Window {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final boolean[] done;
    private long first;
    private long next;

    Window(int size) {
        this.done = new boolean[size];
    }

    /** Blocks until there is room, and returns the number of the piece that may begin. */
    long enter() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (next - first == done.length) {
                moved.await();
            }
            return next++;
        } finally {
            lock.unlock();
        }
    }

    /** The piece of that number is done. */
    void leave(long number) {
        lock.lock();
        try {
            done[slot(number)] = true;
            while (first < next && done[slot(first)]) {
                done[slot(first)] = false;
                first++;
            }
            // Half a window at a time: to wake a thread costs more than to record an event.
            if (next - first <= done.length / 2) {
                moved.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Blocks until all that was begun is done. */
    void awaitEmpty() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (first < next) {
                moved.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private int slot(long number) {
        return (int) (number % done.length);
    }
}
