package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.event.EventQuery;
import dev.indelible.jackson.JacksonCodec;
import java.util.List;
import java.util.UUID;

/** The README's quickstart. */
final class Quickstart {
    private Quickstart() {}

    // spotless:off
    sealed interface OrderEvent {}
    record Placed(String item) implements OrderEvent {}
    record Shipped(String carrier) implements OrderEvent {}

    sealed interface Command {}
    record Place(String item) implements Command {}
    record Ship(String carrier) implements Command {}

    enum Order implements Decider<Command, Order, OrderEvent> {
        NEW, PLACED, SHIPPED;

        @Override public Order initial() { return NEW; }

        @Override public List<OrderEvent> decide(Command command, Order state) {
            return switch (command) {
                case Place place -> state == NEW ? List.of(new Placed(place.item())) : List.of();
                case Ship ship -> switch (state) {
                    case NEW -> throw new IllegalStateException("nothing was ordered yet");
                    case PLACED -> List.of(new Shipped(ship.carrier()));
                    case SHIPPED -> List.of();
                };
            };
        }

        @Override public Order evolve(Order state, OrderEvent event) {
            return event instanceof Placed ? PLACED : SHIPPED;
        }
    }

    public static void main(String[] args) {
        try (var store = EventStore.open(args.length > 0 ? args[0] : "embedded:./data")) {
            var orders = Repository.of(store, "Order", Order.NEW, JacksonCodec.of(OrderEvent.class));
            var id = UUID.randomUUID().toString();
            orders.handle(id, new Place("a book"));
            orders.handle(id, new Ship("a bicycle"));
            System.out.println("the order is " + orders.load(id).state());
            store.read(EventQuery.category("Order")).forEach(event ->
                    System.out.println(event.position() + " " + event.type() + " " + event.data()));
        }
    }
    // spotless:on
}
