package dev.indelible.server;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.server.kurrent.AppendRoom;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The appends that run, counted by the bytes of their bodies: so many are held in memory at once, and whoever stops the
 * server waits until there are none. For any number of threads.
 */
final class Intake implements AppendRoom {
    private final int bytesMax;
    private final Semaphore room;
    private volatile boolean closed;

    Intake(int bytesMax) {
        this.bytesMax = bytesMax;
        this.room = new Semaphore(bytesMax, true);
    }

    /**
     * Lets an append in; never waits.
     *
     * @param bodyBytes how long its body is, negative if it does not say: then it counts as the longest
     * @return what {@link #leave} is to be given when its response is complete
     * @throws Unavailable if there is no room at the moment, or none any more
     */
    @Override
    public int enter(long bodyBytes) {
        long bytes = bodyBytes < 0 ? IndelibleServer.BODY_BYTES_MAX : Math.max(1, bodyBytes);
        int counted = (int) Math.min(bytesMax, bytes);
        boolean entered = room.tryAcquire(counted);
        // Only now: either this sees that it is closed, or whoever closes it sees this.
        if (entered && !closed) {
            return counted;
        } else if (entered) {
            room.release(counted);
        }
        throw new Unavailable(
                closed
                        ? "the server is stopping (expected: another attempt when it is back)"
                        : "body: %d bytes beside those of others (limit: %d bytes at once)".formatted(bytes, bytesMax),
                null);
    }

    /** An append that was let in is over. */
    @Override
    public void leave(int counted) {
        room.release(counted);
    }

    /** Lets nothing in any more, and waits until all have left, at most for so long. */
    void close(Duration atMost) {
        closed = true;
        try {
            if (room.tryAcquire(bytesMax, atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                room.release(bytesMax);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isClosed() {
        return closed;
    }
}
