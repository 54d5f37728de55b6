package dev.indelible.postgres;

import dev.indelible.decider.Snapshots;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Snapshots in the table {@code snapshots} beside the events; JSON states can be read with SQL. */
public final class PostgresSnapshots implements Snapshots {
    private final DataSource dataSource;
    private final String select;
    private final String upsert;
    private final String delete;

    private PostgresSnapshots(DataSource dataSource, String schema) {
        String table = '"' + schema + "\".snapshots";
        this.dataSource = dataSource;
        this.select = "SELECT version, event_id, snapshot_data, snapshot_bytes FROM " + table
                + " WHERE stream_id = ? AND decider_version = ?";
        this.upsert = "INSERT INTO " + table + " AS s (stream_id, stream_type, decider_version, version, event_id,"
                + " snapshot_data, snapshot_bytes) VALUES (?, ?, ?, ?, ?, ?::json, ?)"
                + " ON CONFLICT (stream_id, decider_version) DO UPDATE SET"
                + " version = excluded.version, event_id = excluded.event_id,"
                + " created_at = excluded.created_at, snapshot_data = excluded.snapshot_data,"
                + " snapshot_bytes = excluded.snapshot_bytes WHERE s.version < excluded.version";
        this.delete = "DELETE FROM " + table + " WHERE stream_id = ?";
    }

    /**
     * Snapshots in the schema {@code indelible}, which is made on first use.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the database cannot be reached, or does not suit
     */
    public static PostgresSnapshots on(DataSource dataSource) {
        return on(dataSource, PostgresOptions.DEFAULT);
    }

    /** Snapshots in the options' schema. */
    public static PostgresSnapshots on(DataSource dataSource, PostgresOptions options) {
        new Schema(dataSource, options.schema()).prepare();
        return new PostgresSnapshots(dataSource, options.schema());
    }

    @Override
    public Optional<Snapshot> latest(StreamName stream, int deciderVersion) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setString(1, stream.value());
            statement.setInt(2, deciderVersion);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                byte[] json = row.getBytes(3);
                Payload state = json == null
                        ? Payload.of(Payload.Format.BINARY, ByteBuffer.wrap(row.getBytes(4)))
                        : Payload.of(Payload.Format.JSON, ByteBuffer.wrap(json));
                return Optional.of(new Snapshot(row.getLong(1), row.getObject(2, UUID.class), state));
            }
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    @Override
    public void save(StreamName stream, int deciderVersion, Snapshot snapshot) {
        Payload state = snapshot.state();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(upsert)) {
            statement.setString(1, stream.value());
            statement.setString(2, stream.category());
            statement.setInt(3, deciderVersion);
            statement.setLong(4, snapshot.version());
            statement.setObject(5, snapshot.eventId());
            statement.setString(6, state.isJson() ? state.text() : null);
            statement.setBytes(7, state.isJson() ? null : state.toBytes());
            statement.executeUpdate();
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    @Override
    public void delete(StreamName stream) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(delete)) {
            statement.setString(1, stream.value());
            statement.executeUpdate();
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }
}
