package dev.indelible.tck;

import dev.indelible.journal.Journal;

/** How the contract gets journals of the engine under test. */
public interface JournalFixture {
    /** A new, empty journal. */
    Journal open();

    /** Closes the journal and opens the same store again. A journal that is not durable comes back empty. */
    Journal reopen(Journal journal);

    /**
     * Ends the journal without letting it close, as far as one process can, and opens the same store again. What {@code
     * kill -9} does to a process is for the engine's own tests.
     */
    Journal crash(Journal journal);
}
