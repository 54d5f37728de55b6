package dev.indelible.journal;

import java.util.Optional;

/** Opens journals by URL. Found by {@link java.util.ServiceLoader}. */
public interface JournalProvider {
    /** What the URL begins with, before the first colon. */
    String scheme();

    /** A URL as an example, for messages. */
    String example();

    /**
     * Opens the journal.
     *
     * @throws IllegalArgumentException if the URL's place or options are not understood
     */
    Journal open(JournalUrl url);

    /**
     * Opens the journal if it is there, and otherwise makes nothing and returns nothing. An engine that makes nothing
     * on first use need not say more.
     */
    default Optional<Journal> openExisting(JournalUrl url) {
        return Optional.of(open(url));
    }

    /**
     * What opening the journal makes on first use (tables, functions), as a script for whoever would rather run it
     * himself; empty if there is nothing of the kind. Only the URL's options count.
     */
    default String definitions(JournalUrl url) {
        return "";
    }
}
