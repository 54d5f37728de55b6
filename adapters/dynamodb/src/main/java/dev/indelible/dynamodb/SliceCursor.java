package dev.indelible.dynamodb;

import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Merges sources by position, and hands out what matches. Holds a page of each source. */
final class SliceCursor implements Cursor {
    private final EventQuery query;
    private final Range range;
    private final Position end;
    private final List<Ahead> sources = new ArrayList<>();
    private List<RecordedEvent> events = List.of();
    private int next;
    private long left;
    private long handedOut;

    SliceCursor(List<Source> sources, EventQuery query, Range range, Position end) {
        this.query = query;
        this.range = range;
        this.end = end;
        this.left = range.limit();
        this.handedOut = range.backwards() ? Long.MAX_VALUE : 0;
        sources.forEach(source -> this.sources.add(new Ahead(source)));
    }

    /** A source and the slice that comes next from it. */
    private static final class Ahead {
        private final Source source;
        private @Nullable Slice slice;
        private boolean isRead;

        Ahead(Source source) {
            this.source = source;
        }

        @Nullable
        Slice peek() {
            if (!isRead) {
                slice = source.next();
                isRead = true;
            }
            return slice;
        }
    }

    @Override
    public Position asOf() {
        return end;
    }

    @Override
    public @Nullable RecordedEvent next() {
        while (left > 0) {
            if (next < events.size()) {
                RecordedEvent event = events.get(range.backwards() ? events.size() - 1 - next : next);
                next++;
                if (event.position().compareTo(end) <= 0 && range.contains(event) && query.matches(event)) {
                    left--;
                    return event;
                }
            } else if (!turn()) {
                close();
            }
        }
        return null;
    }

    @Override
    public void close() {
        left = 0;
        sources.clear();
        events = List.of();
        next = 0;
    }

    /** Goes on to the next slice that was not handed out: several sources may have the same one. */
    private boolean turn() {
        Ahead first = null;
        long best = 0;
        for (Ahead source : sources) {
            Slice slice = source.peek();
            if (slice != null && (first == null || (range.backwards() ? slice.last() > best : slice.last() < best))) {
                first = source;
                best = slice.last();
            }
        }
        if (first == null || first.slice == null) {
            return false;
        }
        Slice slice = first.slice;
        first.isRead = false;
        boolean isNew = range.backwards() ? slice.last() < handedOut : slice.last() > handedOut;
        handedOut = slice.last();
        events = isNew ? slice.events() : List.of();
        next = 0;
        return isNew ? !isPast(slice) : true;
    }

    /** Whether neither this slice nor a later one can hold anything in the range. */
    private boolean isPast(Slice slice) {
        return range.backwards() ? slice.last() <= range.after().value() : slice.first() > end.value();
    }
}
