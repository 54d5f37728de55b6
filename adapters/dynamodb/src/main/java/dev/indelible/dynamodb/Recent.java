package dev.indelible.dynamodb;

import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** What the latest events are about, without holes up to the head: guards are mostly about these. For one thread. */
final class Recent {
    private static final int EVENTS_MAX = 10_000;

    private final Deque<About> events = new ArrayDeque<>();
    private long last;

    private record About(StreamName stream, String type, List<Tag> tags) {}

    /** Position of the latest. */
    long last() {
        return last;
    }

    /** Forgets everything; goes on after that position. */
    void restart(long position) {
        events.clear();
        last = position;
    }

    /** The next event. */
    void add(RecordedEvent event) {
        if (event.position().value() != last + 1) {
            throw new IllegalStateException("position: " + event.position() + " (expected: " + (last + 1) + ")");
        }
        if (events.size() == EVENTS_MAX) {
            events.removeFirst();
        }
        events.addLast(new About(event.stream(), event.type(), event.tags()));
        last++;
    }

    /** Whether all events after the position are here. */
    boolean covers(long after) {
        return after >= last - events.size();
    }

    /** Whether an event after the position, up to the latest, matches. */
    boolean matches(EventQuery query, long after) {
        Iterator<About> backwards = events.descendingIterator();
        for (long position = last; position > after; position--) {
            About about = backwards.next();
            if (query.matches(about.stream(), about.type(), about.tags())) {
                return true;
            }
        }
        return false;
    }
}
