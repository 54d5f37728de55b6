package dev.indelible.examples;

import dev.indelible.decider.Decider;
import dev.indelible.event.Tag;
import dev.indelible.jackson.JacksonCodec;
import java.time.LocalDate;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** What an order goes through: placed, approved, shipped, delivered; or cancelled, until it is shipped. */
final class Ordering {
    private Ordering() {}

    sealed interface OrderEvent {
        String orderId();
    }

    record Placed(String orderId, String customerId, LocalDate estimatedDelivery) implements OrderEvent {}

    record Approved(String orderId) implements OrderEvent {}

    record Shipped(String orderId) implements OrderEvent {}

    record Delivered(String orderId) implements OrderEvent {}

    record Cancelled(String orderId, String reason) implements OrderEvent {}

    sealed interface Command {}

    record Place(String orderId, String customerId, LocalDate estimatedDelivery) implements Command {}

    record Approve(String orderId) implements Command {}

    record Ship(String orderId) implements Command {}

    record Deliver(String orderId) implements Command {}

    record Cancel(String orderId, String reason) implements Command {}

    enum Order implements Decider<Command, Order, OrderEvent> {
        NONE,
        PLACED,
        APPROVED,
        SHIPPED,
        DELIVERED,
        CANCELLED;

        @Override
        public Order initial() {
            return NONE;
        }

        @Override
        public List<OrderEvent> decide(Command command, Order state) {
            boolean isLegal = switch (command) {
                case Place c -> state == NONE;
                case Approve c -> state == PLACED;
                case Ship c -> state == APPROVED;
                case Deliver c -> state == SHIPPED;
                case Cancel c -> state == PLACED || state == APPROVED;
            };
            if (!isLegal) {
                throw new IllegalStateException(command.getClass().getSimpleName() + ": the order is " + state);
            }
            return List.of(
                    switch (command) {
                        case Place c -> new Placed(c.orderId(), c.customerId(), c.estimatedDelivery());
                        case Approve c -> new Approved(c.orderId());
                        case Ship c -> new Shipped(c.orderId());
                        case Deliver c -> new Delivered(c.orderId());
                        case Cancel c -> new Cancelled(c.orderId(), c.reason());
                    });
        }

        @Override
        public Order evolve(Order state, OrderEvent event) {
            return switch (event) {
                case Placed e -> PLACED;
                case Approved e -> APPROVED;
                case Shipped e -> SHIPPED;
                case Delivered e -> DELIVERED;
                case Cancelled e -> CANCELLED;
            };
        }
    }

    /** Events are recorded as {@code OrderPlaced} and so on, with members in snake_case. */
    static JacksonCodec<OrderEvent> codec() {
        return JacksonCodec.forEvents(OrderEvent.class)
                .event(Placed.class, "OrderPlaced", 1)
                .event(Approved.class, "OrderApproved", 1)
                .event(Shipped.class, "OrderShipped", 1)
                .event(Delivered.class, "OrderDelivered", 1)
                .event(Cancelled.class, "OrderCancelled", 1)
                .mapper(mapper())
                .tags(event ->
                        event instanceof Placed placed ? List.of(Tag.of("customer", placed.customerId())) : List.of())
                .build();
    }

    static JsonMapper mapper() {
        return JacksonCodec.standardMapper()
                .rebuild()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
    }
}
