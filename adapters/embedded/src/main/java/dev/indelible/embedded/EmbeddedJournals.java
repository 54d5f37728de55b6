package dev.indelible.embedded;

import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.nio.file.Path;
import java.util.Set;

/** Opens {@code embedded:PATH}. */
public final class EmbeddedJournals implements JournalProvider {
    /** For the service loader. */
    public EmbeddedJournals() {}

    @Override
    public String scheme() {
        return "embedded";
    }

    @Override
    public String example() {
        return "embedded:./data";
    }

    @Override
    public Journal open(JournalUrl url) {
        url.allowOptions(Set.of(JournalUrl.DATA_BYTES_MAX));
        if (url.place().isEmpty()) {
            throw new IllegalArgumentException("journal URL: \"embedded:\" (expected: embedded:PATH of a directory)");
        }
        return EmbeddedJournal.open(Path.of(url.place()), url.limits());
    }
}
