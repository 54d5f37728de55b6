package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.NewEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The store that people write themselves: SELECT MAX(version), INSERT row by row, positions from a sequence. It loses
 * events to readers that go by position; it is here for its speed. Or the same as Message DB appends: with an advisory
 * lock on the category, held until the commit.
 */
final class HandWrittenSubject implements Subject {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String INSERT =
            "INSERT INTO events (id, stream_id, stream_type, event_type, event_data, metadata,"
                    + " version, schema_version, tags) VALUES (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ARRAY[?])"
                    + " RETURNING global_position";

    private final String name;
    private final boolean locks;
    private final HikariDataSource pool;

    private HandWrittenSubject(String name, boolean locks, PostgresServer server) throws SQLException {
        this.name = name;
        this.locks = locks;
        this.pool = server.newDatabase(20, PostgresRows.TABLES);
    }

    /** Without a lock: whoever loses a race on a version tries again. */
    static HandWrittenSubject withoutLock(PostgresServer server) throws SQLException {
        return new HandWrittenSubject("self-written", false, server);
    }

    /** With a lock on the category. */
    static HandWrittenSubject withCategoryLock(PostgresServer server) throws SQLException {
        return new HandWrittenSubject("category-lock", true, server);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void append(String stream, NewEvent[] events) throws SQLException {
        while (true) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                try {
                    if (locks) {
                        lock(connection, stream.substring(0, stream.indexOf('-')));
                    }
                    insert(connection, stream, events);
                    connection.commit();
                    return;
                } catch (SQLException e) {
                    connection.rollback();
                    if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                        throw e;
                    }
                }
            }
        }
    }

    private static void lock(Connection connection, String category) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
            lock.setString(1, category);
            lock.execute();
        }
    }

    private static void insert(Connection connection, String stream, NewEvent[] events) throws SQLException {
        long version;
        try (PreparedStatement select =
                connection.prepareStatement("SELECT COALESCE(MAX(version), 0) FROM events WHERE stream_id = ?")) {
            select.setString(1, stream);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                version = row.getLong(1);
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT);
                PreparedStatement tag = connection.prepareStatement("INSERT INTO event_tags VALUES (?, ?)")) {
            for (NewEvent event : events) {
                insert.setObject(1, event.id());
                insert.setString(2, stream);
                insert.setString(3, stream.substring(0, stream.indexOf('-')));
                insert.setString(4, event.type());
                insert.setString(5, event.data().text());
                insert.setString(6, event.metadata().text());
                insert.setLong(7, ++version);
                insert.setInt(8, event.schemaVersion());
                insert.setString(9, event.tags().get(0).text());
                long position;
                try (ResultSet row = insert.executeQuery()) {
                    row.next();
                    position = row.getLong(1);
                }
                tag.setString(1, event.tags().get(0).text());
                tag.setLong(2, position);
                tag.executeUpdate();
            }
        }
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) throws SQLException {
        return PostgresRows.readStream(pool, stream);
    }

    @Override
    public long scan() throws SQLException {
        return PostgresRows.scan(pool);
    }

    @Override
    public void close() {
        pool.close();
    }
}
