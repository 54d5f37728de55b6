package dev.indelible.journal;

import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Guard;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import java.util.UUID;

/** What became of an append: recorded, or refused for a reason that the caller can act on. */
public sealed interface Outcome {
    /**
     * All events are recorded and durable.
     *
     * @param appended where
     */
    record Recorded(Appended appended) implements Outcome {}

    /** Nothing of the append is recorded. */
    sealed interface Refused extends Outcome {
        /** The reason, with the value and what was expected. */
        String reason();
    }

    /**
     * A stream is not at the expected version.
     *
     * @param stream which stream
     * @param expected what the append asked for
     * @param actual its version; 0: it does not exist
     */
    record VersionConflict(StreamName stream, ExpectedVersion expected, long actual) implements Refused {
        @Override
        public String reason() {
            return "stream %s: version %d (expected: %s)".formatted(stream, actual, expected);
        }
    }

    /**
     * An event id is recorded already, and not as part of this very append.
     *
     * @param eventId the first such id
     * @param difference what tells this append from the recorded one
     */
    record IdConflict(UUID eventId, Difference difference) implements Refused {
        /** How an append differs from the one that recorded its ids. */
        public enum Difference {
            /** Not the same ids in the same order. */
            OTHER_EVENTS("recorded by an append of other events (expected: the same ids, all of them, in order)"),
            /** The event lives in another stream. */
            OTHER_STREAM("recorded in another stream (expected: the same stream)"),
            /** Type, schema version, data or tags differ. */
            OTHER_CONTENT("recorded with other content (expected: same type, schema version, data and tags)");

            private final String text;

            Difference(String text) {
                this.text = text;
            }
        }

        @Override
        public String reason() {
            return "event_id " + eventId + ": " + difference.text;
        }
    }

    /**
     * Something happened that must not have happened.
     *
     * @param guard the guard that does not hold
     * @param found position of the latest event that it matches
     */
    record GuardConflict(Guard guard, Position found) implements Refused {
        @Override
        public String reason() {
            return "guard on %s: an event at position %s (expected: none after %s)"
                    .formatted(guard.query(), found, guard.after());
        }
    }
}
