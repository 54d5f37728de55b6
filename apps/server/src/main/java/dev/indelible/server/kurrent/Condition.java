package dev.indelible.server.kurrent;

import java.util.OptionalLong;

/**
 * What an append to several streams demands of one of them, in the protocol's numbers.
 *
 * @param index which of the client's conditions it is; -1: it said nothing of this stream
 * @param stream which stream
 * @param expected its last revision, or one of the states of {@link Expectation} and of this class
 */
record Condition(int index, String stream, long expected) {
    static final long DELETED = -5;
    static final long TOMBSTONED = -6;

    private static final int NOT_ASKED = -1;

    /** That a stream which is written to is not tombstoned, which nobody needs to ask for. */
    static Condition none(String stream) {
        return new Condition(NOT_ASKED, stream, Expectation.ANY.raw());
    }

    boolean isAsked() {
        return index != NOT_ASKED;
    }

    /**
     * The state that the stream is in, if that is not as expected.
     *
     * @param written whether the append writes to the stream: then a deleted one is continued at its last revision
     */
    OptionalLong violatedBy(StreamState state, boolean written) {
        boolean deleted = state.metadata().isDeleted();
        if (state.tombstoned()) {
            return expected == TOMBSTONED && !written ? OptionalLong.empty() : OptionalLong.of(TOMBSTONED);
        }
        boolean holds;
        if (expected == Expectation.ANY.raw()) {
            holds = true;
        } else if (expected == Expectation.EXISTS.raw()) {
            holds = !deleted && (state.version() > 0 || state.metaVersion() > 0);
        } else if (expected == Expectation.NO_STREAM.raw()) {
            holds = state.version() == 0 || deleted;
        } else if (expected == DELETED) {
            holds = deleted;
        } else {
            holds = expected == state.lastRevision() && (written || !deleted);
        }
        if (holds) {
            return OptionalLong.empty();
        }
        boolean toldDeleted = deleted && !(written && expected >= 0);
        return OptionalLong.of(toldDeleted ? DELETED : state.lastRevision());
    }
}
