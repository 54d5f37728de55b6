package dev.indelible.event;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An event to be recorded. Its id is its identity for ever: appending the same ids again, for instance after a lost
 * answer, records nothing and answers as the first time.
 *
 * @param id the event's id
 * @param type what happened, for example {@code OrderPlaced}; names that begin with {@code $} are refused by a store
 * @param schemaVersion shape of the data, 1 or more
 * @param data what happened exactly
 * @param metadata what is known around it: a JSON object, or binary
 * @param tags what it is about; each once
 */
public record NewEvent(UUID id, String type, int schemaVersion, Payload data, Payload metadata, List<Tag> tags) {
    /** Checks names and JSON; throws {@link IllegalArgumentException} that names the fault. */
    public NewEvent {
        Names.check("event_type", type);
        if (schemaVersion < 1) {
            throw new IllegalArgumentException("schema_version: " + schemaVersion + " (expected: 1 or more)");
        }
        if (data.isJson()) {
            Json.check("data", data.raw());
        }
        if (metadata.isJson() && !metadata.equals(Payload.EMPTY_OBJECT)) {
            Json.check("metadata", metadata.raw());
            if (!metadata.text().stripLeading().startsWith("{")) {
                throw new IllegalArgumentException("metadata: " + metadata + " (expected: a JSON object)");
            }
        }
        tags = List.copyOf(tags);
        if (tags.size() > 1 && tags.stream().distinct().count() < tags.size()) {
            throw new IllegalArgumentException("tags: " + tags + " (expected: each once)");
        }
    }

    /** An event with a new time-ordered id, schema version 1, no metadata and no tags. */
    public static NewEvent of(String type, Payload data) {
        return new NewEvent(timeOrderedId(Clock.systemUTC()), type, 1, data, Payload.EMPTY_OBJECT, List.of());
    }

    /** An event with JSON data, as {@link #of(String, Payload)}. */
    public static NewEvent json(String type, String data) {
        return of(type, Payload.json(data));
    }

    /** A new id that sorts by time (UUID version 7: milliseconds, then 74 random bits). */
    public static UUID timeOrderedId(Clock clock) {
        UUID random = UUID.randomUUID();
        long high = clock.millis() << 16 | 0x7000 | (random.getMostSignificantBits() & 0x0fff);
        return new UUID(high, random.getLeastSignificantBits());
    }

    /** An id that follows from a text: the same text, the same id (UUID version 3). */
    public static UUID idOf(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with that id. */
    public NewEvent withId(UUID newId) {
        return new NewEvent(newId, type, schemaVersion, data, metadata, tags);
    }

    /** The same with that schema version. */
    public NewEvent withSchemaVersion(int newVersion) {
        return new NewEvent(id, type, newVersion, data, metadata, tags);
    }

    /** The same with that metadata. */
    public NewEvent withMetadata(Payload newMetadata) {
        return new NewEvent(id, type, schemaVersion, data, newMetadata, tags);
    }

    /** The same with that metadata. */
    public NewEvent withMetadata(Metadata newMetadata) {
        return withMetadata(newMetadata.toPayload());
    }

    /** The same with those tags instead of its own, each written {@code key:value}. */
    public NewEvent withTags(String... newTags) {
        return withTags(List.of(newTags).stream().map(Tag::of).toList());
    }

    /** The same with those tags instead of its own. */
    public NewEvent withTags(List<Tag> newTags) {
        return new NewEvent(id, type, schemaVersion, data, metadata, newTags);
    }

    /** The same with a tag for each entry. */
    public NewEvent withTags(Map<String, String> newTags) {
        return withTags(newTags.entrySet().stream()
                .map(e -> Tag.of(e.getKey(), e.getValue()))
                .toList());
    }
}
