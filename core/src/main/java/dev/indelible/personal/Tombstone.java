package dev.indelible.personal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * That a subject's key was destroyed.
 *
 * @param generation of the last key that was destroyed; all before it are gone as well
 * @param shreddedAt when, in microseconds
 */
public record Tombstone(int generation, Instant shreddedAt) {
    /** Cuts the time to microseconds. */
    public Tombstone {
        shreddedAt = shreddedAt.truncatedTo(ChronoUnit.MICROS);
    }
}
