package dev.indelible.server;

import com.linecorp.armeria.common.QueryParams;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a read's path and query string ask for.
 *
 * @param path the path, as it is to stand in links
 * @param given the query string
 * @param query which events
 * @param range which part of them; its limit is 0 if none was given
 */
record Selection(String path, QueryParams given, EventQuery query, Range range) {
    /** Events of a page, unless a limit is given. */
    static final int PAGE_EVENTS = 100;

    /** Most events of a page. */
    static final int PAGE_EVENTS_MAX = 1_000;

    private static final Set<String> OF_ALL =
            Set.of("after", "before", "limit", "backwards", "type", "tag", "category", "stream");
    private static final Set<String> OF_CATEGORY = Set.of("after", "before", "limit", "backwards", "type", "tag");
    private static final Set<String> OF_STREAM =
            Set.of("from_version", "to_version", "after", "before", "limit", "backwards", "type", "tag");

    static Selection ofAll(QueryParams given) {
        allow(given, OF_ALL);
        String stream = given.get("stream");
        return of("/events", given, stream == null ? null : StreamName.of(stream), given.get("category"));
    }

    static Selection ofCategory(String category, QueryParams given) {
        allow(given, OF_CATEGORY);
        return of("/categories/" + encode(category), given, null, category);
    }

    static Selection ofStream(String stream, QueryParams given) {
        allow(given, OF_STREAM);
        return of("/streams/" + encode(stream), given, StreamName.of(stream), null);
    }

    private static Selection of(
            String path, QueryParams given, @Nullable StreamName stream, @Nullable String category) {
        Set<Tag> tags = new LinkedHashSet<>();
        given.getAll("tag").forEach(tag -> tags.add(Tag.of(tag)));
        EventQuery.Item item = new EventQuery.Item(stream, category, Set.copyOf(given.getAll("type")), tags);
        String backwards = given.get("backwards", "false");
        if (!backwards.equals("true") && !backwards.equals("false")) {
            throw new IllegalArgumentException("backwards: \"" + backwards + "\" (expected: true or false)");
        }
        Range range = Range.all()
                .after(Position.of(number(given, "after", 0, 0)))
                .before(Position.of(number(given, "before", 0, Long.MAX_VALUE)))
                .fromVersion(number(given, "from_version", 0, 1))
                .toVersion(number(given, "to_version", 0, Long.MAX_VALUE))
                .limit(number(given, "limit", 1, 0));
        return new Selection(
                path, given, new EventQuery(List.of(item)), backwards.equals("true") ? range.fromTheEnd() : range);
    }

    /** The stream that the query reads, or {@code $all} if it reads several. */
    static String readOf(EventQuery query) {
        return query.singleStream().map(StreamName::value).orElse("$all");
    }

    boolean hasLimit() {
        return range.limit() > 0;
    }

    /** Events of the page that is asked for. */
    int pageEvents() {
        if (range.limit() > PAGE_EVENTS_MAX) {
            throw new IllegalArgumentException("limit: %d (limit: %d a page; application/x-ndjson has none)"
                    .formatted(range.limit(), PAGE_EVENTS_MAX));
        }
        return hasLimit() ? (int) range.limit() : PAGE_EVENTS;
    }

    /** The link to the page behind the one that ends with the event. */
    String next(RecordedEvent last) {
        boolean byVersion = path.startsWith("/streams/");
        String name = byVersion
                ? (range.backwards() ? "to_version" : "from_version")
                : (range.backwards() ? "before" : "after");
        long value = byVersion
                ? last.version() + (range.backwards() ? -1 : 1)
                : last.position().value();
        QueryParams next = given.toBuilder()
                .set(name, Long.toString(value))
                .set("limit", Integer.toString(pageEvents()))
                .build();
        return path + "?" + next.toQueryString();
    }

    /** Throws {@link IllegalArgumentException} if there is a parameter of another name. */
    static void allow(QueryParams given, Set<String> names) {
        for (String name : given.names()) {
            if (!names.contains(name)) {
                String expected = names.isEmpty() ? "none" : String.join(", ", new TreeSet<>(names));
                throw new IllegalArgumentException(name + ": unknown parameter (expected: " + expected + ")");
            }
        }
    }

    private static long number(QueryParams given, String name, long least, long byDefault) {
        String value = given.get(name);
        return value == null ? byDefault : number(name, value, least);
    }

    /** The number that the text is, in digits of ASCII alone. */
    static long number(String name, String value, long least) {
        // What has 19 digits and is too great for a long comes out negative.
        long number = value.matches("[0-9]{1,19}") ? Long.parseUnsignedLong(value) : -1;
        if (number < least) {
            throw new IllegalArgumentException(
                    "%s: \"%s\" (expected: a number of %d or more)".formatted(name, value, least));
        }
        return number;
    }

    private static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
