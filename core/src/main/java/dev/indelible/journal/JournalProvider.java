package dev.indelible.journal;

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
}
