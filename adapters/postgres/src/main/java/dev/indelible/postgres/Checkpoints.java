package dev.indelible.postgres;

import dev.indelible.event.Position;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The notes of projections, in the table {@code subscription_checkpoints}. */
final class Checkpoints {
    /** The note of this adapter that says which version of a read model bears the projection's name. */
    static final String PUBLISHED = "published";

    private static final String COLUMNS = "note, revision, last_position, details";

    private final String select;
    private final String list;
    private final String insert;
    private final String update;
    private final String write;
    private final String delete;
    private final String fence;
    private final String published;

    Checkpoints(String schema) {
        String table = '"' + schema + "\".subscription_checkpoints";
        // Only where the row is as expected is the search path set: to the schema as it is called at that moment. To
        // publish is to write all rows of parts, so whoever waited for his row meanwhile finds it changed.
        String path = " RETURNING set_config('search_path', quote_ident(CASE WHEN (SELECT last_position FROM " + table
                + " WHERE subscription_id = ? AND note = '" + PUBLISHED + "') = ? THEN ? ELSE ? END), true),"
                + " pg_current_xact_id()::text";
        this.select = "SELECT " + COLUMNS + " FROM " + table + " WHERE subscription_id = ? AND note = ?";
        this.list = "SELECT " + COLUMNS + " FROM " + table + " WHERE subscription_id = ? AND note >= ? AND note > ?"
                + " AND starts_with(note, ?) ORDER BY note LIMIT " + ProjectionTarget.NOTES_MAX;
        this.insert = "INSERT INTO " + table + " (last_position, details, revision, subscription_id, note)"
                + " VALUES (?, ?, ? + 1, ?, ?) ON CONFLICT (subscription_id, note) DO NOTHING" + path;
        this.update = "UPDATE " + table + " SET last_position = ?, details = ?, revision = revision + 1,"
                + " updated_at = now() WHERE revision = ? AND subscription_id = ? AND note = ?" + path;
        this.write = "INSERT INTO " + table + " (subscription_id, note, revision, last_position, details)"
                + " SELECT ?, * FROM unnest(?::text[], ?::bigint[], ?::bigint[], ?::text[])"
                + " ON CONFLICT (subscription_id, note) DO UPDATE SET revision = excluded.revision,"
                + " last_position = excluded.last_position, details = excluded.details, updated_at = now()";
        this.delete = "DELETE FROM " + table + " WHERE subscription_id = ? AND note = ANY (?)";
        this.fence = "UPDATE " + table + " SET revision = revision + 1, updated_at = now()"
                + " WHERE subscription_id = ? AND starts_with(note, 'part/')";
        this.published = "SELECT last_position FROM " + table + " WHERE subscription_id = ? AND note = '" + PUBLISHED
                + "' FOR UPDATE";
    }

    Optional<Note> note(Connection connection, String projection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setString(1, projection);
            statement.setString(2, key);
            return notes(statement).stream().findFirst();
        }
    }

    List<Note> notes(Connection connection, String projection, String prefix, String after) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(list)) {
            statement.setString(1, projection);
            statement.setString(2, prefix);
            statement.setString(3, after);
            statement.setString(4, prefix);
            return notes(statement);
        }
    }

    private static List<Note> notes(PreparedStatement statement) throws SQLException {
        List<Note> notes = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                notes.add(
                        new Note(rows.getString(1), rows.getLong(2), Position.of(rows.getLong(3)), rows.getString(4)));
            }
        }
        return notes;
    }

    /**
     * The id of the transaction, whose search path is the namespace's from now on; empty if the note is not as
     * expected.
     */
    Optional<String> move(Connection connection, Namespace namespace, Note from, Note to) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(from.revision() == 0 ? insert : update)) {
            statement.setLong(1, to.position().value());
            statement.setString(2, to.text());
            statement.setLong(3, from.revision());
            statement.setString(4, namespace.projection());
            statement.setString(5, from.key());
            statement.setString(6, namespace.projection());
            statement.setLong(7, namespace.version());
            statement.setString(8, namespace.projection());
            statement.setString(9, namespace.toString());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(2)) : Optional.empty();
            }
        }
    }

    void write(Connection connection, String projection, List<Note> notes) throws SQLException {
        if (notes.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(write)) {
            statement.setString(1, projection);
            statement.setArray(
                    2, texts(connection, notes.stream().map(Note::key).toList()));
            statement.setArray(
                    3, numbers(connection, notes.stream().map(Note::revision).toList()));
            statement.setArray(
                    4,
                    numbers(
                            connection,
                            notes.stream().map(note -> note.position().value()).toList()));
            statement.setArray(
                    5, texts(connection, notes.stream().map(Note::text).toList()));
            statement.executeUpdate();
        }
    }

    void delete(Connection connection, String projection, List<String> keys) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(delete)) {
            statement.setString(1, projection);
            statement.setArray(2, texts(connection, keys));
            statement.executeUpdate();
        }
    }

    /** Waits for the work that is under way in any version, and has all who come after look again. */
    void fence(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(fence)) {
            statement.setString(1, projection);
            statement.executeUpdate();
        }
    }

    /** The version whose schema bears the projection's name, and has it stay so; 0 if there is none. */
    int published(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(published)) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    private static Array texts(Connection connection, List<String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray());
    }

    private static Array numbers(Connection connection, List<Long> values) throws SQLException {
        return connection.createArrayOf("bigint", values.toArray());
    }
}
