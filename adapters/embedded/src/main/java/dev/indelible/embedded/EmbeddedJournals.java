package dev.indelible.embedded;

import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.nio.file.Path;
import java.util.Optional;
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
    public Optional<Journal> openExisting(JournalUrl url) {
        return StoreFile.isIn(directory(url)) ? Optional.of(open(url)) : Optional.empty();
    }

    @Override
    public Journal open(JournalUrl url) {
        return EmbeddedJournal.open(directory(url), url.limits());
    }

    private static Path directory(JournalUrl url) {
        url.allowOptions(Set.of(JournalUrl.DATA_BYTES_MAX));
        if (url.place().isEmpty()) {
            throw new IllegalArgumentException("journal URL: \"embedded:\" (expected: embedded:PATH of a directory)");
        }
        return Path.of(url.place());
    }
}
