package dev.indelible.embedded;

import dev.indelible.event.Limits;
import dev.indelible.journal.Journal;
import dev.indelible.tck.JournalContract;
import dev.indelible.tck.JournalFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedJournalTest extends JournalContract {
    @TempDir
    Path directory;

    private int crashes;

    @Override
    public JournalFixture fixture() {
        return new JournalFixture() {
            @Override
            public Journal open() {
                return EmbeddedJournal.open(current());
            }

            @Override
            public Journal reopen(Journal journal) {
                journal.close();
                return EmbeddedJournal.open(current());
            }

            // As after a kill: a copy of the files as they are now, since this process goes on and holds its lock.
            @Override
            public Journal crash(Journal journal) {
                Path before = current();
                crashes++;
                try {
                    Stores.copy(before, current(), "index");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                journal.close();
                return EmbeddedJournal.open(current(), Limits.DEFAULT);
            }
        };
    }

    private Path current() {
        return directory.resolve("store-" + crashes);
    }
}
