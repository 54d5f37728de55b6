package dev.indelible.server.kurrent;

import java.util.List;

/** What became of an append to several streams. */
sealed interface JointlyWritten {
    /**
     * All of it is recorded, now or by an earlier call with the same ids.
     *
     * @param revisions of the last event in each stream, in the order of the streams
     * @param position of the last event
     */
    record Recorded(List<Long> revisions, long position) implements JointlyWritten {
        /** Copies the revisions. */
        public Recorded {
            revisions = List.copyOf(revisions);
        }
    }

    /**
     * Nothing is recorded, since streams are not as expected.
     *
     * @param violations each condition that does not hold
     */
    record Violated(List<Violation> violations) implements JointlyWritten {
        /** Copies the violations. */
        public Violated {
            violations = List.copyOf(violations);
        }
    }

    /**
     * One condition that does not hold.
     *
     * @param condition which
     * @param actual the state of its stream: the last revision, -1 for no stream, or a state of {@link Condition}
     */
    record Violation(Condition condition, long actual) {}
}
