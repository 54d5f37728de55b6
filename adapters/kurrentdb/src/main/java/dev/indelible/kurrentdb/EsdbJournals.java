package dev.indelible.kurrentdb;

import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;

/** Opens {@code esdb://host:port}, the older spelling of {@code kurrentdb://}; see {@link KurrentDbJournals}. */
public final class EsdbJournals implements JournalProvider {
    /** For the service loader. */
    public EsdbJournals() {}

    @Override
    public String scheme() {
        return "esdb";
    }

    @Override
    public String example() {
        return "esdb://host:2113?tls=false";
    }

    @Override
    public Journal open(JournalUrl url) {
        return new KurrentDbJournals().open(url);
    }
}
