package dev.indelible;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Journal;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A read that does not end: every match after a position once, in order, from the past and then as it happens.
 *
 * <p>For one consuming thread; {@link #close} and {@link #status} are for any. Nothing is fetched ahead of the
 * consumer, so a slow one slows only itself. If taking a notice throws, nothing is lost: take again, and it goes on
 * where it was.
 */
public final class Subscription implements Iterable<RecordedEvent>, AutoCloseable {
    /** A live consumer has fallen behind when a look at the store brings more events than this. */
    public static final int FELL_BEHIND_EVENTS = 1_000;

    private static final Duration FOREVER = Duration.ofDays(365);

    private final Journal journal;
    private final Pulse pulse;
    private final EventQuery query;

    private final ReentrantLock consuming = new ReentrantLock();
    private @Nullable Cursor cursor;
    private @Nullable RecordedEvent ahead;
    private long eventsOfThisRead;
    private volatile Position position;
    private volatile boolean live;
    private volatile boolean closed;
    private volatile @Nullable Throwable lastError;

    Subscription(Journal journal, Pulse pulse, EventQuery query, Position after) {
        this.journal = journal;
        this.pulse = pulse;
        this.query = query;
        this.position = after;
    }

    /**
     * How a subscription stands.
     *
     * @param query what it asks for
     * @param position what it has; save this as its checkpoint
     * @param head the end of the store, as last seen
     * @param live whether it had caught up with the end when it last looked
     * @param lastError what last went wrong, if anything did since the last notice
     */
    public record Status(
            EventQuery query, Position position, Position head, boolean live, Optional<Throwable> lastError) {}

    /** The status now. */
    public Status status() {
        Throwable error = lastError == null ? pulse.lastError() : lastError;
        return new Status(query, position, Position.later(position, pulse.head()), live, Optional.ofNullable(error));
    }

    /** Everything that matches, up to and including here, was handed out. */
    public Position position() {
        return position;
    }

    /**
     * Blocks until there is something to tell, at most for the timeout. Empty when the time is over, or the
     * subscription or its store is closed.
     */
    public Optional<Notice> poll(Duration timeout) throws InterruptedException {
        Notice notice = advance(deadline(timeout));
        if (notice != null) {
            position = Position.later(position, notice.position());
        }
        return Optional.ofNullable(notice);
    }

    /** Blocks until there is an event; false after the subscription or its store was closed, or on interrupt. */
    public boolean hasNext() {
        try {
            while (ahead == null && !closed) {
                Notice notice = advance(deadline(FOREVER));
                if (notice instanceof Notice.Event event) {
                    ahead = event.event();
                } else if (notice != null) {
                    position = Position.later(position, notice.position());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ahead != null && !closed;
    }

    /** Blocks until there is an event and hands it out; throws {@link NoSuchElementException} when there is none. */
    public RecordedEvent next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException("the subscription is closed");
        }
        RecordedEvent event = ahead;
        ahead = null;
        position = Position.later(position, event.position());
        return event;
    }

    /** The events from here on; the loop ends when the subscription or its store is closed, or on interrupt. */
    @Override
    public Iterator<RecordedEvent> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return Subscription.this.hasNext();
            }

            @Override
            public RecordedEvent next() {
                return Subscription.this.next();
            }
        };
    }

    /** Whether it, or its store, is closed. */
    public boolean isClosed() {
        return closed;
    }

    /** Ends it; a consumer that waits for an event gets the end at once. */
    @Override
    public void close() {
        closed = true;
        pulse.remove(this);
        if (consuming.tryLock()) {
            try {
                drop();
            } finally {
                consuming.unlock();
            }
        }
    }

    private @Nullable Notice advance(long deadline) throws InterruptedException {
        consuming.lockInterruptibly();
        try {
            while (!closed) {
                Notice notice = cursor == null ? look(deadline) : take(cursor);
                if (notice != null) {
                    lastError = null;
                    return notice;
                }
                if (cursor == null && System.nanoTime() - deadline >= 0) {
                    return null;
                }
            }
            drop();
            return null;
        } catch (RuntimeException e) {
            drop();
            if (closed) {
                return null;
            }
            lastError = e;
            throw e;
        } finally {
            consuming.unlock();
        }
    }

    private @Nullable Notice look(long deadline) throws InterruptedException {
        if (live) {
            if (!pulse.awaitAfter(position, deadline, this)) {
                return null;
            }
        } else {
            Position head = journal.head();
            if (position.isAfter(head)) {
                throw new Unavailable(
                        "subscription: after position %s, but the last is %s (another store, one restored from an older"
                                        .formatted(position, head)
                                + " state, or a replica that is behind)",
                        null);
            } else if (head.equals(position)) {
                live = true;
                return new Notice.CaughtUp(position);
            }
        }
        cursor = journal.read(query, Range.all().after(position));
        eventsOfThisRead = 0;
        return null;
    }

    private @Nullable Notice take(Cursor from) {
        RecordedEvent event = ahead == null ? from.next() : ahead;
        if (event == null) {
            Position end = from.asOf();
            drop();
            return end.isAfter(position) ? new Notice.Checkpoint(end) : null;
        }
        if (live && ++eventsOfThisRead > FELL_BEHIND_EVENTS) {
            live = false;
            ahead = event;
            return new Notice.FellBehind(position);
        }
        ahead = null;
        return new Notice.Event(event);
    }

    private void drop() {
        Cursor open = cursor;
        cursor = null;
        ahead = null;
        if (open != null) {
            open.close();
        }
    }

    private static long deadline(Duration timeout) {
        long nanos = timeout.compareTo(FOREVER) >= 0 ? FOREVER.toNanos() : Math.max(0, timeout.toNanos());
        return System.nanoTime() + nanos;
    }
}
