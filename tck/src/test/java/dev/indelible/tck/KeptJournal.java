package dev.indelible.tck;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import dev.indelible.memory.MemoryJournal;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * A journal that behaves as one that is durable, by keeping its events in memory when it is closed. Its subclasses each
 * break one promise.
 */
class KeptJournal implements Journal {
    /** What stands for the disk. */
    final MemoryJournal kept;

    private volatile boolean closed;

    KeptJournal(MemoryJournal kept) {
        this.kept = kept;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public Limits limits() {
        return kept.limits();
    }

    @Override
    public Outcome append(Append append) {
        if (closed) {
            throw new dev.indelible.EventStoreException.Unavailable("closed", null);
        }
        return kept.append(append);
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        return kept.read(query, range);
    }

    @Override
    public Position head() {
        return kept.head();
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        return kept.await(after, timeout);
    }

    @Override
    public Description describe() {
        return kept.describe();
    }

    @Override
    public void close() {
        closed = true;
    }
}
