package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Json;
import dev.indelible.event.RecordedEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The streams of links that the protocol's users expect: {@code $ce-} a category, {@code $et-} an event type, {@code
 * $bc-} a correlation id, {@code $streams} the first event of each stream, {@code $category-} the names of a category's
 * streams. Nothing of them is recorded; they are views.
 */
final class DerivedStreams {
    private static final String CATEGORY = "$ce-";
    private static final String TYPE = "$et-";
    private static final String CORRELATION = "$bc-";
    private static final String STREAMS = "$streams";
    private static final String STREAMS_OF_CATEGORY = "$category-";
    private static final String DELETED = "$deleted";

    /** So many views keep their index in memory. */
    private static final int INDEXES_MAX = 1_000;

    private final EventStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, LinkIndex> indexes = new LinkedHashMap<>(16, 0.75f, true);

    DerivedStreams(EventStore store) {
        this.store = store;
    }

    /**
     * A stream of links.
     *
     * @param name its name
     * @param query where its targets are
     * @param also and what else must hold for them
     * @param index its revisions
     */
    record Derived(String name, EventQuery query, Predicate<RecordedEvent> also, LinkIndex index) {}

    /** Whether the events of that derived stream name streams, and lead to no event. */
    static boolean namesStreams(String name) {
        return name.startsWith(STREAMS_OF_CATEGORY);
    }

    /** The stream of links of that name, if it is one. */
    Optional<Derived> find(String name) {
        if (name.startsWith(CATEGORY) && name.length() > CATEGORY.length()) {
            String category = name.substring(CATEGORY.length());
            return of(name, EventQuery.category(category), event -> !category.startsWith("$"));
        } else if (name.startsWith(TYPE) && name.length() > TYPE.length()) {
            String type = name.substring(TYPE.length());
            String recorded = type.equals(DELETED) ? StreamState.TOMBSTONE_TYPE : type;
            return of(name, EventQuery.types(recorded), event -> !type.equals(EventForm.LINK));
        } else if (name.startsWith(CORRELATION) && name.length() > CORRELATION.length()) {
            String id = name.substring(CORRELATION.length());
            return of(name, EventQuery.all(), event -> id.equals(correlation(event)));
        } else if (name.startsWith(STREAMS_OF_CATEGORY) && name.length() > STREAMS_OF_CATEGORY.length()) {
            String category = name.substring(STREAMS_OF_CATEGORY.length());
            return of(
                    name,
                    EventQuery.category(category),
                    event -> event.version() == 1 && !event.stream().isSystem());
        } else if (name.equals(STREAMS)) {
            return of(
                    name,
                    EventQuery.all(),
                    event -> event.version() == 1 && !event.stream().isSystem());
        }
        return Optional.empty();
    }

    private Optional<Derived> of(String name, EventQuery query, Predicate<RecordedEvent> also) {
        lock.lock();
        try {
            LinkIndex index = indexes.computeIfAbsent(name, n -> new LinkIndex(store, query, also));
            if (indexes.size() > INDEXES_MAX) {
                indexes.remove(indexes.keySet().iterator().next());
            }
            return Optional.of(new Derived(name, query, also, index));
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is recorded in a stream of that name. */
    static boolean isView(String name) {
        return name.equals(STREAMS)
                || name.startsWith(STREAMS_OF_CATEGORY)
                || name.startsWith(CATEGORY)
                || name.startsWith(TYPE)
                || name.startsWith(CORRELATION);
    }

    /** Throws if nobody may write to the stream. */
    static void refuseWrite(String name) {
        if (name.equals("$all") || isView(name)) {
            throw Refusals.accessDenied("stream " + name + " is a view (expected: a stream of its own)");
        }
    }

    static String correlation(RecordedEvent event) {
        byte[] shown = MetadataForm.shown(event);
        try {
            return shown.length > 0
                            && Json.parse("metadata", shown) instanceof Map<?, ?> members
                            && members.get("$correlationId") instanceof String id
                    ? id
                    : "";
        } catch (IllegalArgumentException notJson) {
            return "";
        }
    }
}
