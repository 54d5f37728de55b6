package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * The item that every commit replaces, if it is as the commit expects it.
 *
 * @param last position of the last event
 * @param recordedAt when it was recorded
 * @param commit token of the commit that recorded it
 * @param turn whose turn it is, if anybody has asked for one
 */
record Head(
        long last,
        Instant recordedAt,
        String commit,
        @Nullable Turn turn) {
    static final Head NONE = new Head(0, Instant.EPOCH, new UUID(0, 0).toString(), null);

    private static final String LAST = "last_position";
    private static final String RECORDED_AT = "recorded_at";
    private static final String COMMIT = "commit_id";
    private static final String TURN_OF = "turn_of";
    private static final String TURN_PK = "turn_pk";
    private static final String TURN_PREFIX = "turn_prefix";

    /**
     * That somebody waits to add to a chain.
     *
     * @param token of this one wait
     * @param chain where
     */
    record Turn(String token, Chain chain) {}

    static Head of(Optional<Map<String, AttributeValue>> item) {
        return item.map(Head::of).orElse(NONE);
    }

    /** Of an item, which is empty if there is none. */
    static Head of(Map<String, AttributeValue> item) {
        return item.isEmpty()
                ? NONE
                : new Head(
                        Item.number(item, LAST),
                        Item.time(item, RECORDED_AT),
                        Item.text(item, COMMIT),
                        item.containsKey(TURN_OF) ? turn(item) : null);
    }

    private static Turn turn(Map<String, AttributeValue> item) {
        return new Turn(Item.text(item, TURN_OF), new Chain(Item.text(item, TURN_PK), Item.text(item, TURN_PREFIX)));
    }

    Map<String, AttributeValue> toItem() {
        Map<String, AttributeValue> item = new HashMap<>(Keys.HEAD);
        item.put(LAST, Item.of(last));
        item.put(RECORDED_AT, Item.of(recordedAt.toString()));
        item.put(COMMIT, Item.of(commit));
        if (turn != null) {
            item.putAll(valuesOf(turn, ""));
        }
        return item;
    }

    private static Map<String, AttributeValue> valuesOf(Turn turn, String prefix) {
        return Map.of(
                prefix + TURN_OF, Item.of(turn.token()),
                prefix + TURN_PK, Item.of(turn.chain().pk()),
                prefix + TURN_PREFIX, Item.of(turn.chain().prefix()));
    }

    /** What must hold of the item for this to be the head. */
    String condition() {
        return last == 0 ? "attribute_not_exists(PK)" : LAST + " = :last AND " + turnCondition();
    }

    Map<String, AttributeValue> conditionValues() {
        Map<String, AttributeValue> values = new HashMap<>();
        if (last > 0) {
            values.put(":last", Item.of(last));
            if (turn != null) {
                values.put(":turn", Item.of(turn.token()));
            }
        }
        return values;
    }

    private String turnCondition() {
        return turn == null ? "attribute_not_exists(" + TURN_OF + ")" : TURN_OF + " = :turn";
    }

    /** Marks the item, whatever it is by now, unless another mark is there than in this. */
    UpdateItemRequest.Builder asking(Turn wanted) {
        Map<String, AttributeValue> values = new HashMap<>(valuesOf(wanted, ":"));
        if (turn != null) {
            values.put(":turn", Item.of(turn.token()));
        }
        return UpdateItemRequest.builder()
                .key(Keys.HEAD)
                .updateExpression("SET turn_of = :turn_of, turn_pk = :turn_pk, turn_prefix = :turn_prefix")
                .conditionExpression("attribute_exists(PK) AND " + turnCondition())
                .expressionAttributeValues(values);
    }
}
