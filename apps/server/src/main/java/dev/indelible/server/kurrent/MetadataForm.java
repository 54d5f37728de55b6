package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.Tag;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The custom metadata of the protocol as metadata, tags and schema version of an event, and back.
 *
 * <p>A JSON object is kept as JSON: {@code $correlationId} and {@code $causationId} become {@code correlation_id} and
 * {@code causation_id}; {@code $tags}, a list of texts, becomes the tags, and {@code $schemaVersion} the schema
 * version. No bytes are an object without members. Whatever would not come back as the same value, and all that is no
 * JSON object, is kept as the bytes that it is.
 *
 * @param metadata the event's metadata
 * @param tags the event's tags
 * @param schemaVersion the event's schema version
 */
record MetadataForm(Payload metadata, List<Tag> tags, int schemaVersion) {
    private static final String TAGS = "$tags";
    private static final String SCHEMA_VERSION = "$schemaVersion";
    private static final String TIMESTAMP = "timestamp";
    private static final Map<String, String> STORED =
            Map.of("$correlationId", "correlation_id", "$causationId", "causation_id");
    private static final Map<String, String> SHOWN =
            Map.of("correlation_id", "$correlationId", "causation_id", "$causationId");
    private static final byte[] NOTHING = {};

    /** Copies the tags. */
    MetadataForm {
        tags = List.copyOf(tags);
    }

    /** How those bytes are kept; with tags only if the engine has them. */
    static MetadataForm of(byte[] custom, boolean tagsKept) {
        if (custom.length == 0) {
            return new MetadataForm(Payload.EMPTY_OBJECT, List.of(), 1);
        }
        MetadataForm form = fromObject(custom, tagsKept);
        return form == null ? new MetadataForm(Payload.binary(custom), List.of(), 1) : form;
    }

    private static @Nullable MetadataForm fromObject(byte[] custom, boolean tagsKept) {
        try {
            if (!(Json.parse("metadata", custom) instanceof Map<?, ?> values) || values.isEmpty()) {
                return null;
            }
            List<Tag> tags = tags(values.get(TAGS), tagsKept);
            int schemaVersion = schemaVersion(values.get(SCHEMA_VERSION));
            if (values.containsKey("correlation_id")
                    || values.containsKey("causation_id")
                    || (values.get(TIMESTAMP) instanceof String text && !isInstant(text))) {
                return null;
            }
            boolean renamed = STORED.keySet().stream().anyMatch(values::containsKey);
            if (!renamed && tags.isEmpty() && schemaVersion == 1) {
                return new MetadataForm(Payload.json(custom), tags, schemaVersion);
            }
            Map<String, byte[]> members = new LinkedHashMap<>();
            Json.members("metadata", custom).forEach((name, value) -> {
                if (!name.equals(TAGS) && !name.equals(SCHEMA_VERSION)) {
                    members.put(STORED.getOrDefault(name, name), value);
                }
            });
            return new MetadataForm(Payload.json(object(members)), tags, schemaVersion);
        } catch (IllegalArgumentException | ArithmeticException notOurs) {
            return null;
        }
    }

    private static List<Tag> tags(@Nullable Object value, boolean tagsKept) {
        if (value == null) {
            return List.of();
        }
        Set<Tag> tags = new LinkedHashSet<>();
        if (tagsKept && value instanceof List<?> texts && !texts.isEmpty()) {
            for (Object text : texts) {
                if (!(text instanceof String name) || name.startsWith("$") || !tags.add(Tag.of(name))) {
                    throw new IllegalArgumentException("$tags: " + text + " (expected: texts key:value, each once)");
                }
            }
            return List.copyOf(tags);
        }
        throw new IllegalArgumentException("$tags: " + value + " (expected: a list of texts)");
    }

    private static int schemaVersion(@Nullable Object value) {
        if (value == null) {
            return 1;
        }
        int version = value instanceof java.math.BigDecimal number ? number.intValueExact() : 0;
        if (version < 2) {
            throw new IllegalArgumentException("$schemaVersion: " + value + " (expected: 2 or more)");
        }
        return version;
    }

    private static boolean isInstant(String text) {
        try {
            return Instant.parse(text).toString() != null;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** The custom metadata that a client is shown of an event. */
    static byte[] shown(RecordedEvent event) {
        Payload metadata = event.metadata();
        boolean plain = event.tags().isEmpty() && event.schemaVersion() == 1;
        if (!metadata.isJson()) {
            return metadata.toBytes();
        } else if (plain && metadata.equals(Payload.EMPTY_OBJECT)) {
            return NOTHING;
        }
        byte[] json = metadata.toBytes();
        Map<String, byte[]> members = Json.members("metadata", json);
        if (plain && SHOWN.keySet().stream().noneMatch(members::containsKey)) {
            return json;
        }
        Map<String, byte[]> shown = new LinkedHashMap<>();
        members.forEach((name, value) -> shown.putIfAbsent(SHOWN.getOrDefault(name, name), value));
        if (event.schemaVersion() > 1) {
            shown.put(SCHEMA_VERSION, Integer.toString(event.schemaVersion()).getBytes(UTF_8));
        }
        if (!event.tags().isEmpty()) {
            List<String> texts = new ArrayList<>();
            event.tags().forEach(tag -> {
                StringBuilder text = new StringBuilder();
                Json.quote(tag.text(), text);
                texts.add(text.toString());
            });
            shown.put(TAGS, ("[" + String.join(",", texts) + "]").getBytes(UTF_8));
        }
        return object(shown).getBytes(UTF_8);
    }

    private static String object(Map<String, byte[]> members) {
        StringBuilder json = new StringBuilder("{");
        members.forEach((name, value) -> {
            json.append(json.length() == 1 ? "" : ",");
            Json.quote(name, json);
            json.append(':').append(new String(value, UTF_8));
        });
        return json.append('}').toString();
    }
}
