package dev.indelible.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.postgresql.PGProperty;

/**
 * Opens {@code postgresql://user:password@host:port/database?schema=…}. Options: {@code schema}, {@code pool_size},
 * {@code read_from} (host:port of a replica), {@code data_bytes_max}, and every property of the driver.
 */
public final class PostgresJournals implements JournalProvider {
    private static final String SCHEMA = "schema";
    private static final String POOL_SIZE = "pool_size";
    private static final String READ_FROM = "read_from";
    private static final Set<String> OWN = Set.of(SCHEMA, POOL_SIZE, READ_FROM, JournalUrl.DATA_BYTES_MAX);
    private static final int POOL_SIZE_DEFAULT = 10;
    private static final int POOL_SIZE_MIN = 4;

    /** Appends have connections of their own: however many read, nobody waits for them to record. */
    private static final int APPEND_POOL_SIZE = 2;

    private static final int CONNECTION_TIMEOUT_MS = 10_000;

    /** For the service loader. */
    public PostgresJournals() {}

    @Override
    public String scheme() {
        return "postgresql";
    }

    @Override
    public String example() {
        return "postgresql://user@localhost/database";
    }

    @Override
    public Journal open(JournalUrl url) {
        return open(url, true).orElseThrow();
    }

    @Override
    public Optional<Journal> openExisting(JournalUrl url) {
        return open(url, false);
    }

    private static Optional<Journal> open(JournalUrl url, boolean makes) {
        PostgresOptions options = options(url);
        int poolSize = url.option(POOL_SIZE, POOL_SIZE_DEFAULT);
        if (poolSize < POOL_SIZE_MIN) {
            throw new IllegalArgumentException(
                    "journal URL: pool_size=" + poolSize + " (expected: " + POOL_SIZE_MIN + " or more)");
        }
        List<HikariDataSource> pools = new ArrayList<>();
        try {
            pools.add(pool(url, authority(url), APPEND_POOL_SIZE));
            if (!makes && !new Schema(pools.getFirst(), options.schema()).isThere()) {
                pools.getFirst().close();
                return Optional.empty();
            }
            pools.add(pool(url, authority(url), poolSize - APPEND_POOL_SIZE));
            String replica = url.options().get(READ_FROM);
            if (replica != null) {
                pools.add(pool(url, replica, poolSize - APPEND_POOL_SIZE));
                options = options.withReadFrom(pools.get(2));
            }
            return Optional.of(PostgresJournal.owning(options, pools));
        } catch (PoolInitializationException e) {
            pools.forEach(HikariDataSource::close);
            throw new Unavailable("PostgreSQL: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            pools.forEach(HikariDataSource::close);
            throw e;
        }
    }

    @Override
    public String definitions(JournalUrl url) {
        return PostgresJournal.definitions(options(url).schema());
    }

    private static PostgresOptions options(JournalUrl url) {
        for (String name : url.options().keySet()) {
            if (!OWN.contains(name) && PGProperty.forName(name) == null) {
                throw new IllegalArgumentException("journal URL: option \"" + name + "\" (expected: "
                        + String.join(", ", new TreeSet<>(OWN)) + ", or a property of the PostgreSQL driver)");
            }
        }
        PostgresOptions options = PostgresOptions.DEFAULT.withLimits(url.limits());
        String schema = url.options().get(SCHEMA);
        return schema == null ? options : options.withSchema(schema);
    }

    /** {@code host:port} and nothing else. */
    private static String authority(JournalUrl url) {
        String place = place(url);
        int host = place.lastIndexOf('@') + 1;
        int slash = place.indexOf('/', host);
        return place.substring(host, slash < 0 ? place.length() : slash);
    }

    private static String place(JournalUrl url) {
        if (!url.place().startsWith("//")) {
            String shown = url.place().substring(url.place().lastIndexOf('@') + 1);
            throw new IllegalArgumentException("journal URL: \"postgresql:" + shown
                    + "\" (expected: postgresql://user:password@host:port/database)");
        }
        return url.place().substring(2);
    }

    private static HikariDataSource pool(JournalUrl url, String authority, int size) {
        String place = place(url);
        int slash = place.indexOf('/', place.lastIndexOf('@') + 1);
        String database = slash < 0 ? "" : place.substring(slash + 1);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://" + authority + "/" + database);
        String user = place.substring(0, Math.max(0, place.lastIndexOf('@')));
        int colon = user.indexOf(':');
        if (!user.isEmpty()) {
            config.setUsername(decode(colon < 0 ? user : user.substring(0, colon)));
        }
        if (colon >= 0) {
            config.setPassword(decode(user.substring(colon + 1)));
        }
        url.options().forEach((name, value) -> {
            if (!OWN.contains(name)) {
                config.addDataSourceProperty(name, value);
            }
        });
        if (!url.options().containsKey(PGProperty.APPLICATION_NAME.getName())) {
            config.addDataSourceProperty(PGProperty.APPLICATION_NAME.getName(), "indelible");
        }
        config.setPoolName("indelible");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
        return new HikariDataSource(config);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
