package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * The calls that this journal makes, counted with the units that they cost. What fails is {@link Unavailable}, after
 * the SDK has tried again as its retry strategy says, but no longer than the patience; a transaction that was cancelled
 * is the caller's to judge.
 */
final class Service {
    /** Most items of one transaction, and of one request for several items. */
    static final int ITEMS_MAX = 100;

    private static final int BAD_REQUEST = 400;
    private static final long PAUSE_NANOS_FIRST = 1_000_000;
    private static final long PAUSE_NANOS_MAX = 500_000_000;
    private static final int PAUSE_DOUBLINGS_MAX = 9;

    private final DynamoDbClient client;
    private final String table;
    private final Duration patience;
    private final AwsRequestOverrideConfiguration inTime;
    private final LongAdder calls = new LongAdder();
    private final DoubleAdder readUnits = new DoubleAdder();
    private final DoubleAdder writeUnits = new DoubleAdder();

    Service(DynamoDbClient client, DynamoDbOptions options) {
        this.client = client;
        this.table = options.table();
        this.patience = options.patience();
        this.inTime = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(patience)
                .build();
    }

    String table() {
        return table;
    }

    /** Ends a request, with all that the SDK does to repeat it, when the patience is over. */
    AwsRequestOverrideConfiguration inTime() {
        return inTime;
    }

    long calls() {
        return calls.sum();
    }

    double readUnits() {
        return readUnits.sum();
    }

    double writeUnits() {
        return writeUnits.sum();
    }

    /** The item as it is now, or, for half the price, as it was a moment ago. */
    Optional<Map<String, AttributeValue>> get(Map<String, AttributeValue> key, boolean consistent) {
        GetItemResponse response = call(() -> client.getItem(request -> request.tableName(table)
                .key(key)
                .consistentRead(consistent)
                .overrideConfiguration(inTime)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        count(readUnits, response.consumedCapacity());
        return response.hasItem() ? Optional.of(response.item()) : Optional.empty();
    }

    QueryResponse query(QueryRequest.Builder query) {
        QueryRequest request = query.tableName(table)
                .overrideConfiguration(inTime)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
        QueryResponse response = call(() -> client.query(request));
        count(readUnits, response.consumedCapacity());
        return response;
    }

    /** The items of those keys that are there, as they are now, in any order. */
    List<Map<String, AttributeValue>> getAll(List<Map<String, AttributeValue>> keys) {
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        List<Map<String, AttributeValue>> left = keys;
        Deadline deadline = deadline();
        while (!left.isEmpty()) {
            KeysAndAttributes some =
                    KeysAndAttributes.builder().keys(left).consistentRead(true).build();
            BatchGetItemResponse response =
                    call(() -> client.batchGetItem(request -> request.requestItems(Map.of(table, some))
                            .overrideConfiguration(inTime)
                            .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
            response.consumedCapacity().forEach(each -> count(readUnits, each));
            items.addAll(response.responses().getOrDefault(table, List.of()));
            KeysAndAttributes rest = response.unprocessedKeys().get(table);
            int before = left.size();
            left = rest == null ? List.of() : rest.keys();
            if (left.size() == before) {
                deadline.pause("the service answers for none of " + before + " items", null);
            }
        }
        return items;
    }

    /**
     * The items of those keys (empty: not there), all as of one moment.
     *
     * @throws TransactionCanceledException if a commit is changing one of them, or they are too large together
     */
    List<Map<String, AttributeValue>> getTogether(List<Map<String, AttributeValue>> keys)
            throws TransactionCanceledException {
        List<TransactGetItem> items = keys.stream()
                .map(key -> TransactGetItem.builder()
                        .get(get -> get.tableName(table).key(key))
                        .build())
                .toList();
        var response = call(() -> client.transactGetItems(request -> request.transactItems(items)
                .overrideConfiguration(inTime)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        response.consumedCapacity().forEach(each -> count(readUnits, each));
        return response.responses().stream()
                .map(each -> each.hasItem() ? each.item() : Map.<String, AttributeValue>of())
                .toList();
    }

    /** All or nothing. A repeat with the same token, within minutes, does nothing. */
    void commit(List<TransactWriteItem> items, String token) throws TransactionCanceledException {
        var response = call(() -> client.transactWriteItems(request -> request.transactItems(items)
                .clientRequestToken(token)
                .overrideConfiguration(inTime)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        response.consumedCapacity().forEach(each -> count(writeUnits, each));
    }

    /** The item as the update leaves it, or as it is if the update's condition does not hold; empty: there is none. */
    Map<String, AttributeValue> update(UpdateItemRequest.Builder update) {
        UpdateItemRequest request = update.tableName(table)
                .overrideConfiguration(inTime)
                .returnValues(ReturnValue.ALL_NEW)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
        try {
            UpdateItemResponse response = call(() -> client.updateItem(request));
            count(writeUnits, response.consumedCapacity());
            return response.attributes();
        } catch (Unavailable e) {
            if (e.getCause() instanceof ConditionalCheckFailedException failed) {
                return failed.hasItem() ? failed.item() : Map.of();
            }
            throw e;
        }
    }

    Deadline deadline() {
        return new Deadline(System.nanoTime() + patience.toNanos());
    }

    /** How long to try again, with pauses that grow and are never the same for two. */
    final class Deadline {
        private final long end;
        private int pauses;

        private Deadline(long end) {
            this.end = end;
        }

        /** Pauses; throws {@link Unavailable} for that reason when the time is over, or the thread is interrupted. */
        void pause(String reason, @Nullable Throwable cause) {
            if (Thread.currentThread().isInterrupted()) {
                throw failure("interrupted: " + reason, cause);
            } else if (isOver()) {
                throw failure(reason, cause);
            }
            rest();
        }

        /** Pauses. */
        void rest() {
            long most = Math.min(PAUSE_NANOS_MAX, PAUSE_NANOS_FIRST << Math.min(pauses++, PAUSE_DOUBLINGS_MAX));
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most / 2, most));
        }

        boolean isOver() {
            return System.nanoTime() - end >= 0;
        }

        Unavailable failure(String reason, @Nullable Throwable cause) {
            String time = isOver() ? ", for " + patience.toSeconds() + " s" : "";
            String text = "DynamoDB table " + table + ": " + reason + time;
            return new Unavailable(cause == null ? text : text + ": " + cause.getMessage(), cause);
        }
    }

    private <T> T call(Supplier<T> request) {
        calls.increment();
        try {
            return request.get();
        } catch (TransactionCanceledException e) {
            throw e;
        } catch (SdkException e) {
            throw unavailable(e);
        }
    }

    Unavailable unavailable(SdkException e) {
        return Failures.of(client, table, e);
    }

    /** Whether trying again leads nowhere: no such table, no permission. */
    static boolean isHopeless(@Nullable Throwable error) {
        return error instanceof Unavailable
                && error.getCause() instanceof DynamoDbException e
                && e.statusCode() == BAD_REQUEST
                && !e.isThrottlingException()
                && !(e instanceof TransactionInProgressException);
    }

    private static void count(DoubleAdder units, @Nullable ConsumedCapacity consumed) {
        if (consumed != null && consumed.capacityUnits() != null) {
            units.add(consumed.capacityUnits());
        }
    }
}
