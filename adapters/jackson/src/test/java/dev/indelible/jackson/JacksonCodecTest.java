package dev.indelible.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JacksonCodecTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    sealed interface OrderEvent permits Placed, Closing {}

    record Placed(String customer, BigDecimal total, List<Line> lines, Optional<String> note, Instant at, LocalDate due)
            implements OrderEvent {}

    record Line(String sku, int quantity, Map<String, Boolean> flags) {}

    sealed interface Closing extends OrderEvent {}

    record Shipped(Carrier carrier) implements Closing {}

    record Cancelled() implements Closing {}

    enum Carrier {
        POST,
        BIKE
    }

    private static final Placed PLACED = new Placed(
            "Zoë 😀",
            new BigDecimal("12345678901234567890.10"),
            List.of(new Line("book", 2, Map.of("gift", true))),
            Optional.of("quick"),
            Instant.parse("2026-03-04T05:06:07.123456Z"),
            LocalDate.of(2026, 3, 9));

    private final JacksonCodec<OrderEvent> codec = JacksonCodec.of(OrderEvent.class);

    @Test
    void every_event_comes_back_equal() {
        for (OrderEvent event : List.of(PLACED, new Shipped(Carrier.BIKE), new Cancelled())) {
            assertThat(codec.decode(recorded(codec.encode(event)))).containsExactly(event);
        }
    }

    @Test
    void the_recorded_form_is_stable() {
        NewEvent placed = codec.encode(PLACED);
        assertThat(placed.type()).isEqualTo("Placed");
        assertThat(placed.schemaVersion()).isEqualTo(1);
        assertThat(placed.data().sameValue(Payload.json("""
                {"customer":"Zoë 😀","total":12345678901234567890.10,
                 "lines":[{"sku":"book","quantity":2,"flags":{"gift":true}}],"note":"quick",
                 "at":"2026-03-04T05:06:07.123456Z","due":"2026-03-09"}""")))
                .as(placed.data().text())
                .isTrue();
        assertThat(codec.encode(new Cancelled()).data().text()).isEqualTo("{}");
    }

    @Test
    void names_and_schema_versions_can_be_given() {
        JacksonCodec<OrderEvent> named = JacksonCodec.forEvents(OrderEvent.class)
                .event(Shipped.class, "OrderShipped", 3)
                .build();
        NewEvent shipped = named.encode(new Shipped(Carrier.POST));
        assertThat(shipped.type()).isEqualTo("OrderShipped");
        assertThat(shipped.schemaVersion()).isEqualTo(3);
        assertThat(named.decode(recorded(shipped))).containsExactly(new Shipped(Carrier.POST));
    }

    @Test
    void metadata_comes_from_the_context_and_the_time_from_the_clock() {
        Metadata context =
                Metadata.NONE.withCorrelationId("c-1").withCausationId("m-2").withUserId("u-3");
        JacksonCodec<OrderEvent> traced = JacksonCodec.forEvents(OrderEvent.class)
                .metadata(() -> context)
                .clock(CLOCK)
                .build();
        assertThat(Metadata.of(traced.encode(new Cancelled()).metadata()))
                .isEqualTo(context.withTimestamp(CLOCK.instant()));
        Instant own = Instant.parse("2020-01-01T00:00:00Z");
        JacksonCodec<OrderEvent> timed = JacksonCodec.forEvents(OrderEvent.class)
                .metadata(() -> context.withTimestamp(own))
                .clock(CLOCK)
                .build();
        assertThat(Metadata.of(timed.encode(new Cancelled()).metadata()).timestamp())
                .isEqualTo(own);
    }

    @Test
    void tags_come_from_the_event() {
        JacksonCodec<OrderEvent> tagged = JacksonCodec.forEvents(OrderEvent.class)
                .tags(event ->
                        event instanceof Placed placed ? List.of(Tag.of("customer", placed.customer())) : List.of())
                .build();
        assertThat(tagged.encode(PLACED).tags()).containsExactly(Tag.of("customer:Zoë 😀"));
        assertThat(tagged.encode(new Cancelled()).tags()).isEmpty();
    }

    @Test
    void members_that_the_record_does_not_have_are_passed_over_and_missing_ones_are_null() {
        RecordedEvent event = recorded(NewEvent.json("Shipped", "{\"carrier\":\"POST\",\"weight\":3}"));
        assertThat(codec.decode(event)).containsExactly(new Shipped(Carrier.POST));
        assertThat(codec.decode(recorded(NewEvent.json("Shipped", "{}")))).containsExactly(new Shipped(null));
    }

    @Test
    void what_is_not_understood_is_an_error_that_says_where() {
        assertFault(NewEvent.json("Refunded", "{}"), "event Refunded, version 7 of Order-1: unknown type", "Placed");
        assertFault(NewEvent.json("Shipped", "{}").withSchemaVersion(2), "schema version 2 (expected: 1)", "Order-1");
        assertFault(NewEvent.of("Shipped", Payload.binary(new byte[1])), "binary data (expected: JSON)", "Order-1");
        assertFault(NewEvent.json("Shipped", "{\"carrier\":\"ROCKET\"}"), "does not fit", "ROCKET");
        assertFault(NewEvent.json("Placed", "{\"lines\":[{\"quantity\":null}]}"), "does not fit", "null");
    }

    sealed interface Twice permits TwiceA.Same, TwiceB.Same {}

    static final class TwiceA {
        record Same() implements Twice {}
    }

    static final class TwiceB {
        record Same() implements Twice {}
    }

    sealed interface WithClass permits NoRecord {}

    static final class NoRecord implements WithClass {}

    @Test
    void events_that_cannot_be_told_apart_or_are_no_records_are_refused_at_once() {
        assertThatThrownBy(() -> JacksonCodec.of(Twice.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"Same\"")
                .hasMessageContaining("TwiceA")
                .hasMessageContaining("TwiceB");
        assertThatThrownBy(() -> JacksonCodec.of(WithClass.class)).hasMessageContaining("NoRecord");
        assertThatThrownBy(() -> JacksonCodec.of(Runnable.class)).hasMessageContaining("neither sealed nor a record");
    }

    private void assertFault(NewEvent event, String one, String other) {
        assertThatThrownBy(() -> codec.decode(recorded(event)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(one)
                .hasMessageContaining(other);
    }

    private static RecordedEvent recorded(NewEvent event) {
        return RecordedEvent.of(event, StreamName.of("Order-1"), 7, Position.of(9), CLOCK.instant());
    }
}
