package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.NewEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The store that people write themselves: SELECT MAX(version), INSERT row by row, positions from a sequence. It loses
 * events to readers that go by position; it is here for its speed.
 */
final class HandWrittenSubject implements Subject {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String INSERT =
            "INSERT INTO events (id, stream_id, stream_type, event_type, event_data, metadata,"
                    + " version, schema_version, tags) VALUES (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ARRAY[?])"
                    + " RETURNING global_position";

    private final HikariDataSource pool;

    HandWrittenSubject(PostgresServer server) throws SQLException {
        pool = server.newDatabase(20, PostgresRows.TABLES);
    }

    @Override
    public String name() {
        return "self-written";
    }

    @Override
    public void append(String stream, NewEvent[] events) throws SQLException {
        while (true) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                try {
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

    static void insert(Connection connection, String stream, NewEvent[] events) throws SQLException {
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
