package dev.indelible.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.Envelope;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Guard;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The JSON of appends, in and out. Every error names the member, with its index. */
final class AppendBody {
    private AppendBody() {}

    /** Body of {@code POST /streams/{stream}}: {@code {"expected_version": …, "events": […]}}. */
    static Append toStream(StreamName stream, byte[] body) {
        Map<String, byte[]> members = members("body", body, Set.of("expected_version", "events"));
        return new Append(List.of(part("", stream, members)), List.of());
    }

    /** Body of {@code POST /append}: {@code {"appends": [{"stream", "expected_version", "events"}], "guards": […]}}. */
    static Append several(byte[] body) {
        Map<String, byte[]> members = members("body", body, Set.of("appends", "guards"));
        List<Append.Part> parts = new ArrayList<>();
        for (byte[] json : elements("appends", required("appends", members))) {
            String at = "appends[" + parts.size() + "].";
            Map<String, byte[]> part = members(at, json, Set.of("stream", "expected_version", "events"));
            StreamName stream = named(at, () -> StreamName.of(text("stream", required("stream", part))));
            parts.add(part(at, stream, part));
        }
        List<Guard> guards = new ArrayList<>();
        byte[] given = members.get("guards");
        for (byte[] json : given == null ? List.<byte[]>of() : elements("guards", given)) {
            String at = "guards[" + guards.size() + "].";
            guards.add(named(at, () -> guard(members("guard", json, Set.of("query", "after")))));
        }
        return new Append(parts, guards);
    }

    /** The answer to an append to one stream. */
    static String answer(Appended.Part part, boolean repeated) {
        return "{" + part(part) + ",\"repeated\":" + repeated + "}";
    }

    /** The answer to an append to several streams. */
    static String answer(Appended appended) {
        StringBuilder json = new StringBuilder("{\"streams\":[");
        for (Appended.Part part : appended.parts()) {
            json.append(json.charAt(json.length() - 1) == '[' ? "{" : ",{")
                    .append(part(part))
                    .append('}');
        }
        json.append("],\"position\":").append(appended.position());
        return json.append(",\"repeated\":")
                .append(appended.repeated())
                .append('}')
                .toString();
    }

    private static String part(Appended.Part part) {
        StringBuilder json = new StringBuilder("\"stream\":");
        Json.quote(part.stream().value(), json);
        json.append(",\"first_version\":").append(part.firstVersion());
        json.append(",\"last_version\":").append(part.lastVersion());
        json.append(",\"first_position\":").append(part.firstPosition());
        json.append(",\"last_position\":").append(part.lastPosition());
        return json.toString();
    }

    private static Append.Part part(String at, StreamName stream, Map<String, byte[]> members) {
        byte[] expected = members.get("expected_version");
        ExpectedVersion version = expected == null ? ExpectedVersion.any() : named(at, () -> expectedVersion(expected));
        List<NewEvent> events = new ArrayList<>();
        for (byte[] json : named(at, () -> elements("events", required("events", members)))) {
            String event = at + "events[" + events.size() + "].";
            events.add(named(event, () -> event(stream, json)));
        }
        return new Append.Part(stream, version, events);
    }

    private static NewEvent event(StreamName stream, byte[] json) {
        Envelope.Proposal proposal = Envelope.decodeProposal(json);
        StreamName named = proposal.stream().orElse(stream);
        if (!named.equals(stream)) {
            throw new IllegalArgumentException("stream_id: \"" + named + "\" (expected: \"" + stream + "\")");
        }
        return proposal.event();
    }

    private static ExpectedVersion expectedVersion(byte[] json) {
        Object value = Json.parse("expected_version", json);
        if (value instanceof BigDecimal number) {
            return ExpectedVersion.exactly(whole("expected_version", number));
        }
        return switch (value.toString()) {
            case "any" -> ExpectedVersion.any();
            case "no_stream" -> ExpectedVersion.noStream();
            case "exists" -> ExpectedVersion.exists();
            default ->
                throw new IllegalArgumentException("expected_version: " + new String(json, UTF_8)
                        + " (expected: any, no_stream, exists or a version of 0 or more)");
        };
    }

    private static Guard guard(Map<String, byte[]> members) {
        List<EventQuery.Item> items = new ArrayList<>();
        for (byte[] json : elements("query", required("query", members))) {
            String at = "query[" + items.size() + "].";
            items.add(named(at, () -> item(members("item", json, Set.of("stream", "category", "types", "tags")))));
        }
        Object after = Json.parse("after", required("after", members));
        if (!(after instanceof BigDecimal number)) {
            throw new IllegalArgumentException("after: " + after + " (expected: a position)");
        }
        return new Guard(new EventQuery(items), Position.of(whole("after", number)));
    }

    private static EventQuery.Item item(Map<String, byte[]> members) {
        byte[] stream = members.get("stream");
        byte[] category = members.get("category");
        Set<Tag> tags = new LinkedHashSet<>();
        texts("tags", members.get("tags")).forEach(tag -> tags.add(Tag.of(tag)));
        return new EventQuery.Item(
                stream == null ? null : StreamName.of(text("stream", stream)),
                category == null ? null : text("category", category),
                texts("types", members.get("types")),
                tags);
    }

    private static Set<String> texts(String name, byte @Nullable [] json) {
        Set<String> texts = new LinkedHashSet<>();
        if (json != null) {
            elements(name, json).forEach(element -> texts.add(text(name, element)));
        }
        return texts;
    }

    private static String text(String name, byte[] json) {
        if (Json.parse(name, json) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(name + ": " + new String(json, UTF_8) + " (expected: a text)");
    }

    private static long whole(String name, BigDecimal number) {
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(name + ": " + number + " (expected: a whole number of 0 or more)", e);
        }
    }

    private static byte[] required(String name, Map<String, byte[]> members) {
        byte[] json = members.get(name);
        if (json == null) {
            throw new IllegalArgumentException(name + ": missing");
        }
        return json;
    }

    private static List<byte[]> elements(String name, byte[] json) {
        if (json[0] != '[') {
            throw new IllegalArgumentException(name + ": not a list (expected: a list)");
        }
        return Json.elements(name, json);
    }

    private static Map<String, byte[]> members(String what, byte[] json, Set<String> allowed) {
        Map<String, byte[]> members = Json.members(what, json);
        for (String name : members.keySet()) {
            if (!allowed.contains(name)) {
                throw new IllegalArgumentException("%s: unknown (expected: %s)"
                        .formatted(
                                name,
                                String.join(", ", allowed.stream().sorted().toList())));
            }
        }
        return members;
    }

    private interface Parse<T> {
        T get();
    }

    /** Puts the place before the message of what is wrong there. */
    private static <T> T named(String at, Parse<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(at + e.getMessage(), e);
        }
    }
}
