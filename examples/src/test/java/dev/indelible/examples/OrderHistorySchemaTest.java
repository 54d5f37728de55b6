package dev.indelible.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.jackson.JacksonCodec;
import dev.indelible.jackson.Upcasters;
import dev.indelible.schema.EventSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OrderHistorySchemaTest {
    private static final Path SCHEMAS = Path.of("src/test/resources/order-history.json");

    @Test
    void every_order_event_that_was_ever_recorded_can_be_read() throws IOException {
        String before = Files.readString(SCHEMAS);
        OrderHistory.verify(SCHEMAS);
        assertThat(SCHEMAS).as("commit it").hasContent(before);
    }

    @Test
    void without_the_upcasters_it_could_not() {
        JacksonCodec<OrderHistory.OrderEvent> without =
                OrderHistory.events().upcasters(Upcasters.none()).build();
        assertThat(EventSchemas.of(without).check(SCHEMAS).faults())
                .map(fault -> fault.place())
                .containsExactly(
                        "OrderMoved, schema version 1",
                        "OrderPlaced, schema version 2",
                        "OrderViewed, schema version 1");
    }
}
