package dev.indelible;

import dev.indelible.journal.Capability;
import dev.indelible.journal.Outcome.Refused;
import org.jspecify.annotations.Nullable;

/** What can go wrong with a store, by what the caller does next. Bad input is an {@link IllegalArgumentException}. */
public abstract sealed class EventStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private EventStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The append was refused and left nothing behind: read again and decide again. */
    public static final class Conflict extends EventStoreException {
        private static final long serialVersionUID = 1;

        private final transient Refused refusal;

        /** A conflict for that reason. */
        public Conflict(Refused refusal) {
            super(refusal.reason(), null);
            this.refusal = refusal;
        }

        /** The reason, with its values. */
        public Refused refusal() {
            return refusal;
        }
    }

    /** The engine cannot be reached, or cannot go on: try later, with the same event ids. It may have been recorded. */
    public static final class Unavailable extends EventStoreException {
        private static final long serialVersionUID = 1;

        /** Unavailable, and why. */
        public Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The journal does not promise what the call needs: use another engine, or do without. Nothing was sent. */
    public static final class Unsupported extends EventStoreException {
        private static final long serialVersionUID = 1;

        /** The missing capability. */
        public Unsupported(Capability missing) {
            super("this journal lacks " + missing + ": " + missing.meaning(), null);
        }

        /** Unsupported for another reason. */
        public Unsupported(String message) {
            super(message, null);
        }
    }

    /** What is stored is damaged: stop, and restore. */
    public static final class Corrupted extends EventStoreException {
        private static final long serialVersionUID = 1;

        /** Where and how. */
        public Corrupted(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
