package dev.indelible.dynamodb;

import dev.indelible.dynamodb.Keys.Chain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * Where chains end, as far as this process knows. What is remembered may be too small, since others append too: whoever
 * relies on it makes it a condition that the next item is not there. It is never too great.
 */
final class Chains {
    private static final int REMEMBERED_MAX = 100_000;
    private static final String PROJECTION = Keys.SK + ", " + Slice.LAST_VERSION + ", " + Keys.LOG_SK + ", "
            + Slice.FIRST_VERSION + ", " + Entry.POSITION;

    private final Service service;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Chain, Long> ends = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Chain, Long> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    Chains(Service service) {
        this.service = service;
    }

    /**
     * An item of a chain, as far as finding one's way takes it.
     *
     * @param first number at which it begins
     * @param end number at which it ends
     * @param position of its last event
     */
    private record Link(long first, long end, long position) {
        static Link of(Chain chain, Map<String, AttributeValue> item) {
            long end = chain.end(item);
            return chain.isStream()
                    ? new Link(Item.number(item, Slice.FIRST_VERSION), end, Item.number(item, Keys.LOG_SK))
                    : new Link(end, end, Item.number(item, Entry.POSITION));
        }
    }

    /** Where the chain ended when this process last heard of it; asks if it never has. */
    long end(Chain chain) {
        Long known = known(chain);
        return known == null ? ask(chain) : known;
    }

    /** Where the chain ends now, as far as commits are complete. */
    long ask(Chain chain) {
        Link last = at(chain, Long.MAX_VALUE);
        long end = last == null ? 0 : last.end();
        learn(chain, end);
        return end;
    }

    @Nullable
    Long known(Chain chain) {
        lock.lock();
        try {
            return ends.get(chain);
        } finally {
            lock.unlock();
        }
    }

    void learn(Chain chain, long end) {
        lock.lock();
        try {
            ends.merge(chain, end, Math::max);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The number at which the first item begins that has an event after the position; beyond the end if none has. Steps
     * back from the end, twice as far each time, and then halves: what is asked for is mostly near the end.
     */
    long firstAfter(Chain chain, long end, long position) {
        if (end == 0 || position == 0) {
            return 1;
        }
        long low = 0; // An item that ends here has nothing after the position.
        long high = end + 1; // An item that begins here has, or there is none.
        long step = 1;
        Service.Deadline deadline = service.deadline();
        while (high - 1 > low) {
            long number = Math.max(low + 1, high - step);
            Link link = at(chain, number);
            if (link == null || link.end() < number) {
                deadline.pause(chain.pk() + ": a commit is always on the way", null);
            } else if (link.position() > position) {
                high = link.first();
                step = low == 0 ? 2 * step : Math.max(1, (high - low) / 2);
            } else {
                low = link.end();
                step = Math.max(1, (high - low) / 2);
            }
        }
        return high;
    }

    /** The item that holds the number, or the last one before it. */
    private @Nullable Link at(Chain chain, long number) {
        List<Map<String, AttributeValue>> items = service.query(QueryRequest.builder()
                        .keyConditionExpression("PK = :pk AND SK <= :sk")
                        .expressionAttributeValues(Map.of(
                                ":pk", Item.of(chain.pk()),
                                ":sk", Item.of(chain.sk(number))))
                        .scanIndexForward(false)
                        .projectionExpression(PROJECTION)
                        .consistentRead(true)
                        .limit(1))
                .items();
        return items.isEmpty() ? null : Link.of(chain, items.getFirst());
    }
}
