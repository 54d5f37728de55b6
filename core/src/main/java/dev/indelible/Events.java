package dev.indelible;

import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Cursor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The result of a read: events one after the other, then the end. For one thread, to be gone through once, in bounded
 * memory. It closes itself at the end.
 */
public final class Events implements Iterable<RecordedEvent>, AutoCloseable {
    private final Cursor cursor;
    private final Range range;
    private @Nullable RecordedEvent ahead;
    private Position lookedAt;
    private long count;
    private boolean ended;

    Events(Cursor cursor, Range range) {
        this.cursor = cursor;
        this.range = range;
        this.lookedAt = range.backwards() ? Position.START : range.after();
    }

    /**
     * The position to guard with: every match up to here was handed out, or lay outside what was asked for. It grows as
     * events are taken; at the end of a read without a limit it is the head of the store when the read began.
     */
    public Position asOf() {
        return lookedAt;
    }

    /** Whether there is another event. */
    public boolean hasNext() {
        if (ahead == null && !ended) {
            ahead = cursor.next();
            if (ahead == null) {
                ended = true;
                boolean cutOff = !range.backwards() && count == range.limit();
                lookedAt = cutOff ? lookedAt : Position.later(lookedAt, cursor.asOf());
                cursor.close();
            }
        }
        return ahead != null;
    }

    /** The next event; throws {@link NoSuchElementException} at the end. */
    public RecordedEvent next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException();
        }
        RecordedEvent event = ahead;
        ahead = null;
        count++;
        lookedAt = range.backwards() ? cursor.asOf() : event.position();
        return event;
    }

    /** The rest; a second loop goes on where the first one stopped. */
    @Override
    public Iterator<RecordedEvent> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return Events.this.hasNext();
            }

            @Override
            public RecordedEvent next() {
                return Events.this.next();
            }
        };
    }

    /** The rest as a stream. */
    public Stream<RecordedEvent> stream() {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator(), traits), false)
                .onClose(this::close);
    }

    /** The rest as a list, all in memory. */
    public List<RecordedEvent> toList() {
        List<RecordedEvent> list = new ArrayList<>();
        forEach(list::add);
        return list;
    }

    @Override
    public void close() {
        ended = true;
        ahead = null;
        cursor.close();
    }
}
