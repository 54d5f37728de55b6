package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Corrupted;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * The whole store, by the index. The index is eventually consistent: its entries arrive late, and in any order. But
 * positions have no holes, so a slice that does not begin where the one before it ended is one too many, and this waits
 * for the missing one.
 */
final class LogSource implements Source {
    private static final int ITEMS_MAX = 1_000;

    private final Service service;
    private final long after;
    private final long end;
    private final boolean backwards;
    private final int pageItems;
    private final Queue<Slice> page = new ArrayDeque<>();

    /** The next position to hand out. */
    private long next;

    /** The slices whose last positions lie in after+1 to end, which must be a position that has been recorded. */
    LogSource(Service service, long after, long end, boolean backwards, long slicesMax) {
        this.service = service;
        this.after = after;
        this.end = end;
        this.backwards = backwards;
        this.pageItems = Math.clamp(slicesMax, 1, ITEMS_MAX);
        this.next = backwards ? end : after + 1;
    }

    @Override
    public @Nullable Slice next() {
        Slice slice = nextIfThere();
        Service.Deadline deadline = service.deadline();
        while (slice == null && !isAtEnd()) {
            deadline.pause("the index has no event at position " + next, null);
            slice = nextIfThere();
        }
        return slice;
    }

    /** The next slice, or null at the end or if the index does not have it yet. */
    @Nullable
    Slice nextIfThere() {
        if (isAtEnd()) {
            return null;
        } else if (page.isEmpty()) {
            fill();
        }
        Slice slice = page.poll();
        if (slice != null) {
            next = backwards ? slice.first() - 1 : slice.last() + 1;
        }
        return slice;
    }

    private boolean isAtEnd() {
        return next <= after || next > end;
    }

    private void fill() {
        if (backwards && next == end) {
            read("GSI1SK >= :n", true, 1); // The slice that holds it may go on behind it.
        } else {
            read(backwards ? "GSI1SK <= :n" : "GSI1SK >= :n", !backwards, pageItems);
        }
    }

    /** Takes the slices that follow each other without a hole. A slice is in the bucket of its last position. */
    private void read(String condition, boolean forward, int limit) {
        long bucketEnd = Keys.bucketEnd(next);
        read(Keys.bucket(next), condition, forward, limit);
        if (page.isEmpty() && forward && bucketEnd - next < DynamoDbOptions.LIMITS.eventsMax()) {
            read(Keys.bucket(bucketEnd + 1), condition, true, limit);
        }
    }

    private void read(String bucket, String condition, boolean forward, int limit) {
        long expected = next;
        for (Map<String, AttributeValue> item : service.query(QueryRequest.builder()
                        .indexName(Keys.LOG)
                        .keyConditionExpression("GSI1PK = :bucket AND " + condition)
                        .expressionAttributeValues(Map.of(":bucket", Item.of(bucket), ":n", Item.of(next)))
                        .scanIndexForward(forward)
                        .limit(limit))
                .items()) {
            Slice slice = Slice.of(item);
            if (slice.first() > expected || slice.last() < expected) {
                return;
            } else if (!page.isEmpty() && (backwards ? slice.last() != expected : slice.first() != expected)) {
                throw new Corrupted("two events at position " + expected + ": " + slice.stream(), null);
            }
            page.add(slice);
            expected = backwards ? slice.first() - 1 : slice.last() + 1;
        }
    }
}
