package dev.indelible.journal;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import java.time.Duration;
import java.util.Set;

/**
 * The engine behind a store: what a backend implements. The contract in {@code indelible-tck} says what it promises.
 *
 * <p>Safe for any number of threads; methods block. Users call {@link dev.indelible.EventStore}, which has checked
 * names, limits and capabilities before it calls a journal. A journal returns refusals as values and throws {@link
 * dev.indelible.EventStoreException.Unavailable} or {@link dev.indelible.EventStoreException.Corrupted}, with their
 * cause, when its technology fails.
 */
public interface Journal extends AutoCloseable {
    /** What it can promise. */
    Set<Capability> capabilities();

    /** How large things may be. */
    default Limits limits() {
        return Limits.DEFAULT;
    }

    /**
     * Records all events of the append or none, durably, in the order of refusals that {@link Admission} states.
     * Returns after the events are durable and can be read.
     */
    Outcome append(Append append);

    /**
     * Reads what matches the query and lies in the range, in the order of positions (or backwards), as of now. No
     * reader sees a part of an append, or what a crash could take back.
     */
    Cursor read(EventQuery query, Range range);

    /** Position of the last event that can be read. No event will ever appear at or below it. */
    Position head();

    /**
     * Blocks until there is an event after the position, at most for the timeout; returns whether there is. Engines
     * that only guess may return early; the caller reads again anyway.
     */
    boolean await(Position after, Duration timeout) throws InterruptedException;

    /** What there is to say about it: kind, place, sizes, health. */
    Description describe();

    /** Lets running appends end and gives everything back. Closing twice is no error. */
    @Override
    void close();
}
