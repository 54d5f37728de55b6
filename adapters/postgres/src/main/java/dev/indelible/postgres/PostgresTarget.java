package dev.indelible.postgres;

import dev.indelible.projection.Change;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Read models in a PostgreSQL database, which may be the events' or another one. The one that readers read is in the
 * schema of the projection's name; other versions are in {@code name_v2} and the like. Work gets a connection in a
 * transaction, in which the checkpoint is moved too, whose search path is the read model's schema alone; it must not
 * commit, roll back or close it. Checkpoints and what else is noted are in the table {@code subscription_checkpoints}.
 *
 * <p>The database's user must be allowed to create schemas.
 */
public final class PostgresTarget implements ProjectionTarget<Connection> {
    /** Connection lost, out of resources, deadlock or serialization failure, shut down or terminated, disk. */
    private static final List<String> THE_SERVERS = List.of("08", "53", "40", "55P03", "57P", "58");

    private final DataSource dataSource;
    private final Checkpoints checkpoints;
    private final ModelSchemas schemas;

    private PostgresTarget(DataSource dataSource, String schema) {
        this.dataSource = dataSource;
        this.checkpoints = new Checkpoints(schema);
        this.schemas = new ModelSchemas(checkpoints);
    }

    /**
     * Read models of that database; the schema {@code indelible} is made on first use, for the checkpoints.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the database cannot be reached, or does not suit
     */
    public static PostgresTarget on(DataSource dataSource) {
        return on(dataSource, PostgresOptions.DEFAULT);
    }

    /** Read models of that database, with the checkpoints in the options' schema. */
    public static PostgresTarget on(DataSource dataSource, PostgresOptions options) {
        new Schema(dataSource, options.schema()).prepare();
        return new PostgresTarget(dataSource, options.schema());
    }

    @Override
    public Optional<Note> note(String projection, String key) {
        try (Connection connection = dataSource.getConnection()) {
            return checkpoints.note(connection, projection, key);
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    @Override
    public List<Note> notes(String projection, String prefix, String after) {
        try (Connection connection = dataSource.getConnection()) {
            return checkpoints.notes(connection, projection, prefix, after);
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    @Override
    public boolean change(Change change, Work<Connection> work) throws Exception {
        try (Connection connection = transaction()) {
            try {
                Optional<String> transaction =
                        checkpoints.move(connection, change.namespace(), change.from(), change.to());
                if (transaction.isEmpty()) {
                    return false;
                }
                perform(new WorkConnection(connection, transaction.get()), change, work);
                checkpoints.write(connection, change.namespace().projection(), change.also());
                checkpoints.delete(connection, change.namespace().projection(), change.gone());
                connection.commit();
                return true;
            } catch (SQLException e) {
                throw isTheServers(e) ? Failures.of(e) : e;
            } finally {
                end(connection);
            }
        }
    }

    private void perform(WorkConnection watched, Change change, Work<Connection> work) throws Exception {
        Connection connection = watched.whole();
        Namespace namespace = change.namespace();
        switch (change.effect()) {
            case NOTES -> {}
            case WORK -> watched.perform(work);
            case CREATE -> {
                schemas.create(connection, namespace);
                watched.perform(work);
                schemas.requireTables(connection, namespace);
            }
            case PUBLISH -> schemas.publish(connection, namespace);
            case DROP -> schemas.drop(connection, namespace);
        }
    }

    @Override
    public boolean compares() {
        return true;
    }

    @Override
    public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
        try (Connection connection = transaction()) {
            int isolation = connection.getTransactionIsolation();
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                return Optional.of(schemas.compare(connection, one, other, samples));
            } finally {
                end(connection);
                connection.setTransactionIsolation(isolation);
            }
        } catch (SQLException e) {
            throw Failures.of(e);
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
