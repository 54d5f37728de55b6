package dev.indelible.postgres;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Cursor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read, page by page: between pages it holds no connection, no transaction and no snapshot, so a slow reader keeps
 * nothing from the server. Events never change, so pages up to one position are as good as a snapshot.
 *
 * <p>Each page says how far its own statement could see. The first one sets the end of the read; a later one that sees
 * less comes from a replica that is behind, and is asked again.
 */
final class PageCursor implements Cursor {
    private static final int FIRST_PAGE_EVENTS = 128;
    private static final int PAGE_EVENTS_MAX = 4_096;
    private static final int PAGE_BYTES_MAX = 8 << 20;
    private static final int FETCH_EVENTS = 256;
    private static final int BEHIND_ATTEMPTS_MAX = 50;
    private static final long BEHIND_PAUSE_MS = 100;

    /**
     * Every page has an index that finds and orders it; a server that has not yet looked at how a table has grown might
     * think otherwise. Holds for the transaction of the page only.
     */
    static final String ALONG_INDEXES = "SELECT set_config('enable_seqscan', 'off', true),"
            + " set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),"
            + " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
            + " set_config('jit', 'off', true)";

    private final Database database;
    private final PageQuery pages;
    private final EventQuery query;
    private final Range range;
    private long end;
    private long after;
    private long before;
    private long left;
    private boolean more;
    private List<RecordedEvent> page = List.of();
    private int next;

    PageCursor(Database database, EventQuery query, Range range) {
        this.database = database;
        this.pages = new PageQuery(database.schema(), query, range);
        this.query = query;
        this.range = range;
        this.after = range.after().value();
        this.before = range.before().value();
        this.left = range.limit();
        int limit = (int) Math.min(Math.max(left, 0), FIRST_PAGE_EVENTS);
        long head = fetch(limit, false);
        this.end = Math.max(0, Math.min(head, range.before().value() - 1));
        if (!range.backwards()) {
            this.before = end + 1;
        }
    }

    @Override
    public Position asOf() {
        return Position.of(end);
    }

    @Override
    public @Nullable RecordedEvent next() {
        while (left > 0) {
            if (next < page.size()) {
                left--;
                return page.get(next++);
            } else if (!more) {
                left = 0;
            } else {
                fetchNotBehind();
            }
        }
        page = List.of();
        return null;
    }

    @Override
    public void close() {
        left = 0;
    }

    private void fetchNotBehind() {
        int limit = (int) Math.min(left, PAGE_EVENTS_MAX);
        for (int attempt = 1; ; attempt++) {
            long seen = fetch(limit, true);
            if (seen >= end) {
                return;
            } else if (attempt == BEHIND_ATTEMPTS_MAX) {
                throw new Unavailable("the replica is at position " + seen + " (expected: " + end + ")", null);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BEHIND_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while waiting for a replica", e);
        }
    }

    /** Reads the next page and returns the last position of all that it could see. */
    private long fetch(int limit, boolean isLarge) {
        PageQuery.Page sql = pages.page(after, before, limit);
        try (Connection connection = database.dataSource().getConnection()) {
            return isLarge ? fetchLarge(connection, sql, limit) : fetchSmall(connection, sql, limit);
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    /** One round trip: both statements are sent at once, and are one transaction. */
    private long fetchSmall(Connection connection, PageQuery.Page sql, int limit) throws SQLException {
        PageQuery.Page both = new PageQuery.Page(ALONG_INDEXES + ";" + sql.sql(), sql.arguments());
        try (PreparedStatement statement = both.prepare(connection)) {
            statement.execute();
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
                return take(rows, limit);
            }
        }
    }

    /** Large pages come in portions, so that there are never many large events in memory. */
    private long fetchLarge(Connection connection, PageQuery.Page sql, int limit) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (PreparedStatement settings = connection.prepareStatement(ALONG_INDEXES);
                PreparedStatement statement = sql.prepare(connection)) {
            settings.execute();
            statement.setFetchSize(FETCH_EVENTS);
            try (ResultSet rows = statement.executeQuery()) {
                return take(rows, limit);
            }
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    private long take(ResultSet rows, int limit) throws SQLException {
        if (!rows.next() || rows.getObject(2) != null) {
            throw new Corrupted("events: a page that does not say how far it could see", null);
        }
        long seen = rows.getLong(1);
        if (seen < end) {
            return seen;
        }
        List<RecordedEvent> events = new ArrayList<>();
        long bytes = 0;
        long last = range.backwards() ? before : after;
        int count = 0;
        while (bytes <= PAGE_BYTES_MAX && rows.next()) {
            count++;
            long position = rows.getLong(1);
            if (position == last) {
                continue; // Found by another alternative of the query as well.
            }
            if (range.backwards() ? position > last : position < last) {
                throw new Corrupted("events: global_position " + position + " after " + last, null);
            }
            last = position;
            RecordedEvent event = Rows.event(rows);
            bytes += event.data().size() + event.metadata().size();
            if (pages.isExact() || query.matches(event)) {
                events.add(event);
            }
        }
        more = bytes > PAGE_BYTES_MAX || (count == limit && count > 0);
        turn(events, last);
        return seen;
    }

    private void turn(List<RecordedEvent> events, long last) {
        page = events;
        next = 0;
        if (range.backwards()) {
            before = last;
        } else {
            after = last;
        }
    }
}
