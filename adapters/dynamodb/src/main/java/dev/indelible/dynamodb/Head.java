package dev.indelible.dynamodb;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The item that every commit replaces, if it is as the commit expects it.
 *
 * @param last position of the last event
 * @param recordedAt when it was recorded
 * @param commit token of the commit that recorded it
 */
record Head(long last, Instant recordedAt, String commit) {
    static final Head NONE = new Head(0, Instant.EPOCH, new UUID(0, 0).toString());

    private static final String LAST = "last_position";
    private static final String RECORDED_AT = "recorded_at";
    private static final String COMMIT = "commit_id";

    static Head of(Optional<Map<String, AttributeValue>> item) {
        return item.map(Head::of).orElse(NONE);
    }

    /** Of an item, which is empty if there is none. */
    static Head of(Map<String, AttributeValue> item) {
        return item.isEmpty()
                ? NONE
                : new Head(Item.number(item, LAST), Item.time(item, RECORDED_AT), Item.text(item, COMMIT));
    }

    Map<String, AttributeValue> toItem() {
        Map<String, AttributeValue> item = new HashMap<>(Keys.HEAD);
        item.put(LAST, Item.of(last));
        item.put(RECORDED_AT, Item.of(recordedAt.toString()));
        item.put(COMMIT, Item.of(commit));
        return item;
    }

    /** What must hold of the item for this to be the head. */
    String condition() {
        return last == 0 ? "attribute_not_exists(PK)" : LAST + " = :last";
    }

    Map<String, AttributeValue> conditionValues() {
        return last == 0 ? Map.of() : Map.of(":last", Item.of(last));
    }
}
