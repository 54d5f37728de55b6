package dev.indelible.examples;

import dev.indelible.event.EventQuery;
import dev.indelible.examples.Ordering.Approved;
import dev.indelible.examples.Ordering.Cancelled;
import dev.indelible.examples.Ordering.Delivered;
import dev.indelible.examples.Ordering.OrderEvent;
import dev.indelible.examples.Ordering.Placed;
import dev.indelible.examples.Ordering.Shipped;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.redis.RedisWrites;

/** Counters in Redis: how many orders were placed, approved and so on, and how many each customer has placed. */
final class OrderFigures implements Projection<OrderEvent, RedisWrites> {
    /** A hash: how many orders went through each status. */
    static final String STATUSES = "statuses";

    /** A sorted set: customers by how many orders they have placed. */
    static final String CUSTOMERS = "customers";

    @Override
    public String name() {
        return "order_figures";
    }

    @Override
    public EventQuery reads() {
        return EventQuery.category("Order");
    }

    @Override
    public void apply(OrderEvent event, Delivery delivery, RedisWrites writes) {
        String status = switch (event) {
            case Placed e -> {
                writes.call("ZINCRBY", writes.key(CUSTOMERS), "1", e.customerId());
                yield "placed";
            }
            case Approved e -> "approved";
            case Shipped e -> "shipped";
            case Delivered e -> "delivered";
            case Cancelled e -> "cancelled";
        };
        writes.call("HINCRBY", writes.key(STATUSES), status, "1");
    }
}
