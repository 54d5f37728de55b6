package dev.indelible.kurrentdb;

import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Cursor;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A read page by page, of one stream or of the whole store; pages grow while events are small. Events of the system are
 * handed out only if the query names their stream or category.
 */
final class PageCursor implements Cursor {
    private static final int EVENTS_FIRST = 16;
    private static final int EVENTS_MAX = 2_000;
    private static final long BYTES_MAX = 4 << 20;
    private static final int GROWTH_MAX = 8;

    private final Reader reader;
    private final @Nullable StreamName stream;
    private final EventQuery query;
    private final @Nullable EventQuery ofSystem;
    private final Range range;
    private final long asOf;
    private final Queue<io.kurrent.dbclient.RecordedEvent> page = new ArrayDeque<>();

    /** Where the next page begins: a version, or a position; null: at the start or the end of the store. */
    private @Nullable Long next;

    private long left;
    private int count = EVENTS_FIRST;
    private boolean ended;

    PageCursor(Reader reader, @Nullable StreamName stream, EventQuery query, Range range, long head) {
        this.reader = reader;
        this.stream = stream;
        this.query = query;
        this.range = range;
        this.asOf = Math.max(0, Math.min(head, range.before().value() - 1));
        this.left = range.limit();
        this.ended = left == 0 || asOf <= range.after().value();
        this.ofSystem = ofSystem(query);
        if (stream != null) {
            long version = range.backwards() ? range.toVersion() : Math.max(1, range.fromVersion());
            this.ended |= version == 0;
            this.next = version;
        } else if (range.backwards()) {
            this.next = range.before().value() <= head ? range.before().value() : null;
        } else {
            this.next = range.after().value() > 0 ? range.after().value() : null;
        }
    }

    private static @Nullable EventQuery ofSystem(EventQuery query) {
        List<EventQuery.Item> items = query.items().stream()
                .filter(item -> (item.stream() != null && item.stream().isSystem())
                        || (item.category() != null && item.category().startsWith("$")))
                .toList();
        return items.isEmpty() ? null : new EventQuery(items);
    }

    @Override
    public Position asOf() {
        return Position.of(asOf);
    }

    @Override
    public @Nullable RecordedEvent next() {
        while (left > 0) {
            io.kurrent.dbclient.RecordedEvent event = page.poll();
            if (event == null) {
                if (ended) {
                    return null;
                }
                fetch();
            } else if (isBeyond(event)) {
                end();
            } else if (mayMatch(event)) {
                RecordedEvent recorded = EventForm.recorded(event);
                if (query.matches(recorded) && range.contains(recorded)) {
                    left--;
                    return recorded;
                }
            }
        }
        return null;
    }

    /** Whether neither it nor what follows it in the direction of the read lies in the range. */
    private boolean isBeyond(io.kurrent.dbclient.RecordedEvent event) {
        long position = EventForm.position(event);
        if (range.backwards()) {
            return position <= range.after().value()
                    || (stream != null && event.getRevision() + 1 < range.fromVersion());
        }
        return position > asOf || (stream != null && event.getRevision() >= range.toVersion());
    }

    private boolean mayMatch(io.kurrent.dbclient.RecordedEvent event) {
        if (EventForm.isTombstone(event) || EventForm.position(event) > asOf) {
            return false;
        }
        return !event.getStreamId().startsWith("$")
                || (ofSystem != null && ofSystem.matches(EventForm.recorded(event)));
    }

    private void fetch() {
        boolean overlaps = stream == null && !range.backwards() && next != null;
        long wanted = Math.min(count, stream == null ? count : left) + (overlaps ? 1 : 0);
        List<io.kurrent.dbclient.RecordedEvent> events = stream == null
                ? reader.all(next, range.backwards(), wanted)
                : reader.stream(stream, next == null ? 1 : next, range.backwards(), wanted);
        ended = events.size() < wanted;
        if (events.isEmpty()) {
            return;
        }
        io.kurrent.dbclient.RecordedEvent last = events.get(events.size() - 1);
        if (stream == null) {
            next = EventForm.position(last);
        } else {
            next = last.getRevision() + 1 + (range.backwards() ? -1 : 1);
            ended |= next == 0;
        }
        page.addAll(overlaps ? events.subList(1, events.size()) : events);
        grow(events);
    }

    private void grow(List<io.kurrent.dbclient.RecordedEvent> events) {
        long bytes = 0;
        for (io.kurrent.dbclient.RecordedEvent event : events) {
            bytes += event.getEventData().length;
        }
        long fitting = BYTES_MAX / Math.max(1, bytes / events.size());
        count = (int) Math.max(1, Math.min(Math.min(EVENTS_MAX, fitting), (long) count * GROWTH_MAX));
    }

    private void end() {
        page.clear();
        ended = true;
    }

    @Override
    public void close() {
        end();
        left = 0;
    }
}
