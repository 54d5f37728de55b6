package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The revisions of a derived stream: which event of the store its n-th link leads to. Events are never removed, so the
 * numbers stay. It counts them once, and from then on only what is new; of every {@value #STEP}-th it keeps the
 * position. For any number of threads.
 */
final class LinkIndex {
    private static final int STEP = 256;

    private final EventStore store;
    private final EventQuery query;
    private final Predicate<RecordedEvent> also;
    private final ReentrantLock lock = new ReentrantLock();
    private long[] marks = new long[16];
    private long count;
    private Position upTo = Position.START;

    LinkIndex(EventStore store, EventQuery query, Predicate<RecordedEvent> also) {
        this.store = store;
        this.query = query;
        this.also = also;
    }

    /**
     * Where to read.
     *
     * @param after links lie after this position
     * @param before links lie before this position
     * @param first revision of the first link there; backwards: of the first one met
     * @param count links that there are in all
     */
    record Place(Position after, Position before, long first, long count) {}

    /** A place that begins at that revision or a little before it, and ends with what is there now. */
    Place from(long revision) {
        lock.lock();
        try {
            count();
            Position before = Position.of(upTo.value() + 1);
            if (revision >= count) {
                return new Place(upTo, before, count, count);
            }
            int mark = (int) (revision / STEP);
            return new Place(Position.of(marks[mark] - 1), before, (long) mark * STEP, count);
        } finally {
            lock.unlock();
        }
    }

    /** A place that ends at that revision or a little behind it. */
    Place backFrom(long revision) {
        lock.lock();
        try {
            count();
            long mark = revision < 0 ? Long.MAX_VALUE : revision / STEP + 1;
            if (mark <= (count - 1) / STEP) {
                return new Place(Position.START, Position.of(marks[(int) mark]), mark * STEP - 1, count);
            }
            return new Place(Position.START, Position.of(upTo.value() + 1), count - 1, count);
        } finally {
            lock.unlock();
        }
    }

    private void count() {
        try (Events events = store.read(query, Range.all().after(upTo))) {
            while (events.hasNext()) {
                RecordedEvent event = events.next();
                if (also.test(event)) {
                    if (count % STEP == 0) {
                        mark((int) (count / STEP), event.position().value());
                    }
                    count++;
                }
                upTo = event.position();
            }
            upTo = Position.later(upTo, events.asOf());
        }
    }

    private void mark(int index, long position) {
        if (index == marks.length) {
            marks = Arrays.copyOf(marks, 2 * marks.length);
        }
        marks[index] = position;
    }
}
