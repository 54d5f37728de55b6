package dev.indelible.projection;

import dev.indelible.event.Position;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does until it is told otherwise.
 *
 * @param number one more with each turn of a lane
 * @param mine the parts that this process moves, as the target has them
 * @param control what holds meanwhile
 * @param cap where to stop; null for nowhere
 */
record Turn(
        long number,
        List<Checkpoint> mine,
        Control control,
        @Nullable Position cap) {
    /** Whether a lane that does this need not be told to do that; how far parts are, it knows better. */
    boolean isAsGoodAs(Turn other) {
        return slices().equals(other.slices())
                && Objects.equals(cap, other.cap)
                && control.active() == other.control.active()
                && control.replayUntil().equals(other.control.replayUntil());
    }

    List<Slices> slices() {
        return mine.stream().map(Checkpoint::slices).toList();
    }
}
