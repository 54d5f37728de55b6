package dev.indelible.tck;

import dev.indelible.journal.Journal;
import dev.indelible.memory.MemoryJournal;

class MemoryJournalTest extends JournalContract {
    @Override
    public JournalFixture fixture() {
        return new JournalFixture() {
            @Override
            public Journal open() {
                return new MemoryJournal();
            }

            @Override
            public Journal reopen(Journal journal) {
                journal.close();
                return new MemoryJournal();
            }

            @Override
            public Journal crash(Journal journal) {
                return new MemoryJournal();
            }
        };
    }
}
