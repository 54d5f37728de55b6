package dev.indelible.server.kurrent;

/** Room for the appends that run: how many bytes of them are held in memory at once. For any number of threads. */
public interface AppendRoom {
    /**
     * Lets bytes of an append in; never waits.
     *
     * @return what {@link #leave} is to be given when the append is over
     * @throws dev.indelible.EventStoreException.Unavailable if there is no room at the moment, or none any more
     */
    int enter(long bytes);

    /** What was let in is over. */
    void leave(int counted);
}
