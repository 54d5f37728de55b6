package dev.indelible.dynamodb;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Events of one append that follow each other in one stream, and so in the store: one item of the table, with an entry
 * in the index under its last position.
 *
 * @param stream where they live
 * @param events at least one, in order
 */
record Slice(StreamName stream, List<RecordedEvent> events) {
    static final String FIRST_VERSION = "first_version";
    static final String LAST_VERSION = "last_version";

    /** Less than the service's 400 KB, for what is not counted here exactly. */
    static final int BYTES_MAX = 390_000;

    private static final String FIRST_POSITION = "first_position";
    private static final String RECORDED_AT = "recorded_at";
    private static final String CATEGORY = "category";
    private static final String EVENTS = "events";
    private static final int BYTES_OF_AN_ITEM = 400;
    private static final int BYTES_OF_AN_EVENT = 160;
    private static final int BYTES_OF_A_TAG = 4;

    Slice {
        events = List.copyOf(events);
    }

    long firstVersion() {
        return events.getFirst().version();
    }

    long lastVersion() {
        return events.getLast().version();
    }

    long first() {
        return events.getFirst().position().value();
    }

    /** Position of the last event. */
    long last() {
        return events.getLast().position().value();
    }

    /** Bytes of an item before it has events. */
    static long sizeOf(StreamName stream) {
        return BYTES_OF_AN_ITEM + 2L * utf8(stream.value());
    }

    /** Bytes that the event adds to an item, rather more than less. */
    static long sizeOf(NewEvent event) {
        long tags = 0;
        for (Tag tag : event.tags()) {
            tags += BYTES_OF_A_TAG + utf8(tag.text());
        }
        return BYTES_OF_AN_EVENT
                + utf8(event.type())
                + event.data().size()
                + event.metadata().size()
                + tags;
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    Map<String, AttributeValue> toItem() {
        Map<String, AttributeValue> item = new HashMap<>(Keys.Chain.of(stream).key(firstVersion()));
        item.put(Keys.LOG_PK, Item.of(Keys.bucket(last())));
        item.put(Keys.LOG_SK, Item.of(last()));
        item.put(CATEGORY, Item.of(stream.category()));
        item.put(FIRST_VERSION, Item.of(firstVersion()));
        item.put(LAST_VERSION, Item.of(lastVersion()));
        item.put(FIRST_POSITION, Item.of(first()));
        item.put(RECORDED_AT, Item.of(events.getFirst().recordedAt().toString()));
        item.put(EVENTS, AttributeValue.fromL(events.stream().map(Slice::toMap).toList()));
        return item;
    }

    private static AttributeValue toMap(RecordedEvent event) {
        Map<String, AttributeValue> map = new HashMap<>();
        map.put("event_id", Item.of(event.id().toString()));
        map.put("event_type", Item.of(event.type()));
        map.put("data", payload(event.data()));
        if (event.schemaVersion() != 1) {
            map.put("schema_version", Item.of(event.schemaVersion()));
        }
        if (!event.metadata().equals(Payload.EMPTY_OBJECT)) {
            map.put("metadata", payload(event.metadata()));
        }
        if (!event.tags().isEmpty()) {
            map.put(
                    "tags",
                    AttributeValue.fromL(event.tags().stream()
                            .map(tag -> Item.of(tag.text()))
                            .toList()));
        }
        return AttributeValue.fromM(map);
    }

    static Slice of(Map<String, AttributeValue> item) {
        try {
            StreamName stream = StreamName.of(Item.text(item, Keys.PK).substring("STREAM#".length()));
            long version = Item.number(item, FIRST_VERSION);
            long position = Item.number(item, FIRST_POSITION);
            Instant recordedAt = Item.time(item, RECORDED_AT);
            List<RecordedEvent> events = new ArrayList<>();
            for (AttributeValue each : Item.value(item, EVENTS).l()) {
                events.add(event(each.m(), stream, version++, position++, recordedAt));
            }
            return new Slice(stream, events);
        } catch (IllegalArgumentException e) {
            throw Item.corrupted(item, String.valueOf(e.getMessage()), e);
        }
    }

    private static RecordedEvent event(
            Map<String, AttributeValue> map, StreamName stream, long version, long position, Instant recordedAt) {
        AttributeValue schemaVersion = map.get("schema_version");
        AttributeValue metadata = map.get("metadata");
        AttributeValue tags = map.get("tags");
        return new RecordedEvent(
                UUID.fromString(Item.text(map, "event_id")),
                stream,
                Item.text(map, "event_type"),
                version,
                schemaVersion == null ? 1 : Integer.parseInt(schemaVersion.n()),
                payload(Item.value(map, "data")),
                metadata == null ? Payload.EMPTY_OBJECT : payload(metadata),
                tags == null
                        ? List.of()
                        : tags.l().stream().map(tag -> Tag.of(tag.s())).toList(),
                Position.of(position),
                recordedAt);
    }

    static AttributeValue payload(Payload payload) {
        return payload.isJson()
                ? Item.of(payload.text())
                : AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(payload.toBytes()));
    }

    static Payload payload(AttributeValue value) {
        return value.b() == null
                ? Payload.json(value.s())
                : Payload.binary(value.b().asByteArrayUnsafe());
    }
}
