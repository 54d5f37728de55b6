package dev.indelible.tck;

import dev.indelible.blob.ClaimCheck;
import dev.indelible.journal.Journal;
import dev.indelible.memory.MemoryJournal;

/** A claim check keeps what its journal promises, with all data in blobs, and when both are opened again. */
class ClaimCheckOfAllDataTest extends JournalContract implements JournalFixture {
    private static final int DATA_BYTES_MAX = 2 << 20;

    private MemoryJournal disk = new MemoryJournal();
    private BlobsInMemory blobs = new BlobsInMemory();

    @Override
    public JournalFixture fixture() {
        return this;
    }

    @Override
    public Journal open() {
        disk = new MemoryJournal();
        blobs = new BlobsInMemory();
        return again();
    }

    @Override
    public Journal reopen(Journal journal) {
        journal.close();
        return again();
    }

    @Override
    public Journal crash(Journal journal) {
        return again();
    }

    private Journal again() {
        return ClaimCheck.on(new KeptJournal(disk), blobs).over(0).upTo(DATA_BYTES_MAX);
    }
}
