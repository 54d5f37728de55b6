package dev.indelible.decider;

import java.time.Duration;

/**
 * When a snapshot is worth its while. Asked after each load and each recorded command.
 *
 * <pre>{@code SnapshotPolicy.every(50).or(SnapshotPolicy.slowerThan(Duration.ofMillis(20)))}</pre>
 */
@FunctionalInterface
public interface SnapshotPolicy {
    /** Whether the state that it took that much to find is to be kept. */
    boolean isDue(Replay replay);

    /**
     * What it took to find a state.
     *
     * @param version of the stream
     * @param events how many lie between the snapshot that was used, or the beginning, and that version; 1 or more
     * @param time of reading and evolving
     */
    record Replay(long version, long events, Duration time) {}

    /** Whenever so many events have been recorded since the last one; 1 or more. */
    static SnapshotPolicy every(long events) {
        if (events < 1) {
            throw new IllegalArgumentException("snapshot: every " + events + " events (expected: 1 or more)");
        }
        return replay -> replay.events() >= events;
    }

    /** Whenever it took longer than that to find the state. */
    static SnapshotPolicy slowerThan(Duration time) {
        return replay -> replay.time().compareTo(time) > 0;
    }

    /** Whenever the stream has more events than that, and at least one since the last snapshot. */
    static SnapshotPolicy longerThan(long events) {
        return replay -> replay.version() > events;
    }

    /** If either says so. */
    default SnapshotPolicy or(SnapshotPolicy other) {
        return replay -> isDue(replay) || other.isDue(replay);
    }

    /** If both say so. */
    default SnapshotPolicy and(SnapshotPolicy other) {
        return replay -> isDue(replay) && other.isDue(replay);
    }
}
