package dev.indelible.tck;

import dev.indelible.blob.ClaimCheck;
import dev.indelible.journal.Journal;
import dev.indelible.memory.MemoryJournal;

/** A claim check keeps what its journal promises, with some of the data in blobs. */
class ClaimCheckJournalTest extends JournalContract {
    private static final int DATA_BYTES_MAX = 2 << 20;

    @Override
    public JournalFixture fixture() {
        return new JournalFixture() {
            @Override
            public Journal open() {
                return ClaimCheck.on(new MemoryJournal(), new BlobsInMemory())
                        .over(64)
                        .upTo(DATA_BYTES_MAX);
            }

            @Override
            public Journal reopen(Journal journal) {
                journal.close();
                return open();
            }

            @Override
            public Journal crash(Journal journal) {
                return open();
            }
        };
    }
}
