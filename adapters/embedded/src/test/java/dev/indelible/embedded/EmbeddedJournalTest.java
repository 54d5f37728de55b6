package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.Limits;
import dev.indelible.journal.Journal;
import dev.indelible.tck.JournalContract;
import dev.indelible.tck.JournalFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    @Test
    void a_store_that_is_not_there_is_not_made_by_who_opens_an_existing_one() throws IOException {
        Path missing = directory.resolve("missing");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        for (Path path : List.of(missing, empty)) {
            assertThatThrownBy(() -> EventStore.openExisting("embedded:" + path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no such store: embedded:" + path);
        }
        assertThat(missing).doesNotExist();
        assertThat(empty).isEmptyDirectory();
        EventStore.open("embedded:" + missing).close();
        EventStore.openExisting("embedded:" + missing).close();
    }

    private Path current() {
        return directory.resolve("store-" + crashes);
    }
}
