package dev.indelible.server.kurrent.persistent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;

/**
 * One consumer of a group. As its group, for one thread at a time.
 *
 * @param <T> the events
 */
public final class Consumer<T> {
    private final int bufferSize;
    final long number;
    final Deque<Message<T>> unsent = new ArrayDeque<>();
    final TreeMap<Long, Message<T>> pinned = new TreeMap<>();
    int inFlight;
    long processed;
    boolean gone;

    Consumer(int bufferSize, long number) {
        this.bufferSize = bufferSize;
        this.number = number;
    }

    /** Whether something is there to be sent to it. */
    public boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** Whether it left the group, or was told to. */
    public boolean isGone() {
        return gone;
    }

    /** Events that it has and has not answered. */
    public int inFlight() {
        return inFlight;
    }

    /** Events that it may get before it answers. */
    public int availableSlots() {
        return bufferSize - inFlight;
    }

    /** Events that it has dealt with. */
    public long processed() {
        return processed;
    }

    boolean hasRoom() {
        return inFlight < bufferSize;
    }
}
