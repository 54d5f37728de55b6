package dev.indelible.jackson;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.time.Instant;

/** The events of these tests. */
sealed interface OrderEvent permits OrderEvent.Placed, OrderEvent.Closing {
    record Placed(String item, int quantity) implements OrderEvent {}

    sealed interface Closing extends OrderEvent permits Shipped, Cancelled {}

    record Shipped(Carrier carrier) implements Closing {}

    record Cancelled() implements Closing {}

    enum Carrier {
        POST,
        BIKE
    }

    /** The event as a store hands it out: version 7 of Order-1. */
    static RecordedEvent recorded(NewEvent event) {
        return RecordedEvent.of(event, StreamName.of("Order-1"), 7, Position.of(9), Instant.EPOCH);
    }
}
