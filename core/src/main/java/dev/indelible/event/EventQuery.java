package dev.indelible.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which events. The same query reads, subscribes and guards, and {@link #matches(RecordedEvent)} is its only meaning.
 *
 * <pre>{@code category("Order").withTypes("OrderPlaced").withTags("customer:42").or(stream("Stock-7"))}</pre>
 *
 * @param items alternatives, at least one: an event matches the query if it matches one of them
 */
public record EventQuery(List<Item> items) {
    /** Most alternatives of a query. */
    public static final int ITEMS_MAX = 100;

    private static final EventQuery ALL = new EventQuery(List.of(new Item(null, null, Set.of(), Set.of())));

    /**
     * One alternative: an event must meet all that is given.
     *
     * @param stream the event's stream, or null for any
     * @param category the category of its stream, or null for any
     * @param types one of them must be the event's type; none: any
     * @param tags the event must have all of them
     */
    public record Item(
            @Nullable StreamName stream, @Nullable String category, Set<String> types, Set<Tag> tags) {
        /** Checks the names and copies the sets. */
        public Item {
            if (category != null) {
                Names.check("category", category);
            }
            types.forEach(type -> Names.check("event_type", type));
            types = Set.copyOf(types);
            tags = Set.copyOf(tags);
        }

        /** Whether it asks for nothing in particular. */
        public boolean isAll() {
            return stream == null && category == null && types.isEmpty() && tags.isEmpty();
        }

        boolean matches(StreamName eventStream, String type, Collection<Tag> eventTags) {
            return (stream == null || stream.equals(eventStream))
                    && (types.isEmpty() || types.contains(type))
                    && (category == null || category.equals(eventStream.category()))
                    && (tags.isEmpty() || eventTags.containsAll(tags));
        }

        private String describe() {
            return Stream.of(
                            stream == null ? "" : "stream " + stream,
                            category == null ? "" : "category " + category,
                            types.isEmpty()
                                    ? ""
                                    : "type " + types.stream().sorted().collect(Collectors.joining("|")),
                            tags.isEmpty()
                                    ? ""
                                    : "tag "
                                            + tags.stream()
                                                    .map(Tag::text)
                                                    .sorted()
                                                    .collect(Collectors.joining("&")))
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(" "));
        }
    }

    /** Checks the number of alternatives. */
    public EventQuery {
        items = List.copyOf(items);
        if (items.isEmpty() || items.size() > ITEMS_MAX) {
            throw new IllegalArgumentException(
                    "query: " + items.size() + " alternatives (expected: 1 to " + ITEMS_MAX + ")");
        }
    }

    /** Every event. */
    public static EventQuery all() {
        return ALL;
    }

    /** The events of one stream. */
    public static EventQuery stream(StreamName stream) {
        return new EventQuery(List.of(new Item(stream, null, Set.of(), Set.of())));
    }

    /** The events of one stream. */
    public static EventQuery stream(String stream) {
        return stream(StreamName.of(stream));
    }

    /** The events of all streams of a category. */
    public static EventQuery category(String category) {
        Objects.requireNonNull(category, "category: null (expected: a name)");
        return new EventQuery(List.of(new Item(null, category, Set.of(), Set.of())));
    }

    /** The events of one of those types. */
    public static EventQuery types(String... types) {
        return ALL.withTypes(types);
    }

    /** The events with all of those tags, each written {@code key:value}. */
    public static EventQuery tags(String... tags) {
        return ALL.withTags(tags);
    }

    /** This, and the type is one of those; in every alternative. */
    public EventQuery withTypes(String... types) {
        requireSome("types", types.length);
        Set<String> set = new LinkedHashSet<>(List.of(types));
        return map(item -> {
            if (!item.types().isEmpty()) {
                throw new IllegalArgumentException("types: given twice (expected: once in an alternative)");
            }
            return new Item(item.stream(), item.category(), set, item.tags());
        });
    }

    /** This, and all of those tags, each written {@code key:value}; in every alternative. */
    public EventQuery withTags(String... tags) {
        requireSome("tags", tags.length);
        return withTags(Stream.of(tags).map(Tag::of).collect(Collectors.toSet()));
    }

    /** This, and all of those tags; in every alternative. */
    public EventQuery withTags(Set<Tag> tags) {
        return map(item -> {
            Set<Tag> both = new LinkedHashSet<>(item.tags());
            both.addAll(tags);
            return new Item(item.stream(), item.category(), item.types(), both);
        });
    }

    /** A list that is empty by mistake would ask for everything. */
    private static void requireSome(String what, int count) {
        if (count == 0) {
            throw new IllegalArgumentException(what + ": none (expected: 1 or more; all() asks for every event)");
        }
    }

    /** This or the other. */
    public EventQuery or(EventQuery other) {
        List<Item> both = new ArrayList<>(items);
        both.addAll(other.items);
        return new EventQuery(both);
    }

    /** Whether the event is one of those that the query asks for. */
    public boolean matches(RecordedEvent event) {
        return matches(event.stream(), event.type(), event.tags());
    }

    /** Whether an event of that stream, type and tags is one of those that the query asks for. */
    public boolean matches(StreamName stream, String type, Collection<Tag> tags) {
        for (Item item : items) {
            if (item.matches(stream, type, tags)) {
                return true;
            }
        }
        return false;
    }

    /** The stream, if the query asks for one stream and nothing else. */
    public Optional<StreamName> singleStream() {
        return items.size() == 1 ? Optional.ofNullable(items.get(0).stream()) : Optional.empty();
    }

    /** Whether an alternative asks for tags. */
    public boolean usesTags() {
        return items.stream().anyMatch(item -> !item.tags().isEmpty());
    }

    private EventQuery map(java.util.function.UnaryOperator<Item> change) {
        return new EventQuery(items.stream().map(change).toList());
    }

    /** The query in words, for messages. */
    @Override
    public String toString() {
        return items.stream()
                .map(item -> item.isAll() ? "all" : item.describe())
                .collect(Collectors.joining(" or "));
    }
}
