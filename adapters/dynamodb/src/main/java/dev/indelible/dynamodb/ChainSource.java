package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * The slices of a chain between two of its numbers, all of which are recorded. A commit becomes readable item by item:
 * what is not there yet is waited for.
 */
final class ChainSource implements Source {
    private static final int ITEMS_MAX = 1_000;

    /** So many slices are fetched at once for the entries of a tag. */
    private static final int SLICES_MAX = 50;

    /** So many numbers before another one the item that holds it may begin. */
    private static final int REACH = DynamoDbOptions.LIMITS.eventsMax() - 1;

    private final Service service;
    private final Chain chain;
    private final long to;
    private final long from;
    private final boolean backwards;
    private final int pageItems;
    private final Queue<Slice> page = new ArrayDeque<>();

    /** The next number to hand out. */
    private long next;

    ChainSource(Service service, Chain chain, Numbers numbers, boolean backwards, long itemsMax) {
        this.service = service;
        this.chain = chain;
        this.from = numbers.from();
        this.to = numbers.to();
        this.backwards = backwards;
        this.pageItems = Math.clamp(itemsMax, 1, chain.isStream() ? ITEMS_MAX : SLICES_MAX);
        this.next = backwards ? to : from;
    }

    /** Both inclusive. */
    record Numbers(long from, long to) {}

    @Override
    public @Nullable Slice next() {
        if (page.isEmpty() && next >= from && next <= to) {
            fill();
        }
        return page.poll();
    }

    private void fill() {
        Service.Deadline deadline = service.deadline();
        while (true) {
            List<Map<String, AttributeValue>> items = read();
            if (chain.isStream()) {
                items.forEach(item -> page.add(Slice.of(item)));
            } else if (!items.isEmpty()) {
                page.addAll(slices(items.stream().map(Entry::of).toList()));
            }
            if (!items.isEmpty()) {
                return;
            }
            deadline.pause(chain.pk() + ": a commit is always on the way", null);
        }
    }

    /** The items that follow each other without a hole; the first of them may begin before what was asked for. */
    private List<Map<String, AttributeValue>> read() {
        List<Map<String, AttributeValue>> found =
                backwards ? query(Math.max(1, from - REACH), next, false, pageItems) : query(next, to, true, pageItems);
        if (!backwards && next == from && (found.isEmpty() || first(found.getFirst()) > next)) {
            found = query(1, next, false, 1); // Then an item that begins before has it.
        }
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        for (Map<String, AttributeValue> item : found) {
            if (first(item) > next || chain.end(item) < next) {
                break;
            }
            items.add(item);
            next = backwards ? first(item) - 1 : chain.end(item) + 1;
        }
        return items;
    }

    private long first(Map<String, AttributeValue> item) {
        return chain.isStream() ? Item.number(item, Slice.FIRST_VERSION) : chain.end(item);
    }

    private List<Map<String, AttributeValue>> query(long low, long high, boolean forward, int limit) {
        return service.query(QueryRequest.builder()
                        .keyConditionExpression("PK = :pk AND SK BETWEEN :low AND :high")
                        .expressionAttributeValues(Map.of(
                                ":pk", Item.of(chain.pk()),
                                ":low", Item.of(chain.sk(low)),
                                ":high", Item.of(chain.sk(high))))
                        .scanIndexForward(forward)
                        .consistentRead(true)
                        .limit(limit))
                .items();
    }

    private List<Slice> slices(List<Entry> entries) {
        Service.Deadline deadline = service.deadline();
        Map<Map<String, AttributeValue>, Slice> found = new HashMap<>();
        boolean isAsked = false;
        while (true) {
            List<Map<String, AttributeValue>> missing = entries.stream()
                    .map(Entry::slice)
                    .filter(key -> !found.containsKey(key))
                    .toList();
            if (missing.isEmpty()) {
                return entries.stream().map(entry -> found.get(entry.slice())).toList();
            } else if (isAsked) {
                deadline.pause(chain.pk() + ": a commit is always on the way", null);
            }
            isAsked = true;
            for (Map<String, AttributeValue> item : service.getAll(missing)) {
                Slice slice = Slice.of(item);
                found.put(Entry.of(slice).slice(), slice);
            }
        }
    }
}
