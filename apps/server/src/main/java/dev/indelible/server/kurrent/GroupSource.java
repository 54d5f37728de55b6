package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.server.kurrent.GroupEvent.Shown;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of a group come from: a stream, a derived stream, or everything. A place is a revision there, and a
 * position in everything.
 */
final class GroupSource {
    private final EventStore store;
    private final DerivedStreams derived;
    private final GroupConfig config;

    GroupSource(EventStore store, DerivedStreams derived, GroupConfig config) {
        this.store = store;
        this.derived = derived;
        this.config = config;
    }

    /**
     * What an event is to the group.
     *
     * @param place its place
     * @param counts whether it counts towards a checkpoint
     * @param event what the consumers get, or null if it is not for them
     */
    record Looked(long place, boolean counts, @Nullable GroupEvent event) {}

    private interface Look {
        @Nullable
        Looked at(RecordedEvent event);
    }

    /** Events after a place, and then what happens. For one thread; closing it is for any. */
    static final class Reading implements AutoCloseable {
        final Subscription subscription;
        private final Look look;

        private Reading(Subscription subscription, Look look) {
            this.subscription = subscription;
            this.look = look;
        }

        /** What the next event of the subscription is to the group, or null if it lies before the place. */
        @Nullable
        Looked at(RecordedEvent event) {
            return look.at(event);
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    /** The last place before the start that a client asks for, which may be {@link GroupConfig#END}. */
    static long before(EventStore store, DerivedStreams derived, GroupKey key, long start) {
        return start == GroupConfig.END ? last(store, derived, key) : Math.max(start - 1, key.isAll() ? 0 : -1);
    }

    /** The last place that there is now; before the first: -1, or 0 in everything. */
    static long last(EventStore store, DerivedStreams derived, GroupKey key) {
        if (key.isAll()) {
            return store.head().value();
        }
        return derived.find(key.source())
                        .map(links -> links.index().from(Places.END).count())
                        .orElseGet(() -> store.version(StreamName.of(key.source())))
                - 1;
    }

    long last() {
        return last(store, derived, config.key());
    }

    Reading open(long after) {
        if (config.key().isAll()) {
            return openAll(after);
        }
        String stream = config.key().source();
        return derived.find(stream).map(links -> openLinks(links, after)).orElseGet(() -> openStream(stream, after));
    }

    private Reading openAll(long after) {
        Filter filter = config.filter() == null ? Filter.NONE : Filter.of(config.filter());
        return new Reading(store.subscribe(EventQuery.all(), Position.of(after)), event -> {
            boolean counts = !GroupKey.isRecordOfAll(event.stream().value());
            boolean wanted = counts && filter.test().test(event);
            return new Looked(event.position().value(), counts, wanted ? resolved(event) : null);
        });
    }

    private Reading openStream(String stream, long after) {
        StreamState state = StreamState.of(store, stream);
        Instant now = Instant.now();
        return new Reading(store.subscribe(EventQuery.stream(stream), positionOf(stream, after, state)), event -> {
            long revision = event.version() - 1;
            if (revision <= after) {
                return null;
            }
            boolean hidden = event.version() <= state.version() && !state.shows(event, now);
            return new Looked(revision, true, hidden ? null : resolved(event));
        });
    }

    /** Position of the event of that revision, or of the last one before it. */
    private Position positionOf(String stream, long revision, StreamState state) {
        long version = Math.min(revision + 1, state.version());
        if (version < 1) {
            return Position.START;
        }
        Range range = Range.all().fromVersion(version).limit(1);
        try (Events events = store.read(EventQuery.stream(stream), range)) {
            return events.hasNext() ? events.next().position() : Position.START;
        }
    }

    private Reading openLinks(DerivedStreams.Derived links, long after) {
        LinkIndex.Place place = links.index().from(after + 1);
        return new Reading(store.subscribe(links.query(), place.after()), new Look() {
            private long next = place.first();

            @Override
            public @Nullable Looked at(RecordedEvent event) {
                if (!links.also().test(event)) {
                    return null;
                }
                long revision = next++;
                return revision <= after ? null : new Looked(revision, true, link(links.name(), revision, event));
            }
        });
    }

    private GroupEvent resolved(RecordedEvent event) {
        if (!config.resolvesLinks() || !event.type().equals(EventForm.LINK)) {
            return new GroupEvent(Shown.of(event), null);
        }
        return parked(event);
    }

    private GroupEvent link(String view, long revision, RecordedEvent target) {
        Shown link = new Shown(target, view, revision);
        if (!config.resolvesLinks() || DerivedStreams.namesStreams(view)) {
            return new GroupEvent(link, null);
        }
        boolean shown = StreamState.of(store, target.stream().value()).shows(target, Instant.now());
        return new GroupEvent(shown ? Shown.of(target) : null, link);
    }

    /** The event that a recorded link leads to, which may be a link of a derived stream. */
    GroupEvent parked(RecordedEvent link) {
        return new GroupEvent(target(link), Shown.of(link));
    }

    /** A link may hold any text: one that no stream can have as its name leads nowhere. */
    private @Nullable Shown target(RecordedEvent link) {
        try {
            DerivedStreams.Derived links =
                    derived.find(Links.targetStream(link)).orElse(null);
            if (links != null) {
                return linkOf(links, Links.targetRevision(link));
            }
            RecordedEvent target = Links.target(store, link);
            return target == null ? null : Shown.of(target);
        } catch (IllegalArgumentException noName) {
            return null;
        }
    }

    private @Nullable Shown linkOf(DerivedStreams.Derived links, long revision) {
        LinkIndex.Place place = links.index().from(revision);
        long next = place.first();
        try (Events events =
                store.read(links.query(), Range.all().after(place.after()).before(place.before()))) {
            while (events.hasNext() && next <= revision) {
                RecordedEvent target = events.next();
                if (links.also().test(target) && next++ == revision) {
                    return new Shown(target, links.name(), revision);
                }
            }
        }
        return null;
    }
}
