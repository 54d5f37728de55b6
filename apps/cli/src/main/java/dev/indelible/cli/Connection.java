package dev.indelible.cli;

import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Description;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A store as the commands see it: opened in this process, or served at an address. Errors are those of {@link
 * dev.indelible.EventStore}. Safe for any number of threads.
 */
sealed interface Connection extends AutoCloseable permits OpenedStore, ServedStore {
    /** The store at a journal URL, or at the {@code http://} address of a server. */
    static Connection open(String url) {
        return ServerAddress.isAddress(url) ? ServedStore.at(url) : OpenedStore.open(url);
    }

    /** The same, but a store that is not there is an error, and is not made: for what only reads. */
    static Connection openExisting(String url) {
        return ServerAddress.isAddress(url) ? ServedStore.at(url) : new OpenedStore(OpenedStore.openExistingStore(url));
    }

    /** How many appends to have under way at once, for the most events a second. */
    int appendsInFlight();

    /** Records one event. */
    Appended append(StreamName stream, ExpectedVersion expected, NewEvent event);

    /** Writes the envelopes of all matches in the range; the query has one alternative. */
    void read(EventQuery query, Range range, LineOutput to);

    /** Hands over all matches in the range, one after the other; the query has one alternative. */
    void read(EventQuery query, Range range, Consumer<RecordedEvent> to);

    /**
     * Writes the envelope of every match after the position (or, without one, after the end as it is now), and goes on
     * as events are recorded. Returns when the store is closed. The query has one alternative.
     */
    void tail(EventQuery query, Optional<Position> after, LineOutput to) throws InterruptedException;

    /** What there is to say about the store, with its head and capabilities. */
    Description describe();

    @Override
    void close();
}
