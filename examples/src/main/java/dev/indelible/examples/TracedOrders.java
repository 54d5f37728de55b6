package dev.indelible.examples;

import dev.indelible.event.Metadata;
import dev.indelible.event.Tag;
import dev.indelible.jackson.JacksonCodec;
import java.util.List;
import java.util.function.Supplier;

/** A codec with names, metadata and tags of its own. */
final class TracedOrders {
    private TracedOrders() {}

    sealed interface OrderEvent {}

    record Placed(String customer, String item) implements OrderEvent {}

    record Dispatched(String carrier) implements OrderEvent {}

    static JacksonCodec<OrderEvent> codec(Supplier<Metadata> context) {
        return JacksonCodec.forEvents(OrderEvent.class)
                .event(Placed.class, "OrderPlaced", 1)
                .event(Dispatched.class, "OrderShipped", 1)
                .metadata(context)
                .tags(event ->
                        event instanceof Placed placed ? List.of(Tag.of("customer", placed.customer())) : List.of())
                .build();
    }
}
