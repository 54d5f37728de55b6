package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.NewEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * A plan as the service takes it. Every item that it writes but the head must be new, and the head must be the one that
 * was planned on: so nothing of it is recorded if anybody was faster, or it is recorded already.
 */
final class Transaction {
    private static final String FAILED = "ConditionalCheckFailed";
    private static final String MET = "TransactionConflict";
    private static final String NEW = "attribute_not_exists(PK)";

    private final String table;
    private final Head head;
    private final List<TransactWriteItem> items = new ArrayList<>();
    private final List<@Nullable Chain> chains = new ArrayList<>();

    /** The plan, which leaves that turn in the head. */
    Transaction(String table, Plan plan, Head.@Nullable Turn turn) {
        this.table = table;
        this.head = new Head(plan.last(), plan.recordedAt(), UUID.randomUUID().toString(), turn);
        addHead(plan.head());
        plan.slices().forEach(slice -> put(slice.toItem(), Chain.of(slice.stream())));
        plan.entries()
                .forEach((tag, entries) -> entries.forEach((number, entry) -> put(entry.toItem(tag, number), tag)));
        for (Plan.Planned planned : plan.appends()) {
            AttributeValue parts = Ids.parts(planned.appended());
            for (Append.Part part : planned.append().parts()) {
                for (NewEvent event : part.events()) {
                    put(Ids.toItem(event.id(), parts, head.commit()), null);
                }
            }
        }
        plan.absent()
                .forEach((chain, numbers) -> numbers.forEach(number -> {
                    boolean isWritten = plan.slices().stream()
                            .anyMatch(
                                    slice -> Chain.of(slice.stream()).equals(chain) && slice.firstVersion() == number);
                    if (!isWritten) {
                        require(chain, number);
                    }
                }));
    }

    /** The head that it makes. */
    Head head() {
        return head;
    }

    List<TransactWriteItem> items() {
        return items;
    }

    /** The head that was there instead of the one that was planned on, if that is why it was cancelled. */
    Optional<Head> otherHead(List<CancellationReason> reasons) {
        CancellationReason reason = reasons.getFirst();
        return FAILED.equals(reason.code())
                ? Optional.of(reason.hasItem() ? Head.of(reason.item()) : Head.NONE)
                : Optional.empty();
    }

    /** Whether it was cancelled because another transaction was changing the same at that moment. */
    static boolean hasMetAnother(List<CancellationReason> reasons) {
        return reasons.stream().anyMatch(reason -> MET.equals(reason.code()));
    }

    /** Chains that are longer than was planned on. */
    List<Chain> longer(List<CancellationReason> reasons) {
        List<Chain> longer = new ArrayList<>();
        for (int i = 0; i < chains.size(); i++) {
            Chain chain = chains.get(i);
            if (chain != null && FAILED.equals(reasons.get(i).code())) {
                longer.add(chain);
            }
        }
        return longer;
    }

    /** Ids that are recorded already. */
    List<UUID> known(List<CancellationReason> reasons) {
        List<UUID> known = new ArrayList<>();
        for (int i = 1; i < chains.size(); i++) {
            if (chains.get(i) == null && FAILED.equals(reasons.get(i).code())) {
                known.add(Ids.of(items.get(i).put().item()));
            }
        }
        return known;
    }

    private void addHead(Head planned) {
        Map<String, AttributeValue> values = new HashMap<>(planned.conditionValues());
        items.add(TransactWriteItem.builder()
                .put(put -> put.tableName(table)
                        .item(head.toItem())
                        .conditionExpression(planned.condition())
                        .expressionAttributeValues(values.isEmpty() ? null : values)
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                .build());
        chains.add(null);
    }

    private void put(Map<String, AttributeValue> item, @Nullable Chain chain) {
        items.add(TransactWriteItem.builder()
                .put(put -> put.tableName(table).item(item).conditionExpression(NEW))
                .build());
        chains.add(chain);
    }

    private void require(Chain chain, long number) {
        items.add(TransactWriteItem.builder()
                .conditionCheck(
                        check -> check.tableName(table).key(chain.key(number)).conditionExpression(NEW))
                .build());
        chains.add(chain);
    }

    /** Items that say which append recorded an id: where its parts are, and by which commit. */
    static final class Ids {
        private static final String PREFIX = "EVENT#";
        private static final String PARTS = "parts";
        private static final String COMMIT = "commit_id";

        private Ids() {}

        /** A part of an append: so many events from that version on. */
        record Part(Chain stream, long version, int count) {}

        private static AttributeValue parts(Appended appended) {
            return AttributeValue.fromL(appended.parts().stream()
                    .map(part -> AttributeValue.fromM(Map.of(
                            "stream_id", Item.of(part.stream().value()),
                            "version", Item.of(part.firstVersion()),
                            "count", Item.of(part.lastVersion() - part.firstVersion() + 1),
                            "position", Item.of(part.firstPosition().value()))))
                    .toList());
        }

        private static Map<String, AttributeValue> toItem(UUID id, AttributeValue parts, String commit) {
            Map<String, AttributeValue> item = new HashMap<>(Keys.id(id));
            item.put(PARTS, parts);
            item.put(COMMIT, Item.of(commit));
            return item;
        }

        static UUID of(Map<String, AttributeValue> item) {
            return UUID.fromString(Item.text(item, Keys.PK).substring(PREFIX.length()));
        }

        static String commit(Map<String, AttributeValue> item) {
            return Item.text(item, COMMIT);
        }

        static List<Part> parts(Map<String, AttributeValue> item) {
            return Item.value(item, PARTS).l().stream()
                    .map(AttributeValue::m)
                    .map(part -> new Part(
                            new Chain("STREAM#" + Item.text(part, "stream_id"), "VERSION#"),
                            Item.number(part, "version"),
                            (int) Item.number(part, "count")))
                    .toList();
        }
    }
}
