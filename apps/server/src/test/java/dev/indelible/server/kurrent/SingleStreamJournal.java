package dev.indelible.server.kurrent;

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
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * Another journal that does not promise appends to several streams.
 *
 * @param journal which does
 */
record SingleStreamJournal(Journal journal) implements Journal {
    @Override
    public Set<Capability> capabilities() {
        Set<Capability> capabilities = EnumSet.copyOf(journal.capabilities());
        capabilities.remove(Capability.SEVERAL_STREAMS);
        return capabilities;
    }

    @Override
    public Limits limits() {
        return journal.limits();
    }

    @Override
    public Outcome append(Append append) {
        return journal.append(append);
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        return journal.read(query, range);
    }

    @Override
    public Position head() {
        return journal.head();
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        return journal.await(after, timeout);
    }

    @Override
    public Description describe() {
        return journal.describe();
    }

    @Override
    public void close() {
        journal.close();
    }
}
