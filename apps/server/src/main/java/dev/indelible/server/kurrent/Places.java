package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;

/** Where a read begins, as a number. Numbers of 2^63 and more, which the protocol uses as marks, stand for the end. */
final class Places {
    static final long END = Long.MAX_VALUE;

    private Places() {}

    static long revision(ReadReq.StreamOptions options) {
        return switch (options.getRevisionOptionCase()) {
            case REVISION -> number(options.getRevision());
            case START, REVISIONOPTION_NOT_SET -> 0;
            case END -> END;
        };
    }

    static long position(ReadReq.AllOptions options) {
        return switch (options.getAllOptionCase()) {
            case POSITION -> number(options.getPosition().getCommitPosition());
            case START, ALLOPTION_NOT_SET -> 0;
            case END -> END;
        };
    }

    private static long number(long unsigned) {
        return unsigned < 0 ? END : unsigned;
    }
}
