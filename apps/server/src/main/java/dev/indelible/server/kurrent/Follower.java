package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadResp;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Reads that do not end: what there is after a place, and then what happens. */
final class Follower {
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private final EventStore store;
    private final DerivedStreams derived;

    Follower(EventStore store, DerivedStreams derived) {
        this.store = store;
        this.derived = derived;
    }

    void follow(ReadReq.Options options, ReadAnswer answer, Outbox<ReadResp> outbox) throws InterruptedException {
        if (options.hasAll()) {
            Filter filter = options.hasFilter() ? Filter.of(options.getFilter()) : Filter.NONE;
            followAll(options.getAll(), filter, answer, outbox);
            return;
        }
        String stream = EventForm.name(options.getStream().getStreamIdentifier());
        DerivedStreams.Derived links = derived.find(stream).orElse(null);
        if (links == null) {
            followStream(stream, next(options.getStream()), answer, outbox);
        } else {
            followLinks(links, next(options.getStream()), answer, outbox);
        }
    }

    /** The first revision that is wanted: the one given is what the client has. */
    private static long next(ReadReq.StreamOptions options) {
        long given = Places.revision(options);
        return options.hasRevision() && given != Places.END ? given + 1 : given;
    }

    private interface Handling {
        /** False if there is nobody to tell. */
        boolean handle(Notice notice) throws InterruptedException;
    }

    private void run(EventQuery query, Position after, ReadAnswer answer, Outbox<ReadResp> outbox, Handling handling)
            throws InterruptedException {
        try (Subscription subscription = store.subscribe(query, after)) {
            outbox.whenEnded(subscription::close);
            boolean goesOn = answer.confirmation(UUID.randomUUID().toString());
            while (goesOn && !subscription.isClosed()) {
                Notice notice = subscription.poll(LOOK_EVERY).orElse(null);
                goesOn = notice == null || handling.handle(notice);
            }
        }
    }

    private void followAll(ReadReq.AllOptions options, Filter filter, ReadAnswer answer, Outbox<ReadResp> outbox)
            throws InterruptedException {
        long place = Places.position(options);
        Position after = place == Places.END ? store.head() : Position.of(place);
        run(filter.query(), after, answer, outbox, new Handling() {
            private long lookedAt;
            private long told = after.value();

            @Override
            public boolean handle(Notice notice) throws InterruptedException {
                long position = notice.position().value();
                return switch (notice) {
                    case Notice.Event event -> {
                        boolean taken = !filter.test().test(event.event()) || answer.event(event.event());
                        yield taken && (++lookedAt < filter.checkpointEvery() || checkpoint(position));
                    }
                    case Notice.CaughtUp caughtUp ->
                        (filter.checkpointEvery() == Long.MAX_VALUE || checkpoint(position))
                                && answer.caughtUpAtPosition(position);
                    case Notice.Checkpoint checkpoint -> true;
                    case Notice.FellBehind fellBehind -> true;
                };
            }

            private boolean checkpoint(long position) throws InterruptedException {
                lookedAt = 0;
                if (position <= told) {
                    return true;
                }
                told = position;
                return answer.checkpoint(position);
            }
        });
    }

    private void followStream(String stream, long asked, ReadAnswer answer, Outbox<ReadResp> outbox)
            throws InterruptedException {
        StreamState state = StreamState.of(store, stream);
        state.refuseTombstoned(store, stream);
        long from = asked == Places.END ? state.version() : Math.max(asked, hiddenBefore(state));
        EventQuery query = EventQuery.stream(stream);
        if (StreamState.hasMeta(stream)) {
            query = query.or(EventQuery.stream(StreamState.META_PREFIX + stream));
        }
        Position after = before(stream, from, state);
        Instant now = Instant.now();
        run(query, after, answer, outbox, new Handling() {
            private long has = Math.min(from, state.version()) - 1;

            @Override
            public boolean handle(Notice notice) throws InterruptedException {
                if (notice instanceof Notice.CaughtUp) {
                    return answer.caughtUpAtRevision(has);
                }
                if (!(notice instanceof Notice.Event told)) {
                    return true;
                }
                RecordedEvent event = told.event();
                if (StreamState.isTombstone(event)) {
                    if (answer.event(event)) {
                        throw Refusals.streamDeleted(stream);
                    }
                    return false;
                }
                boolean wanted = event.stream().value().equals(stream) && event.version() > from;
                if (!wanted || (event.version() <= state.version() && !state.isYoung(event, now))) {
                    return true;
                }
                has = event.version() - 1;
                return answer.event(event);
            }
        });
    }

    private static long hiddenBefore(StreamState state) {
        return state.metadata().isDeleted() ? state.version() : Math.max(0, state.firstRevision());
    }

    /** A position before the event of that revision, and behind the one before it as far as that is known. */
    private Position before(String stream, long revision, StreamState state) {
        if (revision == 0) {
            return Position.START;
        }
        Range range =
                Range.all().fromVersion(Math.min(revision, state.version())).limit(1);
        try (Events events = store.read(EventQuery.stream(StreamName.of(stream)), range)) {
            return events.hasNext() ? events.next().position() : Position.START;
        }
    }

    private void followLinks(DerivedStreams.Derived links, long asked, ReadAnswer answer, Outbox<ReadResp> outbox)
            throws InterruptedException {
        LinkIndex.Place place = links.index().from(asked);
        long from = asked == Places.END ? place.count() : asked;
        run(links.query(), place.after(), answer, outbox, new Handling() {
            private long revision = place.first();

            @Override
            public boolean handle(Notice notice) throws InterruptedException {
                if (notice instanceof Notice.CaughtUp) {
                    return answer.caughtUpAtRevision(revision - 1);
                }
                if (!(notice instanceof Notice.Event told) || !links.also().test(told.event())) {
                    return true;
                }
                long now = revision++;
                return now < from || answer.link(links, now, told.event());
            }
        });
    }
}
