package dev.indelible.dynamodb;

import dev.indelible.decider.Snapshots;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Snapshots as items of a table, beside the events or elsewhere. A state of more than 380,000 bytes takes several
 * items; one of which not all are there, since another took its place meanwhile, is as if it were not there at all.
 */
public final class DynamoDbSnapshots implements Snapshots {
    private static final int PORTION_BYTES = 380_000;
    private static final String VERSION = "version";
    private static final String EVENT_ID = "event_id";
    private static final String STATE = "state";
    private static final String FORMAT = "format";
    private static final String PORTIONS = "portions";
    private static final String SAVE = "save_id";

    private final DynamoDbClient client;
    private final DynamoDbOptions options;
    private final Service service;

    private DynamoDbSnapshots(DynamoDbClient client, DynamoDbOptions options) {
        this.client = client;
        this.options = options;
        this.service = new Service(client, options);
    }

    /**
     * Snapshots in that table, which is made on first use, through a client of the application's. Needs the permissions
     * {@code dynamodb:DescribeTable, Query, PutItem, DeleteItem}, and {@code CreateTable} if it is to make the table.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the service cannot be reached, or the table is another's
     */
    public static DynamoDbSnapshots on(DynamoDbClient client, DynamoDbOptions options) {
        new Table(client, options).prepare();
        return new DynamoDbSnapshots(client, options);
    }

    @Override
    public Optional<Snapshot> latest(StreamName stream, int deciderVersion) {
        List<Map<String, AttributeValue>> items = items(stream, sk(deciderVersion));
        if (items.isEmpty() || !items.getFirst().containsKey(VERSION)) {
            return Optional.empty();
        }
        Map<String, AttributeValue> first = items.getFirst();
        List<Map<String, AttributeValue>> portions = items.stream()
                .filter(item -> Item.value(first, SAVE).equals(item.get(SAVE)))
                .toList();
        if (portions.size() != (int) Item.number(first, PORTIONS)) {
            return Optional.empty();
        }
        byte[] state = joined(portions);
        boolean isJson = Item.text(first, FORMAT).equals(Payload.Format.JSON.name());
        return Optional.of(new Snapshot(
                Item.number(first, VERSION),
                UUID.fromString(Item.text(first, EVENT_ID)),
                isJson ? Payload.json(state) : Payload.binary(state)));
    }

    private static byte[] joined(List<Map<String, AttributeValue>> portions) {
        var joined = new java.io.ByteArrayOutputStream();
        portions.forEach(item -> joined.writeBytes(Item.value(item, STATE).b().asByteArrayUnsafe()));
        return joined.toByteArray();
    }

    /** The portions behind the first come first: a snapshot that is there is there as a whole. */
    @Override
    public void save(StreamName stream, int deciderVersion, Snapshot snapshot) {
        byte[] state = snapshot.state().toBytes();
        AttributeValue save = Item.of(UUID.randomUUID().toString());
        int portions = Math.max(1, (state.length + PORTION_BYTES - 1) / PORTION_BYTES);
        boolean leavesPortions = portions > 1;
        for (int i = portions - 1; i >= 0; i--) {
            byte[] portion = Arrays.copyOfRange(
                    state, i * PORTION_BYTES, Math.min(state.length, i * PORTION_BYTES + PORTION_BYTES));
            String sk = i == 0 ? sk(deciderVersion) : sk(deciderVersion) + "#" + save.s() + "#%04d".formatted(i);
            Map<String, AttributeValue> item = new HashMap<>(Keys.key(pk(stream), sk));
            item.put(SAVE, save);
            item.put(STATE, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(portion)));
            if (i == 0) {
                item.put(VERSION, Item.of(snapshot.version()));
                item.put(EVENT_ID, Item.of(snapshot.eventId().toString()));
                item.put(FORMAT, Item.of(snapshot.state().format().name()));
                item.put(PORTIONS, Item.of(portions));
            }
            leavesPortions |= put(item);
        }
        if (leavesPortions) {
            deletePortionsBut(save, stream, deciderVersion);
        }
    }

    /**
     * Puts it unless a later one is there; a portion is always new. Returns whether the one that it replaces has more
     * portions.
     */
    private boolean put(Map<String, AttributeValue> item) {
        AttributeValue version = item.getOrDefault(VERSION, Item.of(0));
        try {
            Map<String, AttributeValue> replaced = client.putItem(request -> request.tableName(options.table())
                            .overrideConfiguration(service.inTime())
                            .item(item)
                            .conditionExpression("attribute_not_exists(PK) OR version < :version")
                            .expressionAttributeValues(Map.of(":version", version))
                            .returnValues(ReturnValue.ALL_OLD))
                    .attributes();
            return replaced.containsKey(PORTIONS) && Item.number(replaced, PORTIONS) > 1;
        } catch (ConditionalCheckFailedException e) {
            return false; // A later one is there: that is what the condition is for.
        } catch (SdkException e) {
            throw service.unavailable(e);
        }
    }

    /** Those of snapshots that this one, or a later one, has replaced. */
    private void deletePortionsBut(AttributeValue save, StreamName stream, int deciderVersion) {
        List<Map<String, AttributeValue>> items = items(stream, sk(deciderVersion));
        AttributeValue kept = items.isEmpty() ? save : items.getFirst().getOrDefault(SAVE, save);
        boolean isReplaced = !kept.equals(save);
        for (Map<String, AttributeValue> item : items) {
            boolean isOwn = save.equals(item.get(SAVE));
            if (!item.containsKey(VERSION) && isOwn == isReplaced) {
                delete(item);
            }
        }
    }

    @Override
    public void delete(StreamName stream) {
        items(stream, "DECIDER#").forEach(this::delete);
    }

    private void delete(Map<String, AttributeValue> item) {
        try {
            client.deleteItem(request -> request.tableName(options.table())
                    .overrideConfiguration(service.inTime())
                    .key(Map.of(Keys.PK, item.get(Keys.PK), Keys.SK, item.get(Keys.SK))));
        } catch (SdkException e) {
            throw service.unavailable(e);
        }
    }

    private List<Map<String, AttributeValue>> items(StreamName stream, String skPrefix) {
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        Map<String, AttributeValue> from = Map.of();
        do {
            QueryResponse page = service.query(QueryRequest.builder()
                    .keyConditionExpression("PK = :pk AND begins_with(SK, :sk)")
                    .expressionAttributeValues(Map.of(
                            ":pk", Item.of(pk(stream)),
                            ":sk", Item.of(skPrefix)))
                    .consistentRead(true)
                    .exclusiveStartKey(from.isEmpty() ? null : from));
            items.addAll(page.items());
            from = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : Map.of();
        } while (!from.isEmpty());
        return items;
    }

    private static String pk(StreamName stream) {
        return "SNAPSHOT#" + stream;
    }

    private static String sk(int deciderVersion) {
        return "DECIDER#%010d".formatted(deciderVersion);
    }
}
