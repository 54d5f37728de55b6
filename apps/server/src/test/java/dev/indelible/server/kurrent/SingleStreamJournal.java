package dev.indelible.server.kurrent;

import dev.indelible.journal.Capability;
import dev.indelible.journal.Journal;
import dev.indelible.server.ForwardingJournal;
import java.util.EnumSet;
import java.util.Set;

/** Another journal that does not promise appends to several streams. */
final class SingleStreamJournal extends ForwardingJournal {
    SingleStreamJournal(Journal journal) {
        super(journal);
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> capabilities = EnumSet.copyOf(super.capabilities());
        capabilities.remove(Capability.SEVERAL_STREAMS);
        return capabilities;
    }
}
