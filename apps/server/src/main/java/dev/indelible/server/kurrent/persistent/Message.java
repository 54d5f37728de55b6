package dev.indelible.server.kurrent.persistent;

import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way through a group. The group alone changes it.
 *
 * @param <T> what the event is
 */
public final class Message<T> {
    private static final long NOT_PARKED = -1;

    private final UUID id;
    private final String pin;
    private final int bytes;
    private final T content;

    /** Its place among all that the group ever had. */
    long serial;

    /** Everything up to this place of the source comes before it. */
    long before;

    /** So many events of the source were looked at before it. */
    long looked;

    /** Its revision in the stream of parked events, if it comes from there. */
    long parkedRevision = NOT_PARKED;

    int retries;
    long deadlineMs;
    boolean unsent;
    String reason = "";

    @Nullable
    Consumer<T> consumer;

    @Nullable
    TreeMap<Long, Message<T>> queue;

    /**
     * A message that nobody has had yet.
     *
     * @param id what consumers answer it by
     * @param pin messages of the same text go to the same consumer, where the strategy is such
     * @param bytes that it holds, about
     */
    public Message(UUID id, String pin, int bytes, T content) {
        this.id = id;
        this.pin = pin;
        this.bytes = bytes;
        this.content = content;
    }

    /** What consumers answer it by. */
    public UUID id() {
        return id;
    }

    /** The event. */
    public T content() {
        return content;
    }

    /** How often it was sent before and not dealt with. */
    public int retries() {
        return retries;
    }

    /** Why it is parked. */
    public String reason() {
        return reason;
    }

    String pin() {
        return pin;
    }

    int bytes() {
        return bytes;
    }

    boolean isReplayed() {
        return parkedRevision != NOT_PARKED;
    }
}
