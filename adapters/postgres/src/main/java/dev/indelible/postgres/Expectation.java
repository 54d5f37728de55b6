package dev.indelible.postgres;

import dev.indelible.event.ExpectedVersion;

/** Expected versions as {@code append_batch} takes them. */
final class Expectation {
    private static final long ANY = -1;
    private static final long EXISTS = -2;

    private Expectation() {}

    static long toNumber(ExpectedVersion expected) {
        return switch (expected) {
            case ExpectedVersion.Any any -> ANY;
            case ExpectedVersion.Exists exists -> EXISTS;
            case ExpectedVersion.Exactly exactly -> exactly.version();
        };
    }
}
