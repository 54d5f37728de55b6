package dev.indelible.examples;

import dev.indelible.jackson.JacksonCodec;
import java.math.BigDecimal;

/** An event whose shape has changed: the old one stays readable as a record of its own. */
final class PricedOrders {
    private PricedOrders() {}

    sealed interface OrderEvent {}

    record PlacedInEuro(BigDecimal price) implements OrderEvent {}

    record Placed(BigDecimal amount, String currency) implements OrderEvent {}

    static JacksonCodec<OrderEvent> codec() {
        return JacksonCodec.forEvents(OrderEvent.class)
                .event(PlacedInEuro.class, "OrderPlaced", 1)
                .event(Placed.class, "OrderPlaced", 2)
                .build();
    }

    static Placed today(OrderEvent event) {
        return switch (event) {
            case PlacedInEuro old -> new Placed(old.price(), "EUR");
            case Placed placed -> placed;
        };
    }
}
