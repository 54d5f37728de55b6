package dev.indelible.embedded;

import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Cursor;
import org.jspecify.annotations.Nullable;

/** A read of the log as of one head. */
final class LogCursor implements Cursor {
    private final EventQuery query;
    private final Range range;
    private final Position asOf;
    private final LogReader reader;
    private final Candidates candidates;
    private long left;

    LogCursor(EventQuery query, Range range, Log log, Index index, long head) {
        this.query = query;
        this.range = range;
        this.left = range.limit();
        this.asOf = Position.of(Math.max(0, Math.min(head, range.before().value() - 1)));
        this.reader = new LogReader(log);
        this.candidates = Plan.of(query, range, index, reader, head);
    }

    @Override
    public Position asOf() {
        return asOf;
    }

    @Override
    public @Nullable RecordedEvent next() {
        while (left > 0) {
            if (!candidates.next()) {
                left = 0;
                return null;
            }
            RecordedEvent event = reader.at(candidates.address()).event(candidates.position());
            if (query.matches(event) && range.contains(event)) {
                left--;
                return event;
            }
        }
        return null;
    }

    @Override
    public void close() {
        left = 0;
    }
}
