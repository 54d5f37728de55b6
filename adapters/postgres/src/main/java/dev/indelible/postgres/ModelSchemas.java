package dev.indelible.postgres;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget.Comparison;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The schemas of read models. That of the version that readers read bears the projection's name, those of others have
 * the version behind it. A schema is renamed without a lock that a reader could wait for.
 */
final class ModelSchemas {
    private static final String DROP_PATIENCE = "SET LOCAL lock_timeout = '2s'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Checkpoints checkpoints;

    ModelSchemas(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** Makes an empty one, which is then the search path. */
    void create(Connection connection, Namespace namespace) throws SQLException {
        List<String> names = new ArrayList<>(List.of(namespace.toString()));
        if (checkpoints.published(connection, namespace.projection()) == 0) {
            names.add(namespace.projection());
        }
        for (String name : names) {
            if (exists(connection, name)) {
                throw new IllegalStateException("schema " + name + ": exists already and is not this projection's"
                        + " (expected: none; rename it, or the projection)");
            }
        }
        execute(connection, "CREATE SCHEMA \"" + namespace + '"');
        execute(connection, "SET LOCAL search_path = \"" + namespace + '"');
    }

    /** What a projection writes to tables of its own making only, can be built beside what is read. */
    void requireTables(Connection connection, Namespace namespace) throws SQLException {
        if (namespace.version() > 1 && tables(connection, namespace.toString()).isEmpty()) {
            throw new IllegalStateException("projection " + namespace.projection()
                    + ": create() made no table (expected: the tables that it writes to, named without a schema,"
                    + " so that another version can be built beside the one that is read)");
        }
    }

    /** Gives it the projection's name. */
    void publish(Connection connection, Namespace namespace) throws SQLException {
        String projection = namespace.projection();
        int before = checkpoints.published(connection, projection);
        if (before == namespace.version()) {
            return;
        }
        checkpoints.fence(connection, projection);
        if (before > 0) {
            rename(connection, projection, new Namespace(projection, before).toString());
        }
        rename(connection, namespace.toString(), projection);
        Note published = Note.absent(Checkpoints.PUBLISHED).next(Position.of(namespace.version()), "");
        checkpoints.write(connection, projection, List.of(published));
    }

    private static void rename(Connection connection, String from, String to) throws SQLException {
        execute(connection, "ALTER SCHEMA \"" + from + "\" RENAME TO \"" + to + '"');
    }

    /** Removes it with all that is in it; does not wait for long readers. */
    void drop(Connection connection, Namespace namespace) throws SQLException {
        if (checkpoints.published(connection, namespace.projection()) == namespace.version()) {
            throw new IllegalArgumentException("drop " + namespace + ": it is being read (expected: another version)");
        }
        execute(connection, DROP_PATIENCE);
        try {
            execute(connection, "DROP SCHEMA IF EXISTS \"" + namespace + "\" CASCADE");
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw new Unavailable("schema " + namespace + ": somebody still reads it in an open transaction", e);
            }
            throw e;
        }
    }

    /** Compares two in the snapshot of the transaction. */
    Comparison compare(Connection connection, Namespace one, Namespace other, int samples) throws SQLException {
        String a = name(connection, one);
        String b = name(connection, other);
        List<String> differences = new ArrayList<>();
        long rows = 0;
        long otherRows = 0;
        TreeSet<String> tables = new TreeSet<>(tables(connection, a));
        TreeSet<String> others = new TreeSet<>(tables(connection, b));
        if (!tables.equals(others)) {
            differences.add("tables: " + tables + " and " + others);
        }
        tables.retainAll(others);
        for (String table : tables) {
            String left = '"' + a + "\".\"" + table + '"';
            String right = '"' + b + "\".\"" + table + '"';
            long count = number(connection, "SELECT count(*) FROM " + left);
            long otherCount = number(connection, "SELECT count(*) FROM " + right);
            rows += count;
            otherRows += otherCount;
            if (count != otherCount) {
                differences.add(table + ": " + count + " rows and " + otherCount);
            }
            long missing = number(
                    connection,
                    "SELECT count(*) FROM (SELECT md5(t::text) AS content FROM " + left + " t ORDER BY 1 LIMIT "
                            + samples + ") sample WHERE NOT EXISTS (SELECT FROM " + right
                            + " t WHERE md5(t::text) = sample.content)");
            if (missing > 0) {
                differences.add(
                        table + ": " + missing + " of " + Math.min(samples, count) + " rows are not in the other");
            }
        }
        return new Comparison(rows, otherRows, differences);
    }

    private String name(Connection connection, Namespace namespace) throws SQLException {
        boolean isRead = checkpoints
                .note(connection, namespace.projection(), Checkpoints.PUBLISHED)
                .filter(note -> note.position().value() == namespace.version())
                .isPresent();
        return isRead ? namespace.projection() : namespace.toString();
    }

    private static List<String> tables(Connection connection, String schema) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT tablename FROM pg_tables WHERE schemaname = ?")) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
        }
        return tables;
    }

    private static boolean exists(Connection connection, String schema) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT FROM pg_namespace WHERE nspname = ?")) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
