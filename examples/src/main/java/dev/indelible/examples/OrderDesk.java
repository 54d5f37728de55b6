package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.decider.Repository;
import dev.indelible.decider.SnapshotPolicy;
import dev.indelible.decider.Snapshots;
import dev.indelible.examples.Ordering.Command;
import dev.indelible.examples.Ordering.Order;
import dev.indelible.examples.Ordering.OrderEvent;
import dev.indelible.jackson.JacksonState;

/** Takes commands for orders from a network that may deliver them twice. */
final class OrderDesk {
    private final Repository<Command, Order, OrderEvent> orders;

    OrderDesk(EventStore store, Snapshots snapshots) {
        orders = Repository.of(store, "Order", Order.NONE, Ordering.codec())
                .snapshotting(snapshots, JacksonState.of(Order.class), SnapshotPolicy.every(50));
    }

    Order receive(String requestId, String orderId, Command command) {
        return orders.handleOnce(requestId, orderId, command).state();
    }

    /** What somebody who watches over it wants to know. */
    Repository.SnapshotStatus snapshots() {
        return orders.snapshots();
    }
}
