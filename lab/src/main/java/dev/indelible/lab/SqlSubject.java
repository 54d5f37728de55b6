package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The table that people write themselves, in an embedded SQL database: the same columns, the same ways to find an
 * event, one transaction an append, prepared statements, one connection that writes and one for each reader.
 */
final class SqlSubject implements Subject {
    private static final String SCHEMA = """
            CREATE TABLE events (position BIGINT PRIMARY KEY, id CHAR(36) UNIQUE, stream VARCHAR(255),
              category VARCHAR(255), version BIGINT, type VARCHAR(255), schema_version INT, data VARCHAR(2000),
              metadata VARCHAR(2000), recorded_at BIGINT, tags VARCHAR(2000), UNIQUE (stream, version));
            CREATE INDEX by_category ON events (category, position);
            CREATE INDEX by_type ON events (type, position);
            CREATE TABLE tags (tag VARCHAR(255), position BIGINT, PRIMARY KEY (tag, position))""";

    private static final String EVENTS = "SELECT position, id, stream, version, type, schema_version, data, metadata,"
            + " recorded_at, tags FROM events ";

    private final String name;
    private final String url;
    private final Connection writer;
    private final PreparedStatement version;
    private final PreparedStatement insert;
    private final PreparedStatement tag;
    private final ReentrantLock writing = new ReentrantLock();
    private final Queue<Connection> readers = new ConcurrentLinkedQueue<>();
    private long position;

    private SqlSubject(String name, String url, String settings) throws SQLException {
        this.name = name;
        this.url = url;
        writer = DriverManager.getConnection(url);
        try (Statement statement = writer.createStatement()) {
            for (String setting : (settings + ";" + SCHEMA).split(";", -1)) {
                if (!setting.isBlank()) {
                    statement.execute(setting);
                }
            }
        }
        writer.setAutoCommit(false);
        version = writer.prepareStatement("SELECT MAX(version) FROM events WHERE stream = ?");
        insert = writer.prepareStatement("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        tag = writer.prepareStatement("INSERT INTO tags VALUES (?, ?)");
    }

    /** SQLite with its write-ahead log, forced at each commit. */
    static SqlSubject sqlite(Path directory) throws SQLException {
        return new SqlSubject(
                "sqlite",
                "jdbc:sqlite:" + directory.resolve("events.db"),
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL");
    }

    /** H2, which does not force at each commit whatever it is told: faster than it is durable. */
    static SqlSubject h2(Path directory) throws SQLException {
        return new SqlSubject("h2", "jdbc:h2:" + directory.resolve("events").toAbsolutePath() + ";WRITE_DELAY=0", "");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void append(String stream, NewEvent[] events) throws SQLException {
        writing.lock();
        try {
            version.setString(1, stream);
            long at;
            try (ResultSet result = version.executeQuery()) {
                result.next();
                at = result.getLong(1);
            }
            for (NewEvent event : events) {
                insert.setLong(1, ++position);
                insert.setString(2, event.id().toString());
                insert.setString(3, stream);
                insert.setString(4, stream.substring(0, stream.indexOf('-')));
                insert.setLong(5, ++at);
                insert.setString(6, event.type());
                insert.setInt(7, event.schemaVersion());
                insert.setString(8, event.data().text());
                insert.setString(9, event.metadata().text());
                insert.setLong(10, System.currentTimeMillis());
                insert.setString(11, event.tags().get(0).text());
                insert.addBatch();
                tag.setString(1, event.tags().get(0).text());
                tag.setLong(2, position);
                tag.addBatch();
            }
            insert.executeBatch();
            tag.executeBatch();
            writer.commit();
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) throws SQLException {
        return read("WHERE stream = ? ORDER BY version", stream);
    }

    @Override
    public long scan() throws SQLException {
        return read("WHERE type <> ? ORDER BY position", "");
    }

    private long read(String where, String parameter) throws SQLException {
        Connection connection = readers.poll();
        if (connection == null) {
            connection = DriverManager.getConnection(url);
        }
        long count = 0;
        try (PreparedStatement select = connection.prepareStatement(EVENTS + where)) {
            select.setString(1, parameter);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    count += decode(row).version() > 0 ? 1 : 0;
                }
            }
        }
        readers.add(connection);
        return count;
    }

    private static RecordedEvent decode(ResultSet row) throws SQLException {
        return new RecordedEvent(
                UUID.fromString(row.getString(2)),
                StreamName.of(row.getString(3)),
                row.getString(5),
                row.getLong(4),
                row.getInt(6),
                Payload.json(row.getString(7)),
                Payload.json(row.getString(8)),
                List.of(Tag.of(row.getString(10))),
                Position.of(row.getLong(1)),
                Instant.ofEpochMilli(row.getLong(9)));
    }

    @Override
    public void close() throws SQLException {
        for (Connection reader : readers) {
            reader.close();
        }
        writer.close();
    }
}
