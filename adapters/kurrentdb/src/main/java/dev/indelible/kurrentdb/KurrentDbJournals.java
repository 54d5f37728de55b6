package dev.indelible.kurrentdb;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Limits;
import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBClientSettings;
import io.kurrent.dbclient.KurrentDBConnectionString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Opens {@code kurrentdb://host:port?tls=false}, also with {@code user:password@} and several hosts. Options: {@code
 * data_bytes_max} and {@code append_bytes_max} for a server that takes more than the {@linkplain
 * KurrentDbJournal#LIMITS default}; {@code discover=true} to find the nodes by DNS; and those of the client that choose
 * how to connect. Reads and writes go to the leader, always.
 */
public final class KurrentDbJournals implements JournalProvider {
    private static final String APPEND_BYTES_MAX = "append_bytes_max";
    private static final String DISCOVER = "discover";
    private static final Set<String> OURS = Set.of(JournalUrl.DATA_BYTES_MAX, APPEND_BYTES_MAX, DISCOVER);

    /** As the client spells them; it does not mind how they are spelt. */
    private static final Set<String> OF_CLIENT = Set.of(
            "tls",
            "tlsverifycert",
            "tlscafile",
            "usercertfile",
            "userkeyfile",
            "maxdiscoverattempts",
            "discoveryinterval",
            "gossiptimeout",
            "keepaliveinterval",
            "keepalivetimeout",
            "defaultdeadline");

    /** For the service loader. */
    public KurrentDbJournals() {}

    @Override
    public String scheme() {
        return "kurrentdb";
    }

    @Override
    public String example() {
        return "kurrentdb://host:2113?tls=false";
    }

    @Override
    public Journal open(JournalUrl url) {
        Limits limits = limits(url);
        KurrentDBClient client = KurrentDBClient.create(settings(url));
        try {
            return new KurrentDbJournal(client, limits, () -> Failures.answer(client.shutdown()));
        } catch (RuntimeException e) {
            Failures.answer(client.shutdown());
            if (e instanceof Unavailable) {
                throw new Unavailable(
                        "no KurrentDB server answers at " + url.shown()
                                + " (expected: one that speaks TLS, or tls=false): " + e.getMessage(),
                        e);
            }
            throw e;
        }
    }

    private static KurrentDBClientSettings settings(JournalUrl url) {
        if (!url.place().matches("//[^/?#]+/?")) {
            throw new IllegalArgumentException(
                    "journal URL: no host (expected: " + url.scheme() + "://HOST:PORT?tls=false)");
        }
        Set<String> known = new HashSet<>(OURS);
        List<String> options = new ArrayList<>(List.of("nodePreference=leader"));
        url.options().forEach((name, value) -> {
            if (OF_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
                known.add(name);
                options.add(name + "=" + value);
            }
        });
        if (!known.containsAll(url.options().keySet())) {
            known.addAll(OF_CLIENT);
            url.allowOptions(known);
        }
        String scheme = "true".equals(url.options().get(DISCOVER)) ? "kurrentdb+discover:" : "kurrentdb:";
        try {
            return KurrentDBConnectionString.parseOrThrow(scheme + url.place() + "?" + String.join("&", options));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("journal URL: not understood by the client of KurrentDB", e);
        }
    }

    private static Limits limits(JournalUrl url) {
        Limits limits = KurrentDbJournal.LIMITS;
        int appendBytesMax = url.option(APPEND_BYTES_MAX, limits.appendBytesMax());
        if (appendBytesMax < 1) {
            throw new IllegalArgumentException(
                    "journal URL: " + APPEND_BYTES_MAX + "=" + appendBytesMax + " (expected: 1 or more)");
        }
        int byDefault = Math.min(appendBytesMax, limits.dataBytesMax());
        return new Limits(
                        byDefault,
                        limits.metadataBytesMax(),
                        limits.tagsMax(),
                        limits.eventsMax(),
                        appendBytesMax,
                        limits.streamsMax(),
                        limits.guardsMax())
                .withDataBytesMax(url.option(JournalUrl.DATA_BYTES_MAX, byDefault));
    }
}
