package dev.indelible.projection;

import dev.indelible.event.Position;
import java.util.Optional;

/**
 * How a projection stands, as one of the processes that run it sees it.
 *
 * @param projection its name
 * @param state what it does in this process
 * @param version of the read model that is read; 0 before there is one
 * @param former version that can be rolled back to; 0 if there is none
 * @param position up to where the read model is complete, but for what is parked
 * @param head the end of the store, as last seen
 * @param isLive whether it has caught up
 * @param events how many this process has taken in since it started
 * @param positionsPerSecond how fast it moves, over the last seconds
 * @param failures how often something went wrong since then
 * @param parked how many events are parked in what is read
 * @param lastError what last went wrong, if nothing was taken in since, here or in what is built
 * @param rebuild how the building of another version stands, if one is built
 */
public record ProjectorStatus(
        String projection,
        State state,
        int version,
        int former,
        Position position,
        Position head,
        boolean isLive,
        long events,
        double positionsPerSecond,
        long failures,
        long parked,
        Optional<Throwable> lastError,
        Optional<RebuildStatus> rebuild) {
    /** What a projector does. */
    public enum State {
        /** It takes events in, or waits for them. */
        RUNNING,
        /** Another process does; this one takes over when that one is gone. */
        STANDBY,
        /** Somebody has paused the projection. */
        PAUSED,
        /** Something went wrong; it tries again in a moment. */
        RETRYING,
        /** Something went wrong too often; it has given up until it is told to resume. */
        STOPPED,
        /** It was closed. */
        CLOSED
    }

    /** How many positions it is behind. */
    public long lag() {
        return Math.max(0, head.value() - position.value());
    }
}
