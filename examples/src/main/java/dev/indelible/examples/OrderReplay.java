package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.examples.Ordering.Approve;
import dev.indelible.examples.Ordering.Approved;
import dev.indelible.examples.Ordering.Cancel;
import dev.indelible.examples.Ordering.Cancelled;
import dev.indelible.examples.Ordering.Command;
import dev.indelible.examples.Ordering.Deliver;
import dev.indelible.examples.Ordering.Delivered;
import dev.indelible.examples.Ordering.Order;
import dev.indelible.examples.Ordering.OrderEvent;
import dev.indelible.examples.Ordering.Place;
import dev.indelible.examples.Ordering.Placed;
import dev.indelible.examples.Ordering.Ship;
import dev.indelible.examples.Ordering.Shipped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Would today's rules have allowed what happened? Each recorded event of a category is decided again, as the command
 * that
 * leads to it, on the state that the allowed ones before it led to. What is refused is listed, and changes nothing.
 */
final class OrderReplay {
    private final Map<StreamName, Order> orders = new HashMap<>();
    private final List<String> refused = new ArrayList<>();
    private long accepted;

    /** Goes through all orders of the store. */
    static OrderReplay of(EventStore store) {
        OrderReplay replay = new OrderReplay();
        var codec = Ordering.codec();
        for (RecordedEvent recorded : store.read(EventQuery.category("Order"))) {
            codec.decode(recorded).forEach(event -> replay.decide(recorded, event));
        }
        return replay;
    }

    private void decide(RecordedEvent recorded, OrderEvent event) {
        Order state = orders.getOrDefault(recorded.stream(), Order.NONE);
        try {
            for (OrderEvent decided : state.decide(command(event), state)) {
                if (!decided.equals(event)) {
                    throw new IllegalStateException("it would be " + decided);
                }
                orders.merge(recorded.stream(), state.evolve(state, decided), (before, after) -> after);
            }
            accepted++;
        } catch (IllegalStateException e) {
            refused.add("%s version %d, %s: %s"
                    .formatted(recorded.stream(), recorded.version(), recorded.type(), e.getMessage()));
        }
    }

    private static Command command(OrderEvent event) {
        return switch (event) {
            case Placed e -> new Place(e.orderId(), e.customerId(), e.estimatedDelivery());
            case Approved e -> new Approve(e.orderId());
            case Shipped e -> new Ship(e.orderId());
            case Delivered e -> new Deliver(e.orderId());
            case Cancelled e -> new Cancel(e.orderId(), e.reason());
        };
    }

    long accepted() {
        return accepted;
    }

    List<String> refused() {
        return refused;
    }

    /** Prints the report for the store at a URL. */
    public static void main(String[] args) {
        try (var store = EventStore.open(args.length > 0 ? args[0] : "embedded:./data")) {
            OrderReplay replay = OrderReplay.of(store);
            replay.refused().forEach(line -> System.out.println("refused: " + line));
            System.out.println(replay.orders.size() + " orders, " + replay.accepted() + " events accepted, "
                    + replay.refused().size() + " refused");
        }
    }
}
