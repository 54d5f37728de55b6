package dev.indelible.projection;

import dev.indelible.event.Position;
import dev.indelible.projection.ProjectorStatus.State;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** How a projector's thread fares, between that thread and those who steer and watch it. */
final class Course {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.RUNNING;
    private Position position = Position.START;
    private volatile boolean isLive;
    private boolean isClosing;
    private long events;
    private long failures;
    private int pausesInARow;
    private @Nullable Throwable lastError;

    /** Waits while it is paused or stopped; false if it is to end. */
    boolean mayGoOn() throws InterruptedException {
        lock.lock();
        try {
            while (!isClosing && (state == State.PAUSED || state == State.STOPPED)) {
                changed.await();
            }
            return !isClosing;
        } finally {
            lock.unlock();
        }
    }

    /** The read model is complete up to there, with so many more events. */
    void reached(Position to, int more) {
        lock.lock();
        try {
            position = Position.later(position, to);
            events += more;
            if (state == State.RETRYING) {
                state = State.RUNNING;
            }
            if (more > 0) {
                pausesInARow = 0;
                lastError = null;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void live(boolean now) {
        isLive = now;
    }

    boolean isRunning() {
        lock.lock();
        try {
            return !isClosing && state != State.PAUSED && state != State.STOPPED;
        } finally {
            lock.unlock();
        }
    }

    void failed(Throwable error) {
        change(() -> {
            failures++;
            lastError = error;
            isLive = false;
            state = state == State.RUNNING ? State.RETRYING : state;
        });
    }

    void stop(Throwable error) {
        failed(error);
        change(() -> state = State.STOPPED);
    }

    /** Waits, twice as long as the last time if nothing was taken in since, until it is to end. */
    void pauseDoubled(Duration first, Duration max) throws InterruptedException {
        lock.lock();
        try {
            long nanos = Math.min(max.toNanos(), first.toNanos() << Math.min(20, pausesInARow++));
            while (nanos > 0 && !isClosing) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    void pause() {
        change(() -> state = state == State.CLOSED ? state : State.PAUSED);
    }

    void resume() {
        change(() -> state = state == State.CLOSED ? state : State.RUNNING);
    }

    void close() {
        change(() -> isClosing = true);
    }

    /** The thread is at its end. */
    void end() {
        change(() -> state = State.CLOSED);
    }

    private void change(Runnable how) {
        lock.lock();
        try {
            how.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean await(Position reached, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (reached.isAfter(position)) {
                if (left <= 0 || isClosing || state == State.STOPPED) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    ProjectorStatus status(String projection, Position head) {
        lock.lock();
        try {
            return new ProjectorStatus(
                    projection,
                    state,
                    position,
                    Position.later(head, position),
                    isLive,
                    events,
                    failures,
                    Optional.ofNullable(lastError));
        } finally {
            lock.unlock();
        }
    }
}
