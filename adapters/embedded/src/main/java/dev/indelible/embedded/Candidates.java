package dev.indelible.embedded;

/**
 * Places of events that may match a query, in the order of a read: growing positions, or falling ones backwards. Each
 * holds a page of postings at most, and nothing that must be given back.
 */
interface Candidates {
    /** Moves to the next place; false at the end. */
    boolean next();

    /** Moves on to the first place at or beyond the position, perhaps the current one; false at the end. */
    default boolean seek(long position, boolean backwards) {
        while (backwards ? position() > position : position() < position) {
            if (!next()) {
                return false;
            }
        }
        return true;
    }

    /** Position of the event. */
    long position();

    /** Address of its frame. */
    long address();
}
