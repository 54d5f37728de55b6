package dev.indelible.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of an event, on every wire, file and command line: {@code event_id, stream_id, event_type, version,
 * schema_version, data, metadata, tags, global_position, recorded_at}.
 *
 * <p>JSON data stands as it was given. Binary data or metadata stands as base64 in {@code data_base64} or {@code
 * metadata_base64} instead.
 */
public final class Envelope {
    private static final Set<String> NAMES = Set.of(
            "event_id",
            "stream_id",
            "event_type",
            "version",
            "schema_version",
            "data",
            "data_base64",
            "metadata",
            "metadata_base64",
            "tags",
            "global_position",
            "recorded_at");

    private final Map<String, byte[]> members;

    private Envelope(Map<String, byte[]> members) {
        this.members = members;
        for (String name : members.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(name + ": unknown (expected: one of "
                        + String.join(", ", NAMES.stream().sorted().toList()) + ")");
            }
        }
    }

    /**
     * An event that is to be recorded, and where to.
     *
     * @param stream the stream, if the envelope names one
     * @param event the event; its id is new if the envelope has none
     */
    public record Proposal(Optional<StreamName> stream, NewEvent event) {}

    /** The event as one line of JSON, without a line end. */
    public static String encode(RecordedEvent event) {
        StringBuilder out =
                new StringBuilder(320 + event.data().size() + event.metadata().size());
        out.append("{\"event_id\":\"").append(event.id()).append("\",\"stream_id\":");
        Json.quote(event.stream().value(), out);
        out.append(",\"event_type\":");
        Json.quote(event.type(), out);
        out.append(",\"version\":").append(event.version());
        out.append(",\"schema_version\":").append(event.schemaVersion());
        payload("data", event.data(), out);
        payload("metadata", event.metadata(), out);
        out.append(",\"tags\":[");
        for (int i = 0; i < event.tags().size(); i++) {
            out.append(i == 0 ? "" : ",");
            Json.quote(event.tags().get(i).text(), out);
        }
        out.append("],\"global_position\":").append(event.position().value());
        out.append(",\"recorded_at\":\"").append(event.recordedAt()).append("\"}");
        return out.toString();
    }

    /**
     * Reads a recorded event.
     *
     * @throws IllegalArgumentException that names the member that is missing, unknown or wrong
     */
    public static RecordedEvent decode(byte[] utf8) {
        Envelope envelope = new Envelope(Json.members("event", utf8));
        return new RecordedEvent(
                envelope.uuid("event_id"),
                StreamName.of(envelope.text("stream_id")),
                envelope.text("event_type"),
                envelope.number("version", 1, Long.MAX_VALUE),
                (int) envelope.number("schema_version", 1, Integer.MAX_VALUE),
                envelope.payload("data"),
                envelope.payload("metadata"),
                envelope.tags(),
                Position.of(envelope.number("global_position", 0, Long.MAX_VALUE)),
                envelope.instant("recorded_at"));
    }

    /**
     * Reads an event to be recorded: {@code event_type} and {@code data} must be there; version, position and time of
     * recording, which the store sets, are passed over.
     *
     * @throws IllegalArgumentException that names the member that is missing, unknown or wrong
     */
    public static Proposal decodeProposal(byte[] utf8) {
        Envelope envelope = new Envelope(Json.members("event", utf8));
        NewEvent event = new NewEvent(
                envelope.has("event_id")
                        ? envelope.uuid("event_id")
                        : NewEvent.timeOrderedId(java.time.Clock.systemUTC()),
                envelope.text("event_type"),
                envelope.has("schema_version") ? (int) envelope.number("schema_version", 1, Integer.MAX_VALUE) : 1,
                envelope.payload("data"),
                envelope.has("metadata") || envelope.has("metadata_base64")
                        ? envelope.payload("metadata")
                        : Payload.EMPTY_OBJECT,
                envelope.tags());
        return new Proposal(
                envelope.has("stream_id") ? Optional.of(StreamName.of(envelope.text("stream_id"))) : Optional.empty(),
                event);
    }

    private static void payload(String name, Payload payload, StringBuilder out) {
        if (payload.isJson()) {
            out.append(",\"").append(name).append("\":");
            appendOnOneLine(payload.text(), out);
        } else {
            out.append(",\"").append(name).append("_base64\":\"");
            out.append(Base64.getEncoder().encodeToString(payload.raw())).append('"');
        }
    }

    /** Line ends in JSON are white space between its parts; as spaces they keep an envelope on its line. */
    private static void appendOnOneLine(String json, StringBuilder out) {
        if (json.indexOf('\n') < 0 && json.indexOf('\r') < 0) {
            out.append(json);
        } else {
            out.append(json.replace('\n', ' ').replace('\r', ' '));
        }
    }

    private boolean has(String name) {
        return members.containsKey(name) && !value(name).equals(Json.NULL);
    }

    private Object value(String name) {
        byte[] json = members.get(name);
        if (json == null) {
            throw new IllegalArgumentException(name + ": missing");
        }
        return Json.parse(name, json);
    }

    private String text(String name) {
        if (value(name) instanceof String text) {
            return text;
        }
        throw wrong(name, "a text");
    }

    private UUID uuid(String name) {
        String text = text(name);
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(name, "a UUID", e);
        }
        throw wrong(name, "a UUID");
    }

    private long number(String name, long least, long most) {
        try {
            if (value(name) instanceof java.math.BigDecimal number) {
                long exact = number.longValueExact();
                if (exact >= least && exact <= most) {
                    return exact;
                }
            }
        } catch (ArithmeticException e) {
            throw wrong(name, "a whole number of at least " + least, e);
        }
        throw wrong(name, "a whole number of at least " + least);
    }

    private Instant instant(String name) {
        try {
            return Instant.parse(text(name));
        } catch (DateTimeParseException e) {
            throw wrong(name, "a time in UTC by ISO 8601", e);
        }
    }

    private Payload payload(String name) {
        String binary = name + "_base64";
        if (members.containsKey(binary)) {
            if (members.containsKey(name)) {
                throw new IllegalArgumentException(name + ": given beside " + binary + " (expected: one of them)");
            }
            try {
                return Payload.binary(Base64.getDecoder().decode(text(binary).getBytes(UTF_8)));
            } catch (IllegalArgumentException e) {
                throw wrong(binary, "base64", e);
            }
        }
        byte[] json = members.get(name);
        if (json == null) {
            throw new IllegalArgumentException(name + ": missing");
        }
        return Payload.json(json);
    }

    private List<Tag> tags() {
        if (!has("tags")) {
            return List.of();
        }
        if (!(value("tags") instanceof List<?> values)) {
            throw wrong("tags", "a list of texts");
        }
        List<Tag> tags = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof String text)) {
                throw wrong("tags", "a list of texts");
            }
            tags.add(Tag.of(text));
        }
        return tags;
    }

    private IllegalArgumentException wrong(String name, String expected) {
        return wrong(name, expected, null);
    }

    private IllegalArgumentException wrong(String name, String expected, @Nullable Exception cause) {
        byte[] json = members.get(name);
        String value = json == null ? "nothing" : new String(json, UTF_8);
        String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
        return new IllegalArgumentException(name + ": " + shown + " (expected: " + expected + ")", cause);
    }
}
