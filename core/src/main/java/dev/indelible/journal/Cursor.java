package dev.indelible.journal;

import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import org.jspecify.annotations.Nullable;

/** A read in progress, for one thread at a time. It sees the store as of one moment and holds bounded memory. */
public interface Cursor extends AutoCloseable {
    /**
     * Position of the last event of the store when the read began, or where the range ends if that is before: a cursor
     * that has come to its end without meeting its limit has handed out every match up to here.
     */
    Position asOf();

    /** The next event, or null at the end. */
    @Nullable
    RecordedEvent next();

    /** Gives back what the read holds. Reading on afterwards is an error; closing twice is not. */
    @Override
    default void close() {}
}
