package dev.indelible.postgres;

import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Read models in tables of a PostgreSQL database, which may be the events' or another one. Work gets a connection in a
 * transaction, in which the projection is moved too; it must not commit, roll back or close it. How far projections are
 * stands in the table {@code subscription_checkpoints}, whose rows rivals wait for.
 */
public final class PostgresTarget implements ProjectionTarget<Connection> {
    /** Connection lost, out of resources, deadlock or serialization failure, shut down or terminated, disk. */
    private static final List<String> THE_SERVERS = List.of("08", "53", "40", "57P", "58");

    private final DataSource dataSource;
    private final String select;
    private final String insert;
    private final String update;

    private PostgresTarget(DataSource dataSource, String schema) {
        String table = '"' + schema + "\".subscription_checkpoints";
        this.dataSource = dataSource;
        this.select = "SELECT last_position, replay_until FROM " + table + " WHERE subscription_id = ?";
        this.insert = "INSERT INTO " + table + " (subscription_id, last_position, replay_until) VALUES (?, 0, ?)"
                + " ON CONFLICT (subscription_id) DO NOTHING";
        this.update = "UPDATE " + table + " SET last_position = ?, updated_at = now()"
                + " WHERE subscription_id = ? AND last_position = ?";
    }

    /**
     * Read models of that database; the schema {@code indelible} is made on first use, for how far they are.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the database cannot be reached, or does not suit
     */
    public static PostgresTarget on(DataSource dataSource) {
        return on(dataSource, PostgresOptions.DEFAULT);
    }

    /** Read models of that database, with how far they are in the options' schema. */
    public static PostgresTarget on(DataSource dataSource, PostgresOptions options) {
        new Schema(dataSource, options.schema()).prepare();
        return new PostgresTarget(dataSource, options.schema());
    }

    @Override
    public Progress begin(String projection, Position head) {
        try (Connection connection = dataSource.getConnection()) {
            Progress there = progress(connection, projection);
            if (there != null) {
                return there;
            }
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                statement.setString(1, projection);
                statement.setLong(2, head.value());
                statement.executeUpdate();
            }
            return Objects.requireNonNull(progress(connection, projection));
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    private @Nullable Progress progress(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Progress(Position.of(row.getLong(1)), Position.of(row.getLong(2))) : null;
            }
        }
    }

    @Override
    public boolean advance(String projection, Position from, Position to, Work<Connection> work) throws Exception {
        try (Connection connection = transaction()) {
            try {
                if (!move(connection, projection, from, to)) {
                    return false;
                }
                work.on(connection);
                connection.commit();
                return true;
            } catch (SQLException e) {
                throw isTheServers(e) ? Failures.of(e) : e;
            } finally {
                end(connection);
            }
        }
    }

    private Connection transaction() {
        try {
            Connection connection = dataSource.getConnection();
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    private boolean move(Connection connection, String projection, Position from, Position to) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(update)) {
            statement.setLong(1, to.value());
            statement.setString(2, projection);
            statement.setLong(3, from.value());
            return statement.executeUpdate() == 1;
        }
    }

    /** Whether it says more about the server than about the work: then the same work may succeed another time. */
    private static boolean isTheServers(SQLException e) {
        String state = e.getSQLState();
        return state == null || THE_SERVERS.stream().anyMatch(state::startsWith);
    }

    /** Rolls back what was not committed. */
    private static void end(Connection connection) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            // The connection is broken, which the pool will see; what was not committed is rolled back by the server.
        }
    }
}
