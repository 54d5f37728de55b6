package dev.indelible.examples;

import dev.indelible.event.RecordedEvent;
import dev.indelible.jackson.JacksonCodec;
import dev.indelible.jackson.NewerVersions;
import dev.indelible.jackson.UnknownTypes;
import dev.indelible.jackson.Upcasters;
import dev.indelible.schema.EventSchemas;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Events whose shapes have changed over the years: upcasters read what was recorded as today's. */
final class OrderHistory {
    private OrderHistory() {}

    sealed interface OrderEvent {}

    record Customer(String name) {}

    record Placed(Customer customer, BigDecimal amount, String currency) implements OrderEvent {}

    record Shipped(String carrier) implements OrderEvent {}

    record Received() implements OrderEvent {}

    static JacksonCodec.Builder<OrderEvent> events() {
        return JacksonCodec.forEvents(OrderEvent.class)
                .event(Placed.class, "OrderPlaced", 3)
                .event(Shipped.class, "OrderShipped", 1)
                .event(Received.class, "OrderReceived", 1)
                .upcasters(upcasters());
    }

    static Upcasters upcasters() {
        return Upcasters.none()
                .step("OrderPlaced", 1, data -> data.put("currency", "EUR").set("amount", data.remove("price")))
                .step("OrderPlaced", 2, data -> data.set("customer", named(data)))
                .split("OrderMoved", 1, OrderHistory::moved)
                .drop("OrderViewed", 1);
    }

    /** Until version 2 a customer was just a name. */
    private static ObjectNode named(ObjectNode data) {
        return data.objectNode().set("name", data.get("customer"));
    }

    /** What was one event once is two today. */
    private static List<Upcasters.Event> moved(ObjectNode data) {
        Upcasters.Event shipped = Upcasters.event("OrderShipped", 1, data);
        return data.path("arrived").asBoolean(false)
                ? List.of(shipped, Upcasters.event("OrderReceived", 1, data.objectNode()))
                : List.of(shipped);
    }

    /** For whoever decides: what is not understood is an error. */
    static JacksonCodec<OrderEvent> codec() {
        return events().build();
    }

    /** For a projection that shows a few kinds of events, and lives with what an older release makes of newer ones. */
    static JacksonCodec<OrderEvent> tolerantCodec() {
        return events().unknownTypes(UnknownTypes.PASS_OVER)
                .newerVersions(NewerVersions.READ_AS_LATEST)
                .build();
    }

    /** Without a codec: what a recorded event is today, as JSON. */
    static List<RecordedEvent> today(RecordedEvent event) {
        return upcasters().apply(event);
    }

    static void verify(Path file) {
        EventSchemas.of(codec())
                .sample(new Placed(new Customer("Zoe"), new BigDecimal("12.50"), "EUR"))
                .verify(file);
    }
}
