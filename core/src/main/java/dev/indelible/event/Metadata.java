package dev.indelible.event;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metadata that Indelible names, and further texts: who caused an event, and what led to it.
 *
 * @param correlationId what the whole conversation is called, or null
 * @param causationId id of the command or event that led to this event, or null
 * @param userId who did it, or null
 * @param timestamp when it happened, by the writer's clock, or null
 * @param more further members, by name
 */
public record Metadata(
        @Nullable String correlationId,
        @Nullable String causationId,
        @Nullable String userId,
        @Nullable Instant timestamp,
        Map<String, String> more) {
    /** Nothing known. */
    public static final Metadata NONE = new Metadata(null, null, null, null, Map.of());

    /** Copies the further members, in their order. */
    public Metadata {
        more = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(more));
    }

    /**
     * Reads the metadata of an event; members that are not texts are left out. Binary metadata has none.
     *
     * @throws IllegalArgumentException if it is not a JSON object, or its timestamp is none
     */
    public static Metadata of(Payload payload) {
        if (!payload.isJson()) {
            return NONE;
        }
        if (!(Json.parse("metadata", payload.raw()) instanceof Map<?, ?> members)) {
            throw new IllegalArgumentException("metadata: " + payload + " (expected: a JSON object)");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (value instanceof String text) {
                texts.put((String) name, text);
            }
        });
        String timestamp = texts.remove("timestamp");
        return new Metadata(
                texts.remove("correlation_id"),
                texts.remove("causation_id"),
                texts.remove("user_id"),
                timestamp == null ? null : instant(timestamp),
                texts);
    }

    /** The same with that correlation id. */
    public Metadata withCorrelationId(String id) {
        return new Metadata(id, causationId, userId, timestamp, more);
    }

    /** The same with that causation id. */
    public Metadata withCausationId(String id) {
        return new Metadata(correlationId, id, userId, timestamp, more);
    }

    /** The same with that user. */
    public Metadata withUserId(String id) {
        return new Metadata(correlationId, causationId, id, timestamp, more);
    }

    /** The same with that time. */
    public Metadata withTimestamp(Instant time) {
        return new Metadata(correlationId, causationId, userId, time, more);
    }

    /** The same with one more member. */
    public Metadata with(String name, String value) {
        Map<String, String> extended = new LinkedHashMap<>(more);
        extended.put(name, value);
        return new Metadata(correlationId, causationId, userId, timestamp, extended);
    }

    /**
     * As a JSON object with the members {@code correlation_id, causation_id, user_id, timestamp} and the further ones.
     */
    public Payload toPayload() {
        Map<String, String> members = new LinkedHashMap<>();
        putIfKnown(members, "correlation_id", correlationId);
        putIfKnown(members, "causation_id", causationId);
        putIfKnown(members, "user_id", userId);
        putIfKnown(members, "timestamp", timestamp);
        members.putAll(more);
        StringBuilder json = new StringBuilder("{");
        members.forEach((name, value) -> {
            json.append(json.length() == 1 ? "" : ",");
            Json.quote(name, json);
            json.append(':');
            Json.quote(value, json);
        });
        return Payload.json(json.append('}').toString());
    }

    private static void putIfKnown(Map<String, String> members, String name, @Nullable Object value) {
        if (value != null) {
            members.put(name, value.toString());
        }
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("metadata.timestamp: \"" + text + "\" (expected: ISO 8601 in UTC)", e);
        }
    }
}
