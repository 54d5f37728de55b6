package dev.indelible.kurrentdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Tag;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Metadata, tags and schema version of an event as the custom metadata of the server, and back; the form in which the
 * KurrentDB gateway of Indelible shows them.
 *
 * <p>JSON is written as JSON: {@code correlation_id} and {@code causation_id} become {@code $correlationId} and {@code
 * $causationId}, the tags are the list {@code $tags}, and a schema version of 2 or more is {@code $schemaVersion}. An
 * object without members is no bytes. Custom metadata that would not come back as the same value, or is no JSON object,
 * is binary metadata. Bytes that would be taken for something else are written as {@code {"$binary": base64}}.
 *
 * @param metadata the event's metadata
 * @param tags the event's tags
 * @param schemaVersion the event's schema version
 */
record MetadataForm(Payload metadata, List<Tag> tags, int schemaVersion) {
    private static final String TAGS = "$tags";
    private static final String SCHEMA_VERSION = "$schemaVersion";
    private static final String BINARY = "$binary";
    private static final String TIMESTAMP = "timestamp";
    private static final Map<String, String> READ =
            Map.of("$correlationId", "correlation_id", "$causationId", "causation_id");
    private static final Map<String, String> WRITTEN =
            Map.of("correlation_id", "$correlationId", "causation_id", "$causationId");
    private static final Set<String> OURS = Set.of(TAGS, SCHEMA_VERSION, BINARY, "$correlationId", "$causationId");
    private static final byte[] NOTHING = {};

    /** Copies the tags. */
    MetadataForm {
        tags = List.copyOf(tags);
    }

    /** What those bytes say. */
    static MetadataForm of(byte[] custom) {
        if (custom.length == 0) {
            return new MetadataForm(Payload.EMPTY_OBJECT, List.of(), 1);
        }
        MetadataForm form = fromObject(custom);
        return form == null ? new MetadataForm(Payload.binary(custom), List.of(), 1) : form;
    }

    private static @Nullable MetadataForm fromObject(byte[] custom) {
        try {
            if (!(Json.parse("metadata", custom) instanceof Map<?, ?> values) || values.isEmpty()) {
                return null;
            }
            if (values.size() == 1 && values.get(BINARY) instanceof String base64) {
                return new MetadataForm(Payload.binary(Base64.getDecoder().decode(base64)), List.of(), 1);
            }
            List<Tag> tags = tags(values.get(TAGS));
            int schemaVersion = schemaVersion(values.get(SCHEMA_VERSION));
            if (values.containsKey("correlation_id")
                    || values.containsKey("causation_id")
                    || (values.get(TIMESTAMP) instanceof String text && !isInstant(text))) {
                return null;
            }
            if (tags.isEmpty() && schemaVersion == 1 && READ.keySet().stream().noneMatch(values::containsKey)) {
                return new MetadataForm(Payload.json(custom), tags, schemaVersion);
            }
            Map<String, byte[]> members = new LinkedHashMap<>();
            Json.members("metadata", custom).forEach((name, value) -> {
                if (!name.equals(TAGS) && !name.equals(SCHEMA_VERSION)) {
                    members.put(READ.getOrDefault(name, name), value);
                }
            });
            return new MetadataForm(Payload.json(object(members)), tags, schemaVersion);
        } catch (IllegalArgumentException | ArithmeticException notOurs) {
            return null;
        }
    }

    private static List<Tag> tags(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        Set<Tag> tags = new LinkedHashSet<>();
        if (value instanceof List<?> texts && !texts.isEmpty()) {
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
        int version = value instanceof BigDecimal number ? number.intValueExact() : 0;
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

    /** The custom metadata to write; throws {@link IllegalArgumentException} for what cannot be written so. */
    static byte[] written(NewEvent event) {
        boolean plain = event.tags().isEmpty() && event.schemaVersion() == 1;
        if (!event.metadata().isJson()) {
            if (!plain) {
                throw new IllegalArgumentException("event " + event.id()
                        + ": metadata: binary, with tags or a schema version (expected on KurrentDB: a JSON object)");
            }
            return binary(event.metadata());
        }
        Map<String, byte[]> members = Json.members("metadata", event.metadata().toBytes());
        if (plain && members.isEmpty()) {
            return NOTHING;
        }
        Map<String, byte[]> written = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (OURS.contains(name)) {
                throw new IllegalArgumentException("event " + event.id() + ": metadata: member \"" + name
                        + "\" (expected on KurrentDB: no name that the journal uses)");
            }
            written.put(WRITTEN.getOrDefault(name, name), value);
        });
        if (plain && WRITTEN.keySet().stream().noneMatch(members::containsKey)) {
            return event.metadata().toBytes();
        }
        if (event.schemaVersion() > 1) {
            written.put(SCHEMA_VERSION, Integer.toString(event.schemaVersion()).getBytes(UTF_8));
        }
        if (!event.tags().isEmpty()) {
            List<String> texts = new ArrayList<>();
            event.tags().forEach(tag -> texts.add(quoted(tag.text())));
            written.put(TAGS, ("[" + String.join(",", texts) + "]").getBytes(UTF_8));
        }
        return object(written).getBytes(UTF_8);
    }

    private static byte[] binary(Payload metadata) {
        byte[] bytes = metadata.toBytes();
        if (!of(bytes).metadata().isJson() && of(bytes).metadata().equals(metadata)) {
            return bytes;
        }
        String base64 = Base64.getEncoder().encodeToString(bytes);
        return object(Map.of(BINARY, quoted(base64).getBytes(UTF_8))).getBytes(UTF_8);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        Json.quote(text, quoted);
        return quoted.toString();
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
