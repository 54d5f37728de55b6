package dev.indelible.examples;

import dev.indelible.EventStoreException.Unavailable;
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

/** A journal behind a bad line: it records each append, and the first answers get lost. */
final class LosesAnswers implements Journal {
    private final Journal journal;
    private int answersToLose;

    LosesAnswers(Journal journal, int answersToLose) {
        this.journal = journal;
        this.answersToLose = answersToLose;
    }

    @Override
    public Outcome append(Append append) {
        Outcome outcome = journal.append(append);
        if (answersToLose-- > 0) {
            throw new Unavailable("the answer got lost", null);
        }
        return outcome;
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
