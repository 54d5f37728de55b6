package dev.indelible.server;

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
import java.util.Set;

/** Another journal; who extends it does one thing in another way. */
public class ForwardingJournal implements Journal {
    private final Journal journal;

    /** Over that journal. */
    public ForwardingJournal(Journal journal) {
        this.journal = journal;
    }

    @Override
    public Set<Capability> capabilities() {
        return journal.capabilities();
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
