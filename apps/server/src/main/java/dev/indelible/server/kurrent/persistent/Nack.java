package dev.indelible.server.kurrent.persistent;

/** What a consumer wants done with an event that it did not deal with. */
public enum Nack {
    /** Keep it aside. */
    PARK,
    /** Send it again. */
    RETRY,
    /** Take it as done. */
    SKIP,
    /** Give it to another consumer, and nothing more to this one. */
    STOP
}
