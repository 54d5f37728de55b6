package dev.indelible.projection;

import dev.indelible.event.Position;
import java.time.Duration;
import java.util.Optional;

/**
 * How the building of another version of a read model stands.
 *
 * @param version the version that is built
 * @param phase what is done
 * @param position up to where it is complete
 * @param head the end of the store, as last seen
 * @param positionsPerSecond how fast it moves, over the last seconds
 * @param difference how it differs from the one that is read, if they were compared and do
 */
public record RebuildStatus(
        int version, Phase phase, Position position, Position head, double positionsPerSecond, String difference) {
    /** What is done. */
    public enum Phase {
        /** Nothing is built. */
        NONE,
        /** It is built from the log, and follows it. */
        BUILDING,
        /** It has caught up; both versions wait where they are for a moment. */
        HOLDING,
        /** Both versions go to the same position, where they are compared if asked, and switched. */
        MEETING,
        /** They were compared and differ; somebody must decide. */
        DIFFERS
    }

    /** How much of the store it has, from 0 to 100. */
    public double percent() {
        return head.value() == 0 ? 100 : 100.0 * Math.min(position.value(), head.value()) / head.value();
    }

    /** How long it will take to catch up if it goes on like that; empty if it does not move. */
    public Optional<Duration> remaining() {
        long left = Math.max(0, head.value() - position.value());
        return positionsPerSecond < 1 && left > 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(left == 0 ? 0 : (long) (1_000 * left / positionsPerSecond)));
    }
}
