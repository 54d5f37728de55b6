package dev.indelible.event;

/** What the version of a stream must be for an append to be recorded. The version is the number of its events. */
public sealed interface ExpectedVersion {
    /** Whether a stream of that version (0: no such stream) meets the expectation. */
    boolean allows(long actual);

    /** No expectation. */
    static ExpectedVersion any() {
        return Any.ANY;
    }

    /** The stream must not exist. */
    static ExpectedVersion noStream() {
        return exactly(0);
    }

    /** The stream must have at least one event. */
    static ExpectedVersion exists() {
        return Exists.EXISTS;
    }

    /** The stream must have exactly that many events; 0: it must not exist. */
    static ExpectedVersion exactly(long version) {
        return new Exactly(version);
    }

    /** No expectation. */
    enum Any implements ExpectedVersion {
        /** The only one. */
        ANY;

        @Override
        public boolean allows(long actual) {
            return true;
        }

        @Override
        public String toString() {
            return "any";
        }
    }

    /** At least one event. */
    enum Exists implements ExpectedVersion {
        /** The only one. */
        EXISTS;

        @Override
        public boolean allows(long actual) {
            return actual > 0;
        }

        @Override
        public String toString() {
            return "exists";
        }
    }

    /**
     * That many events.
     *
     * @param version 0 or more
     */
    record Exactly(long version) implements ExpectedVersion {
        /** Checks that the version is not negative. */
        public Exactly {
            if (version < 0) {
                throw new IllegalArgumentException("expected version: " + version + " (expected: 0 or more)");
            }
        }

        @Override
        public boolean allows(long actual) {
            return actual == version;
        }

        @Override
        public String toString() {
            return version == 0 ? "no_stream" : Long.toString(version);
        }
    }
}
