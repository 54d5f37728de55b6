package dev.indelible.postgres;

import dev.indelible.EventStoreException;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.MasterKeys;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keys in the table {@code personal_keys}, for any number of processes, each key wrapped under a master key that the
 * database does not know. It may be another database than the events', with backups of its own.
 *
 * <p>Recording asks the database for the key each time, so whoever was shredded is refused at once in every process.
 * Reading remembers up to 10,000 keys for 10 s: so long, after {@link #shred} in <em>another</em> process, it may still
 * open what is sealed. Where the row lay, on the disk and in the write-ahead log, the wrapped key stays until vacuum
 * and recycling have passed over it; it opens by its master key alone.
 */
public final class PostgresKeyRing implements KeyRing {
    private static final int ROTATED_AT_ONCE = 500;

    private final DataSource dataSource;
    private final MasterKeys masterKeys;
    private final KeyCache cache;
    private final String select;
    private final String insert;
    private final String shred;
    private final String readmit;
    private final String selectOlder;
    private final String rewrap;

    private PostgresKeyRing(DataSource dataSource, String schema, MasterKeys masterKeys, LongSupplier nanos) {
        String table = '"' + schema + "\".personal_keys";
        this.dataSource = dataSource;
        this.masterKeys = masterKeys;
        this.cache = new KeyCache(nanos);
        this.select = "SELECT subject, generation, wrapped_key, master_key, shredded_at FROM " + table;
        this.insert = "INSERT INTO " + table + " (wrapped_key, master_key, subject, generation) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (subject) DO NOTHING";
        this.shred = "INSERT INTO " + table + " AS k (subject, generation, shredded_at) VALUES (?, 1, now())"
                + " ON CONFLICT (subject) DO UPDATE SET wrapped_key = NULL, master_key = NULL,"
                + " shredded_at = coalesce(k.shredded_at, excluded.shredded_at)"
                + " RETURNING subject, generation, wrapped_key, master_key, shredded_at";
        this.readmit = "UPDATE " + table + " SET wrapped_key = ?, master_key = ?, generation = generation + 1,"
                + " created_at = now(), shredded_at = NULL"
                + " WHERE subject = ? AND generation = ? - 1 AND wrapped_key IS NULL";
        this.selectOlder = select + " WHERE subject > ? AND master_key <> ? ORDER BY subject LIMIT " + ROTATED_AT_ONCE;
        this.rewrap = "UPDATE " + table + " SET wrapped_key = ?, master_key = ?"
                + " WHERE subject = ? AND generation = ? AND wrapped_key IS NOT NULL";
    }

    /**
     * The key ring in the schema {@code indelible}, which is made on first use.
     *
     * @throws EventStoreException.Unavailable if the database cannot be reached, or does not suit
     */
    public static PostgresKeyRing on(DataSource dataSource, MasterKeys masterKeys) {
        return on(dataSource, PostgresOptions.DEFAULT, masterKeys);
    }

    /** The key ring in the options' schema. */
    public static PostgresKeyRing on(DataSource dataSource, PostgresOptions options, MasterKeys masterKeys) {
        return on(dataSource, options, masterKeys, System::nanoTime);
    }

    static PostgresKeyRing on(
            DataSource dataSource, PostgresOptions options, MasterKeys masterKeys, LongSupplier nanos) {
        new Schema(dataSource, options.schema()).prepare();
        return new PostgresKeyRing(dataSource, options.schema(), masterKeys, nanos);
    }

    /** What the table says of a subject. */
    private record Row(
            Subject subject,
            int generation,
            MasterKeys.@Nullable Wrapped wrapped,
            @Nullable Tombstone tombstone) {
        static Row of(ResultSet row) throws SQLException {
            Subject subject = Subject.of(row.getString(1));
            int generation = row.getInt(2);
            byte[] wrapped = row.getBytes(3);
            return wrapped == null
                    ? new Row(subject, generation, null, tombstone(generation, row))
                    : new Row(subject, generation, new MasterKeys.Wrapped(row.getString(4), wrapped), null);
        }

        private static Tombstone tombstone(int generation, ResultSet row) throws SQLException {
            return new Tombstone(
                    generation, row.getObject(5, OffsetDateTime.class).toInstant());
        }
    }

    @Override
    public DataKey keyOf(Subject subject) {
        return run(connection -> {
            Row row = row(connection, subject).orElse(null);
            if (row == null) {
                update(connection, insert, subject, DataKey.random(1));
                row = row(connection, subject).orElseThrow(() -> KeyRing.neverMade(subject, 1));
            }
            if (row.wrapped() == null) {
                throw new SubjectShredded(
                        subject, Optional.ofNullable(row.tombstone()).orElseThrow());
            }
            return masterKeys.unwrap(subject, row.generation(), row.wrapped());
        });
    }

    @Override
    public Optional<DataKey> find(Subject subject, int generation) {
        return cache.find(
                subject,
                generation,
                () -> run(connection -> {
                    Row row = row(connection, subject).orElse(null);
                    if (row == null || row.generation() < generation) {
                        throw KeyRing.neverMade(subject, generation);
                    }
                    return row.wrapped() == null || row.generation() > generation
                            ? Optional.empty()
                            : Optional.of(masterKeys.unwrap(subject, generation, row.wrapped()));
                }));
    }

    @Override
    public Tombstone shred(Subject subject) {
        try {
            return run(connection -> {
                try (PreparedStatement statement = connection.prepareStatement(shred)) {
                    statement.setString(1, subject.toString());
                    try (ResultSet row = statement.executeQuery()) {
                        row.next();
                        return Optional.ofNullable(Row.of(row).tombstone()).orElseThrow();
                    }
                }
            });
        } finally {
            cache.forget(subject);
        }
    }

    @Override
    public Optional<Tombstone> tombstone(Subject subject) {
        return run(connection -> row(connection, subject).map(Row::tombstone));
    }

    @Override
    public void readmit(Subject subject) {
        run(connection -> {
            Row row = row(connection, subject).orElse(null);
            return row == null || row.wrapped() != null
                    ? 0
                    : update(connection, readmit, subject, DataKey.random(row.generation() + 1));
        });
    }

    @Override
    public int rotate() {
        int rotated = 0;
        String after = "";
        while (true) {
            List<Row> older = older(after);
            if (older.isEmpty()) {
                return rotated;
            }
            for (Row row : older) {
                if (row.wrapped() != null) {
                    DataKey key = masterKeys.unwrap(row.subject(), row.generation(), row.wrapped());
                    rotated += run(connection -> update(connection, rewrap, row.subject(), key));
                }
            }
            after = older.get(older.size() - 1).subject().toString();
        }
    }

    /** Forgets what was remembered; the data source stays open. */
    @Override
    public void close() {
        cache.forget(null);
    }

    private List<Row> older(String after) {
        return run(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(selectOlder)) {
                statement.setString(1, after);
                statement.setString(2, masterKeys.currentId());
                List<Row> rows = new ArrayList<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        rows.add(Row.of(row));
                    }
                }
                return rows;
            }
        });
    }

    private Optional<Row> row(Connection connection, Subject subject) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select + " WHERE subject = ?")) {
            statement.setString(1, subject.toString());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(Row.of(row)) : Optional.empty();
            }
        }
    }

    /** Executes a statement that takes wrapped key, master key, subject and generation. */
    private int update(Connection connection, String sql, Subject subject, DataKey key) throws SQLException {
        MasterKeys.Wrapped wrapped = masterKeys.wrap(subject, key);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, wrapped.bytes());
            statement.setString(2, wrapped.masterKey());
            statement.setString(3, subject.toString());
            statement.setInt(4, key.generation());
            return statement.executeUpdate();
        }
    }

    private interface Action<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T run(Action<T> action) {
        try (Connection connection = dataSource.getConnection()) {
            return action.run(connection);
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }
}
