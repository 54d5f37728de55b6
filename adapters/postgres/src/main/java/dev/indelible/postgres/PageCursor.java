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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private static final int FETCH_EVENTS_MIN = 8;
    private static final int FETCH_EVENTS_MAX = 128;
    private static final int FETCH_BYTES = 1 << 20;
    private static final String OUT_OF_MEMORY = "53200";
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
    private final long end;
    private long left;
    private Page page;
    private int next;
    private @Nullable FutureTask<Page> ahead;

    PageCursor(Database database, EventQuery query, Range range) {
        this.database = database;
        this.pages = new PageQuery(database.schema(), query, range);
        this.query = query;
        this.range = range;
        this.left = range.limit();
        Bounds all = new Bounds(range.after().value(), range.before().value());
        this.page = fetch(all, limit(left, FIRST_PAGE_EVENTS), 0);
        this.end = Math.max(0, Math.min(page.seen(), range.before().value() - 1));
    }

    /** Positions, both exclusive. */
    private record Bounds(long after, long before) {}

    /**
     * What one statement answered.
     *
     * @param events in their order
     * @param rest where the next page lies
     * @param more whether there may be one
     * @param seen the last position of all that the statement could see
     */
    private record Page(List<RecordedEvent> events, Bounds rest, boolean more, long seen) {}

    @Override
    public Position asOf() {
        return Position.of(end);
    }

    @Override
    public @Nullable RecordedEvent next() {
        while (left > 0) {
            if (next < page.events().size()) {
                left--;
                return page.events().get(next++);
            } else if (!page.more()) {
                close();
            } else {
                turn();
            }
        }
        return null;
    }

    @Override
    public void close() {
        left = 0;
        next = 0;
        page = new Page(List.of(), page.rest(), false, page.seen());
        ahead = null;
    }

    /** Goes on to the next page. Who has come so far gets the one after it fetched meanwhile. */
    private void turn() {
        FutureTask<Page> fetching = ahead;
        ahead = null;
        page = fetching == null ? fetchNotBehind(page.rest(), left) : result(fetching);
        next = 0;
        if (page.more() && left > page.events().size()) {
            Bounds rest = page.rest();
            long most = left - page.events().size();
            ahead = new FutureTask<>(() -> fetchNotBehind(rest, most));
            Thread.ofVirtual().name("indelible-read-ahead").start(ahead);
        }
    }

    private static Page result(FutureTask<Page> fetching) {
        try {
            return fetching.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while reading", e);
        }
    }

    private Page fetchNotBehind(Bounds rest, long most) {
        Bounds bounds = range.backwards() ? rest : new Bounds(rest.after(), end + 1);
        for (int attempt = 1; ; attempt++) {
            Page fetched = fetch(bounds, limit(most, PAGE_EVENTS_MAX), end);
            if (fetched.seen() >= end) {
                return fetched;
            } else if (attempt == BEHIND_ATTEMPTS_MAX) {
                throw new Unavailable(
                        "the replica is at position " + fetched.seen() + " (expected: " + end + ")", null);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BEHIND_PAUSE_MS));
        }
    }

    /** Of a page that has events which the query does not ask for, nobody knows how many will be left. */
    private int limit(long most, int max) {
        return (int) Math.min(
                pages.isExact() || most == 0 ? most : PAGE_EVENTS_MAX, pages.isExact() ? max : PAGE_EVENTS_MAX);
    }

    /** The next page; without events if the statement could see less than was asked for. */
    private Page fetch(Bounds bounds, int limit, long atLeast) {
        PageQuery.Page sql = pages.page(bounds.after(), bounds.before(), limit);
        try (Connection connection = database.dataSource().getConnection()) {
            if (limit > FIRST_PAGE_EVENTS) {
                return fetchLarge(connection, sql, bounds, limit, atLeast);
            }
            try {
                return fetchSmall(connection, sql, bounds, limit, atLeast);
            } catch (SQLException e) {
                if (OUT_OF_MEMORY.equals(e.getSQLState())) {
                    return fetchLarge(connection, sql, bounds, limit, atLeast);
                }
                throw e;
            }
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    /** One round trip: both statements are sent at once, and are one transaction. */
    private Page fetchSmall(Connection connection, PageQuery.Page sql, Bounds bounds, int limit, long atLeast)
            throws SQLException {
        PageQuery.Page both = new PageQuery.Page(ALONG_INDEXES + ";" + sql.sql(), sql.arguments());
        try (PreparedStatement statement = both.prepare(connection)) {
            statement.execute();
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
                return take(rows, bounds, limit, atLeast);
            }
        }
    }

    /** Large pages come in portions, so that there are never many large events in memory. */
    private Page fetchLarge(Connection connection, PageQuery.Page sql, Bounds bounds, int limit, long atLeast)
            throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (PreparedStatement settings = connection.prepareStatement(ALONG_INDEXES);
                PreparedStatement statement = sql.prepare(connection)) {
            settings.execute();
            statement.setFetchSize(FETCH_EVENTS_MIN);
            try (ResultSet rows = statement.executeQuery()) {
                return take(rows, bounds, limit, atLeast);
            }
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    private Page take(ResultSet rows, Bounds bounds, int limit, long atLeast) throws SQLException {
        if (!rows.next() || rows.getObject(2) != null) {
            throw new Corrupted("events: a page that does not say how far it could see", null);
        }
        long seen = rows.getLong(1);
        if (seen < atLeast) {
            return new Page(List.of(), bounds, true, seen);
        }
        List<RecordedEvent> events = new ArrayList<>();
        long bytes = 0;
        long last = range.backwards() ? bounds.before() : bounds.after();
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
            if (count % FETCH_EVENTS_MIN == 0) {
                long fitting = FETCH_BYTES / (1 + bytes / count);
                rows.setFetchSize(Math.clamp(fitting, FETCH_EVENTS_MIN, FETCH_EVENTS_MAX));
            }
            if (pages.isExact() || query.matches(event)) {
                events.add(event);
            }
        }
        boolean more = bytes > PAGE_BYTES_MAX || (count == limit && count > 0);
        Bounds rest = range.backwards() ? new Bounds(bounds.after(), last) : new Bounds(last, bounds.before());
        return new Page(events, rest, more, seen);
    }
}
