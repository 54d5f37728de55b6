package dev.indelible;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Guard;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The front door of an event store, on any journal. Safe for any number of threads; methods block, also on virtual
 * threads. Errors: {@link EventStoreException}, and {@link IllegalArgumentException} for bad input.
 */
public final class EventStore implements AutoCloseable {
    private final Journal journal;
    private final Pulse pulse;
    private volatile Position seen = Position.START;

    private EventStore(Journal journal) {
        this.journal = journal;
        this.pulse = new Pulse(journal);
    }

    /**
     * Opens the store at a URL, for example {@code embedded:./data} or {@code memory:}. The engine must be on the class
     * path.
     *
     * @throws IllegalArgumentException if no engine takes the URL, or it does not understand it
     */
    public static EventStore open(String url) {
        return on(Journal.open(url));
    }

    /**
     * Opens the store at a URL if it is there already; unlike {@link #open} it never makes one. For whoever only reads.
     *
     * @throws IllegalArgumentException if it is not there, no engine takes the URL, or it does not understand it
     */
    public static EventStore openExisting(String url) {
        return on(Journal.openExisting(url));
    }

    /** A store on that journal, which is closed with it. */
    public static EventStore on(Journal journal) {
        return new EventStore(journal);
    }

    /** What the journal promises. */
    public Set<Capability> capabilities() {
        return journal.capabilities();
    }

    /** How large things may be. */
    public Limits limits() {
        return journal.limits();
    }

    /** What the journal says of itself. */
    public Description describe() {
        return journal.describe();
    }

    /** Position of the last event. */
    public Position head() {
        return journal.head();
    }

    /** Records the events in one stream, as {@link #append(Append)}. */
    public Appended append(StreamName stream, ExpectedVersion expected, NewEvent... events) {
        return append(Append.to(stream, expected, events));
    }

    /**
     * Records all events or none. Returns when they are durable. Repeating an append with the same event ids records
     * nothing and answers as the first time, however long ago that was.
     *
     * @throws EventStoreException.Conflict if ids, versions or guards do not allow it, in this order
     * @throws EventStoreException.Unavailable if the engine fails; repeat with the same event ids. Also if a guard
     * names
     *     a position that the store has not reached: it is of another store, or this one was restored from an older
     * state
     */
    public Appended append(Append append) {
        for (Append.Part part : append.parts()) {
            refuseReserved("stream", part.stream().value());
            for (NewEvent event : part.events()) {
                refuseReserved("event_type", event.type());
                event.tags().forEach(tag -> refuseReserved("tag", tag.text()));
            }
        }
        return appendAsSystem(append);
    }

    /**
     * As {@link #append(Append)}, but names may begin with {@code $}. For what keeps records of its own beside those of
     * the users, as a gateway for another protocol does.
     */
    public Appended appendAsSystem(Append append) {
        journal.limits().check(append);
        if (append.events().anyMatch(event -> !event.tags().isEmpty())) {
            require(Capability.TAGS);
        }
        if (append.parts().size() > 1) {
            require(Capability.SEVERAL_STREAMS);
        }
        for (Guard guard : append.guards()) {
            require(Capability.GUARDS);
            requireFor(guard.query());
            requireReached(guard.after());
        }
        return switch (journal.append(append)) {
            case Outcome.Recorded recorded -> {
                saw(recorded.appended().position());
                yield recorded.appended();
            }
            case Outcome.Refused refused -> throw new EventStoreException.Conflict(refused);
        };
    }

    /** Reads everything that matches, in order, as of now. */
    public Events read(EventQuery query) {
        return read(query, Range.all());
    }

    /** Reads what matches and lies in the range, as of now. */
    public Events read(EventQuery query, Range range) {
        requireFor(query);
        if (range.usesVersions() && query.singleStream().isEmpty()) {
            throw new IllegalArgumentException(
                    "range of versions: the query asks for " + query + " (expected: one stream)");
        }
        Cursor cursor = journal.read(query, range);
        saw(cursor.asOf());
        return new Events(cursor, range);
    }

    /**
     * Version of a stream: the number of its events, 0 if there is no such stream.
     */
    public long version(StreamName stream) {
        try (Events last =
                read(EventQuery.stream(stream), Range.all().fromTheEnd().limit(1))) {
            return last.hasNext() ? last.next().version() : 0;
        }
    }

    /**
     * A read that does not end: every match after the position, and then every match as it is recorded. While the store
     * has not reached the position (it was restored from an older state, or a replica is behind), taking a notice
     * throws {@link EventStoreException.Unavailable}.
     */
    public Subscription subscribe(EventQuery query, Position after) {
        requireFor(query);
        Subscription subscription = new Subscription(journal, pulse, query, after);
        pulse.add(subscription);
        return subscription;
    }

    /** How each open subscription of this store stands. */
    public List<Subscription.Status> subscriptions() {
        List<Subscription.Status> all = new ArrayList<>();
        pulse.subscriptions().forEach(subscription -> all.add(subscription.status()));
        return all;
    }

    /** Ends the subscriptions and closes the journal, after running appends have ended. */
    @Override
    public void close() {
        pulse.close();
        journal.close();
    }

    private void requireFor(EventQuery query) {
        if (query.usesTags()) {
            require(Capability.TAGS);
        }
    }

    /** A guard after a position that the store has not reached would guard against nothing. */
    private void requireReached(Position after) {
        if (after.isAfter(seen)) {
            Position head = journal.head();
            saw(head);
            if (after.isAfter(head)) {
                throw new Unavailable(
                        "guard: after position %s, but the last is %s (expected: a position of this store)"
                                .formatted(after, head),
                        null);
            }
        }
    }

    private void saw(Position position) {
        seen = Position.later(seen, position);
    }

    private void require(Capability capability) {
        if (!journal.capabilities().contains(capability)) {
            throw new EventStoreException.Unsupported(capability);
        }
    }

    private static void refuseReserved(String what, String name) {
        if (name.charAt(0) == '$') {
            throw new IllegalArgumentException(
                    what + ": \"" + name + "\" is reserved (expected: a name that does not begin with '$')");
        }
    }
}
