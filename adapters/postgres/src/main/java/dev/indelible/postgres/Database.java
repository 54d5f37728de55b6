package dev.indelible.postgres;

import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Description;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * A store in a database, to look at: where events are recorded, or a replica.
 *
 * @param dataSource connections to it
 * @param schema which store
 */
record Database(DataSource dataSource, String schema) {
    /** Position of the last event that can be seen there. */
    long head() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement call = connection.prepareStatement("SELECT \"" + schema + "\".head()");
                ResultSet row = call.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The append that begins at the position; of more events than asked for, one more. */
    List<RecordedEvent> append(long first, int events) throws SQLException {
        String sql = PageCursor.ALONG_INDEXES + "; SELECT " + Rows.COLUMNS + " FROM \"" + schema + "\".events e"
                + " WHERE e.global_position >= ? AND e.global_position <= ?"
                + " AND e.global_position - e.append_index = ? ORDER BY e.global_position";
        List<RecordedEvent> recorded = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, first);
            select.setLong(2, first + events);
            select.setLong(3, first);
            select.execute();
            select.getMoreResults();
            try (ResultSet rows = select.getResultSet()) {
                while (rows.next()) {
                    recorded.add(Rows.event(rows));
                }
            }
        }
        return recorded;
    }

    /** What there is to say about it. */
    Description describe(String news) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(about());
                ResultSet row = select.executeQuery()) {
            row.next();
            return Description.of("postgresql", "schema " + schema + " of database " + row.getString(2))
                    .with("server", "PostgreSQL " + row.getString(1))
                    .with("events", row.getLong(3))
                    .with("tables", row.getString(4))
                    .with("indexes", row.getString(5))
                    .with("append lock", row.getString(6))
                    .with("news", news);
        }
    }

    private String about() {
        return """
            SELECT current_setting('server_version'), current_database(), "%1$s".head(),
              pg_size_pretty(pg_table_size('"%1$s".events') + pg_table_size('"%1$s".event_tags')),
              pg_size_pretty(pg_indexes_size('"%1$s".events') + pg_indexes_size('"%1$s".event_tags')),
              coalesce((
                SELECT string_agg(format('process %%s (%%s, %%s) since %%s s', a.pid, a.application_name, a.state,
                  round(extract(epoch FROM now() - a.xact_start))), ', ')
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1229931596
                  AND l.objid = '"%1$s".events'::regclass::oid
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())),
                'nobody')""".formatted(schema);
    }
}
