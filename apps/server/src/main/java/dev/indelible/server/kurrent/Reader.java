package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import java.time.Instant;
import java.util.function.Predicate;

/** Reads that end: of a stream, a derived stream or the whole store, in both directions. */
final class Reader {
    private final EventStore store;
    private final DerivedStreams derived;

    Reader(EventStore store, DerivedStreams derived) {
        this.store = store;
        this.derived = derived;
    }

    void read(ReadReq.Options options, ReadAnswer answer) throws InterruptedException {
        if (options.hasAll()) {
            readAll(options, answer);
            return;
        }
        String stream = EventForm.name(options.getStream().getStreamIdentifier());
        DerivedStreams.Derived links = derived.find(stream).orElse(null);
        if (links == null) {
            readStream(stream, options, answer);
        } else {
            readLinks(links, options, answer);
        }
    }

    private void readAll(ReadReq.Options options, ReadAnswer answer) throws InterruptedException {
        Filter filter = options.hasFilter() ? Filter.of(options.getFilter()) : Filter.NONE;
        long place = Places.position(options.getAll());
        Range range;
        if (isBackwards(options)) {
            range = Range.all().before(Position.of(place)).fromTheEnd();
        } else {
            range = place == Places.END ? Range.all().limit(0) : Range.all().after(Position.of(Math.max(0, place - 1)));
        }
        try (Events events = store.read(filter.query(), range)) {
            send(events, filter.test(), count(options), answer);
        }
    }

    private void readStream(String stream, ReadReq.Options options, ReadAnswer answer) throws InterruptedException {
        StreamState state = StreamState.of(store, stream);
        state.refuseTombstoned(store, stream);
        if (!state.isShown()) {
            answer.notFound(stream);
            return;
        }
        long asked = Places.revision(options.getStream());
        long first = state.firstRevision();
        long last = state.lastRevision();
        Range range;
        if (isBackwards(options)) {
            range = Range.all()
                    .fromVersion(first + 1)
                    .toVersion(Math.min(asked, last) + 1)
                    .fromTheEnd();
        } else {
            long from = Math.max(asked, first);
            range = asked == Places.END || from > last
                    ? Range.all().limit(0)
                    : Range.all().fromVersion(from + 1).toVersion(last + 1);
        }
        Instant now = Instant.now();
        long sent;
        try (Events events = store.read(EventQuery.stream(StreamName.of(stream)), range)) {
            sent = send(events, event -> state.isYoung(event, now), count(options), answer);
        }
        if (options.getControlOption().getCompatibility() > 0 && sent >= 0) {
            if (sent == 0 && !isBackwards(options) && asked < first) {
                answer.firstRevision(first);
            }
            answer.lastRevision(last);
        }
    }

    /** Sends what passes; how many that were, or -1 if the client has gone. */
    private static long send(Events events, Predicate<RecordedEvent> test, long count, ReadAnswer answer)
            throws InterruptedException {
        long sent = 0;
        while (sent < count && events.hasNext()) {
            RecordedEvent event = events.next();
            if (test.test(event)) {
                if (!answer.event(event)) {
                    return -1;
                }
                sent++;
            }
        }
        return sent;
    }

    private void readLinks(DerivedStreams.Derived links, ReadReq.Options options, ReadAnswer answer)
            throws InterruptedException {
        boolean backwards = isBackwards(options);
        long asked = Places.revision(options.getStream());
        LinkIndex.Place place = backwards
                ? links.index().backFrom(asked == Places.END ? -1 : asked)
                : links.index().from(asked);
        if (place.count() == 0) {
            answer.notFound(links.name());
            return;
        }
        Range range = Range.all().after(place.after()).before(place.before());
        long revision = place.first();
        long left = count(options);
        try (Events events = store.read(links.query(), backwards ? range.fromTheEnd() : range)) {
            while (left > 0 && events.hasNext()) {
                RecordedEvent target = events.next();
                if (!links.also().test(target)) {
                    continue;
                }
                if (backwards ? revision <= asked : revision >= asked) {
                    if (!answer.link(links, revision, target)) {
                        return;
                    }
                    left--;
                }
                revision += backwards ? -1 : 1;
            }
        }
        if (options.getControlOption().getCompatibility() > 0) {
            answer.lastRevision(place.count() - 1);
        }
    }

    private static boolean isBackwards(ReadReq.Options options) {
        return options.getReadDirection() == ReadReq.Direction.BACKWARDS;
    }

    /** Numbers of 2^63 and more stand for no limit. */
    private static long count(ReadReq.Options options) {
        return options.getCount() < 0 ? Long.MAX_VALUE : options.getCount();
    }
}
