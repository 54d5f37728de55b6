package dev.indelible.decider;

import dev.indelible.event.Position;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A state, and what it took to find it.
 *
 * @param version of the stream, or how many events were read across streams
 * @param eventId of the last event, or null if there is none
 * @param position of the last event
 * @param events how many were read since the snapshot or the beginning
 * @param nanos how long that took
 */
record Replayed<S>(S state, long version, @Nullable UUID eventId, Position position, long events, long nanos) {
    static <S> Replayed<S> nothing(S initial) {
        return new Replayed<>(initial, 0, null, Position.START, 0, 0);
    }

    SnapshotPolicy.Replay toReplay() {
        return new SnapshotPolicy.Replay(version, events, Duration.ofNanos(nanos));
    }

    /** The same after so many more events. */
    Replayed<S> plus(S next, UUID lastId, Position lastPosition, int count) {
        return new Replayed<>(next, version + count, lastId, lastPosition, events + count, nanos);
    }
}
