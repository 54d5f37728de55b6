package dev.indelible.memory;

import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.time.Clock;
import java.util.Set;

/** Opens {@code memory:}. */
public final class MemoryJournals implements JournalProvider {
    /** For the service loader. */
    public MemoryJournals() {}

    @Override
    public String scheme() {
        return "memory";
    }

    @Override
    public String example() {
        return "memory:";
    }

    @Override
    public Journal open(JournalUrl url) {
        url.allowOptions(Set.of(JournalUrl.DATA_BYTES_MAX));
        if (!url.place().isEmpty()) {
            throw new IllegalArgumentException("journal URL: \"memory:" + url.place() + "\" (expected: memory:)");
        }
        return new MemoryJournal(Clock.systemUTC(), url.limits());
    }
}
