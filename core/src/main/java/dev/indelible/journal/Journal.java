package dev.indelible.journal;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/**
 * The engine behind a store: what a backend implements. The contract in {@code indelible-tck} says what it promises.
 *
 * <p>Safe for any number of threads; methods block. Users call {@link dev.indelible.EventStore}, which has checked
 * names, limits and capabilities before it calls a journal. A journal returns refusals as values and throws {@link
 * dev.indelible.EventStoreException.Unavailable} or {@link dev.indelible.EventStoreException.Corrupted}, with their
 * cause, when its technology fails.
 */
public interface Journal extends AutoCloseable {
    /**
     * Opens the journal at a URL, for example {@code embedded:./data} or {@code memory:}. The engine must be on the
     * class path.
     *
     * @throws IllegalArgumentException if no engine takes the URL, or it does not understand it
     */
    static Journal open(String url) {
        JournalUrl parsed = JournalUrl.parse(url);
        return provider(parsed).open(parsed);
    }

    /**
     * Opens the journal at a URL if it is there already; unlike {@link #open} it never makes one.
     *
     * @throws IllegalArgumentException if it is not there, no engine takes the URL, or it does not understand it
     */
    static Journal openExisting(String url) {
        JournalUrl parsed = JournalUrl.parse(url);
        return provider(parsed)
                .openExisting(parsed)
                .orElseThrow(() -> new IllegalArgumentException("no such store: " + parsed.shown()));
    }

    private static JournalProvider provider(JournalUrl url) {
        TreeMap<String, String> examples = new TreeMap<>();
        for (JournalProvider provider : ServiceLoader.load(JournalProvider.class)) {
            if (provider.scheme().equals(url.scheme())) {
                return provider;
            }
            examples.put(provider.scheme(), provider.example());
        }
        throw new IllegalArgumentException("journal URL: no engine for \"" + url.scheme()
                + "\" on the class path (expected: " + String.join(", ", examples.values()) + ")");
    }

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
