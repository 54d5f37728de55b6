package dev.indelible.server.kurrent;

import dev.indelible.event.ExpectedVersion;

/**
 * What a client expects of a stream, in the protocol's numbers.
 *
 * @param raw the last revision, or one of the constants
 */
record Expectation(long raw) {
    static final Expectation ANY = new Expectation(-2);
    static final Expectation NO_STREAM = new Expectation(-1);
    static final Expectation EXISTS = new Expectation(-4);

    /** The stream's last event has that revision. */
    static Expectation revision(long revision) {
        if (revision < 0) {
            throw Refusals.badRequest(
                    "expected revision: " + Long.toUnsignedString(revision) + " (expected: less than 2^63)");
        }
        return new Expectation(revision);
    }

    boolean isAny() {
        return raw == ANY.raw;
    }

    boolean isNoStream() {
        return raw == NO_STREAM.raw;
    }

    boolean isExists() {
        return raw == EXISTS.raw;
    }

    /** Whether it names the last revision, if only by saying that there is none. */
    boolean isExact() {
        return raw >= NO_STREAM.raw;
    }

    /** The same in the words of the store, whose versions count from one. */
    ExpectedVersion version() {
        if (isAny()) {
            return ExpectedVersion.any();
        }
        return isExists() ? ExpectedVersion.exists() : ExpectedVersion.exactly(raw + 1);
    }
}
