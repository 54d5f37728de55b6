package dev.indelible.server.kurrent;

/** What became of a write. */
sealed interface Written {
    /**
     * It is recorded, now or by an earlier call with the same ids.
     *
     * @param revision of the last event; -1: the stream has none
     * @param position of the last event; 0: nothing was written
     */
    record Recorded(long revision, long position) implements Written {}

    /**
     * The stream is not as expected.
     *
     * @param actual its last revision; -1: there is no stream
     */
    record WrongVersion(long actual) implements Written {}
}
