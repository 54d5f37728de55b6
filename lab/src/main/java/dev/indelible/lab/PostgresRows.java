package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** The table of events that people write themselves, and reading it: streamed, every event decoded. */
final class PostgresRows {
    static final String[] TABLES = {
        """
        CREATE TABLE events (id UUID NOT NULL UNIQUE, stream_id TEXT NOT NULL, stream_type TEXT NOT NULL,
          event_type TEXT NOT NULL, event_data JSONB NOT NULL, metadata JSONB NOT NULL, version BIGINT NOT NULL,
          global_position BIGSERIAL PRIMARY KEY, created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
          schema_version INT NOT NULL, tags TEXT[], UNIQUE (stream_id, version))""",
        "CREATE INDEX by_category ON events (stream_type, global_position)",
        "CREATE INDEX by_type ON events (event_type, global_position)",
        "CREATE TABLE event_tags (tag TEXT, global_position BIGINT, PRIMARY KEY (tag, global_position))"
    };

    private static final String SELECT = "SELECT global_position, id, stream_id, version, event_type, schema_version,"
            + " event_data, metadata, created_at, tags[1] FROM events ";
    private static final int FETCH = 1_000;

    private PostgresRows() {}

    static long readStream(HikariDataSource pool, String stream) throws SQLException {
        return read(pool, SELECT + "WHERE stream_id = ? ORDER BY version", stream);
    }

    static long scan(HikariDataSource pool) throws SQLException {
        return read(pool, SELECT + "WHERE event_type <> ? ORDER BY global_position", "");
    }

    private static long read(HikariDataSource pool, String sql, String argument) throws SQLException {
        long count = 0;
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setFetchSize(FETCH);
                select.setString(1, argument);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        count += decode(row).version() > 0 ? 1 : 0;
                    }
                }
            }
            connection.commit();
        }
        return count;
    }

    private static RecordedEvent decode(ResultSet row) throws SQLException {
        return new RecordedEvent(
                (UUID) row.getObject(2),
                StreamName.of(row.getString(3)),
                row.getString(5),
                row.getLong(4),
                row.getInt(6),
                Payload.json(row.getString(7)),
                Payload.json(row.getString(8)),
                List.of(Tag.of(row.getString(10))),
                Position.of(row.getLong(1)),
                row.getTimestamp(9).toInstant());
    }
}
