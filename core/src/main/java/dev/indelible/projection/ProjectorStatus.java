package dev.indelible.projection;

import dev.indelible.event.Position;
import java.util.Optional;

/**
 * How a projector stands.
 *
 * @param projection its name
 * @param state what it does
 * @param position up to where the read model is complete
 * @param head the end of the store, as last seen
 * @param isLive whether it has caught up
 * @param events how many it has taken in since it was started
 * @param failures how often something went wrong since then
 * @param lastError what last went wrong, if nothing was taken in since
 */
public record ProjectorStatus(
        String projection,
        State state,
        Position position,
        Position head,
        boolean isLive,
        long events,
        long failures,
        Optional<Throwable> lastError) {
    /** What a projector does. */
    public enum State {
        /** It takes events in, or waits for them. */
        RUNNING,
        /** It was told to pause. */
        PAUSED,
        /** Something went wrong; it tries again in a moment. */
        RETRYING,
        /** Something went wrong too often; it has given up. */
        STOPPED,
        /** It was closed. */
        CLOSED
    }

    /** How many positions it is behind. */
    public long lag() {
        return Math.max(0, head.value() - position.value());
    }
}
