package dev.indelible.projection;

import dev.indelible.event.Position;
import dev.indelible.projection.ProjectorStatus.State;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a lane does and how it fares, between its threads and those who steer and watch it. */
final class Course {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Runnable wakeTender;
    private final Map<Slices, Position> positions = new TreeMap<>();
    private final Rate rate = new Rate();

    private @Nullable Turn turn;
    private boolean isSpent = true;
    private List<Slices> inHand = List.of();
    private State state = State.STANDBY;
    private boolean isClosing;
    private boolean isLive;
    private long events;
    private long failures;
    private @Nullable Throwable lastError;

    /** Runs that when the lane needs another turn. */
    Course(Runnable wakeTender) {
        this.wakeTender = wakeTender;
    }

    /** Waits for a turn; null when it is closed. */
    @Nullable
    Turn next() throws InterruptedException {
        lock.lock();
        try {
            while (!isClosing && (turn == null || isSpent || turn.mine().isEmpty())) {
                changed.await();
            }
            if (isClosing || turn == null) {
                return null;
            }
            inHand = turn.slices();
            return turn;
        } finally {
            lock.unlock();
        }
    }

    boolean isCurrent(Turn of) {
        lock.lock();
        try {
            return !isClosing && isOf(of);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the turn is over, but not longer. */
    void awaitEnd(Turn of, Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        lock.lock();
        try {
            while (nanos > 0 && !isClosing && isOf(of)) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOf(Turn of) {
        return turn != null && turn.number() == of.number() && !isSpent;
    }

    /** The lane has let go of its parts. */
    void left(Turn of) {
        lock.lock();
        try {
            inHand = List.of();
            isSpent |= isOf(of);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        wakeTender.run();
    }

    /** Gives the lane another turn, if that changes anything; true if it does. */
    boolean give(Turn to) {
        lock.lock();
        try {
            if (state == State.STOPPED || (!isSpent && turn != null && turn.isAsGoodAs(to))) {
                return false;
            }
            turn = to;
            isSpent = false;
            isLive = isLive && !to.mine().isEmpty();
            if (state != State.RETRYING || to.mine().isEmpty()) {
                state = to.mine().isEmpty() ? State.STANDBY : State.RUNNING;
            }
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    List<Slices> inHand() {
        lock.lock();
        try {
            return inHand;
        } finally {
            lock.unlock();
        }
    }

    /** How far the parts are as the target has it, which may be less than the lane knows. */
    void noted(Collection<Checkpoint> all) {
        lock.lock();
        try {
            for (Checkpoint each : all) {
                positions.merge(each.slices(), each.position(), Position::later);
            }
            rate.sample(position());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A part is complete up to there, with so many more events. */
    void reached(Slices slices, Position to, int more) {
        lock.lock();
        try {
            positions.merge(slices, to, Position::later);
            events += more;
            state = state == State.RETRYING ? State.RUNNING : state;
            lastError = more > 0 ? null : lastError;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All parts are where they were to come; whether that is the end of the store. */
    void cameThrough(boolean isLive) {
        lock.lock();
        try {
            this.isLive = isLive;
            state = state == State.RETRYING ? State.RUNNING : state;
            lastError = null;
        } finally {
            lock.unlock();
        }
    }

    void failed(Throwable error) {
        lock.lock();
        try {
            failures++;
            lastError = error;
            isLive = false;
            state = state == State.RUNNING ? State.RETRYING : state;
        } finally {
            lock.unlock();
        }
    }

    /** It has given up; the turn is over. */
    void stop(Throwable error) {
        lock.lock();
        try {
            lastError = error;
            isLive = false;
            state = State.STOPPED;
            isSpent = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it has given up until somebody says: go on. */
    boolean isStopped() {
        lock.lock();
        try {
            return state == State.STOPPED;
        } finally {
            lock.unlock();
        }
    }

    void resume() {
        lock.lock();
        try {
            state = state == State.STOPPED ? State.RUNNING : state;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            isClosing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Up to where all parts are complete. */
    Position position() {
        lock.lock();
        try {
            return positions.values().stream().min(Position::compareTo).orElse(Position.START);
        } finally {
            lock.unlock();
        }
    }

    /** Whether this lane moves all parts, so that nobody knows better how far they are. */
    boolean hasAll() {
        lock.lock();
        try {
            return turn != null && !isSpent && turn.mine().size() == positions.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all parts are there; false if they are not by then, or it has stopped or ended. */
    boolean await(Position there, Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (there.isAfter(position())) {
                if (nanos <= 0 || isClosing || state == State.STOPPED) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How it fares, seen at one moment. */
    record Seen(
            State state,
            Position position,
            boolean isLive,
            long events,
            long failures,
            double perSecond,
            @Nullable Throwable lastError) {
        static final Seen NOTHING = new Seen(State.STANDBY, Position.START, false, 0, 0, 0, null);
    }

    Seen seen() {
        lock.lock();
        try {
            return new Seen(state, position(), isLive, events, failures, rate.perSecond(), lastError);
        } finally {
            lock.unlock();
        }
    }
}
