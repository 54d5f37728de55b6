package dev.indelible;

import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;

/** What a subscription has to tell. Every notice moves the subscription's position to its own. */
public sealed interface Notice {
    /** Everything that matches, up to and including here, was handed out. */
    Position position();

    /**
     * The next event.
     *
     * @param event the event
     */
    record Event(RecordedEvent event) implements Notice {
        @Override
        public Position position() {
            return event.position();
        }
    }

    /**
     * Nothing that matches up to here: a place to save, so that a restart does not look at all that again.
     *
     * @param position up to where
     */
    record Checkpoint(Position position) implements Notice {}

    /**
     * The end of the store was reached: events from now on are live. Told again after each {@link FellBehind}.
     *
     * @param position the end
     */
    record CaughtUp(Position position) implements Notice {}

    /**
     * The consumer was live and is now more than {@link Subscription#FELL_BEHIND_EVENTS} events slower than the store.
     *
     * @param position what it has
     */
    record FellBehind(Position position) implements Notice {}
}
