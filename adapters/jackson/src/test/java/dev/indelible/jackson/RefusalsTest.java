package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.jackson.OrderEvent.Placed;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {
    private final JacksonCodec<OrderEvent> codec = JacksonCodec.of(OrderEvent.class);

    @Test
    void an_unknown_type_is_refused_and_the_known_ones_are_named() {
        assertThat(refusal(NewEvent.json("Refunded", "{}")))
                .isEqualTo("event Refunded, version 7 of Order-1: unknown type"
                        + " (expected: one of [Cancelled, Placed, Shipped])");
    }

    @Test
    void a_newer_schema_version_is_refused() {
        assertThat(refusal(NewEvent.json("Cancelled", "{}").withSchemaVersion(2)))
                .isEqualTo("event Cancelled, version 7 of Order-1: schema version 2 (expected: 1)");
    }

    @Test
    void an_older_schema_version_that_no_record_has_is_refused_and_not_guessed() {
        JacksonCodec<OrderEvent> newer = JacksonCodec.forEvents(OrderEvent.class)
                .event(Placed.class, "Placed", 2)
                .build();
        NewEvent old = codec.encode(new Placed("a book", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> newer.decode(recorded(old)))
                .withMessage("event Placed, version 7 of Order-1: schema version 1 (expected: 2)");
    }

    @Test
    void binary_data_is_refused() {
        assertThat(refusal(NewEvent.of("Cancelled", Payload.binary(new byte[] {'{', '}'}))))
                .isEqualTo("event Cancelled, version 7 of Order-1: binary data (expected: JSON)");
    }

    @Test
    void a_missing_or_null_primitive_is_refused_by_its_name() {
        assertThat(refusal(NewEvent.json("Placed", "{\"item\":\"a book\"}")))
                .startsWith("event Placed, version 7 of Order-1: data does not fit " + Placed.class.getName())
                .contains("'quantity'");
        assertThat(refusal(NewEvent.json("Placed", "{\"item\":\"a book\",\"quantity\":null}")))
                .contains(", quantity: ")
                .contains("null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Placed  | {'item':'a book','quantity':2.7}        | quantity",
                "Placed  | {'item':'a book','quantity':'2'}        | quantity",
                "Placed  | {'item':'a book','quantity':''}         | quantity",
                "Placed  | {'item':'a book','quantity':true}       | quantity",
                "Placed  | {'item':'a book','quantity':2147483648} | quantity",
                "Placed  | {'item':['a book'],'quantity':2}        | item",
                "Shipped | {'carrier':'ROCKET'}                    | carrier",
                "Shipped | {'carrier':1}                           | carrier",
                "Shipped | {'carrier':'post'}                      | carrier",
            })
    void a_value_of_another_kind_is_refused_and_its_place_named(String type, String data, String place) {
        assertThat(refusal(NewEvent.json(type, data.replace('\'', '"'))))
                .contains("event " + type + ", version 7 of Order-1: data does not fit")
                .contains(", " + place + ": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "\"text\"", "[]", "[{}]", "3", "true"})
    void data_that_is_no_object_is_refused(String data) {
        assertThat(refusal(NewEvent.json("Shipped", data)))
                .startsWith("event Shipped, version 7 of Order-1: data")
                .contains(OrderEvent.Shipped.class.getName());
    }

    record Line(String sku, int quantity) {}

    sealed interface Deep {
        record Basket(List<Line> lines) implements Deep {}
    }

    @Test
    void a_fault_deep_inside_is_named_by_its_path() {
        String data = "{\"lines\":[{\"sku\":\"a\",\"quantity\":1},{\"sku\":\"b\",\"quantity\":null}]}";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Deep.class).decode(recorded(NewEvent.json("Basket", data))))
                .withMessageContaining(", lines[1].quantity: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Deep.class)
                        .decode(recorded(NewEvent.json("Basket", "{\"lines\":[{\"sku\":\"a\"}]}"))))
                .withMessageContaining(", lines[0]")
                .withMessageContaining("'quantity'");
    }

    sealed interface Checked {
        record Named(String name) implements Checked {
            public Named {
                Objects.requireNonNull(name, "name: null (expected: a name)");
            }
        }
    }

    @Test
    void what_a_records_constructor_refuses_is_refused_with_its_reason() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Checked.class).decode(recorded(NewEvent.json("Named", "{}"))))
                .withMessageContaining("event Named, version 7 of Order-1")
                .withMessageContaining("name: null (expected: a name)")
                .havingRootCause()
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void an_object_that_is_not_one_of_the_events_is_not_encoded() {
        @SuppressWarnings({"unchecked", "rawtypes"})
        JacksonCodec<Object> unchecked = (JacksonCodec) codec;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unchecked.encode(new Line("a", 1)))
                .withMessageStartingWith("event: " + Line.class.getName() + " (expected: one of [")
                .withMessageContaining(Placed.class.getName());
    }

    record Loop(List<Object> self) {}

    sealed interface Unwritable {
        record Failing(Loop loop) implements Unwritable {}

        record Text(String text) implements Unwritable {}
    }

    @Test
    void an_event_that_cannot_be_written_is_refused_by_name() {
        List<Object> self = new java.util.ArrayList<>();
        self.add(self);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Unwritable.class).encode(new Unwritable.Failing(new Loop(self))))
                .withMessageStartingWith("event Failing: " + Unwritable.Failing.class.getName()
                        + " cannot be written as JSON, loop.self");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "a\uD800b", "\uDC00"})
    void text_that_not_every_engine_can_hold_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Unwritable.class).encode(new Unwritable.Text(text)));
    }

    sealed interface Twice permits TwiceA.Same, TwiceB.Same {}

    static final class TwiceA {
        record Same() implements Twice {}
    }

    static final class TwiceB {
        record Same() implements Twice {}
    }

    @Test
    void two_records_of_one_name_and_schema_version_are_refused_at_once_and_both_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Twice.class))
                .withMessage("event type \"Same\", schema version 1: both %s and %s (expected: one of them)"
                        .formatted(TwiceA.Same.class.getName(), TwiceB.Same.class.getName()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.forEvents(OrderEvent.class)
                        .event(Placed.class, "Shipped", 1)
                        .build())
                .withMessageContaining("\"Shipped\"");
        assertThat(JacksonCodec.forEvents(Twice.class)
                        .event(TwiceB.Same.class, "Other", 1)
                        .build()
                        .encode(new TwiceB.Same())
                        .type())
                .isEqualTo("Other");
    }

    sealed interface WithClass permits NoRecord {}

    static final class NoRecord implements WithClass {}

    sealed interface WithEnum permits Choice {}

    enum Choice implements WithEnum {
        ONE {
            @Override
            public String toString() {
                return "one";
            }
        }
    }

    sealed interface WithOpen permits Open {}

    non-sealed interface Open extends WithOpen {}

    @ParameterizedTest
    @ValueSource(classes = {WithClass.class, WithEnum.class, WithOpen.class})
    void what_is_permitted_and_no_record_is_refused_at_once_and_named(Class<?> sealed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(sealed))
                .withMessage("events: %s permits %s (expected: a record or a sealed interface)"
                        .formatted(sealed.getName(), sealed.getPermittedSubclasses()[0].getName()));
    }

    @ParameterizedTest
    @ValueSource(classes = {Runnable.class, Placed.class, Choice.class, Object.class})
    void what_is_no_sealed_interface_is_refused(Class<?> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(type))
                .withMessage("events: " + type.getName() + " (expected: a sealed interface of records)");
    }

    @ParameterizedTest
    @CsvSource({"'',1,event_type", "$Placed,1,$Placed", "Placed,0,schema_version: 0"})
    void names_and_schema_versions_that_a_store_refuses_are_refused_at_once(String name, int version, String message) {
        assertThatThrownBy(() -> JacksonCodec.forEvents(OrderEvent.class).event(Placed.class, name, version))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void naming_something_that_is_not_one_of_the_records_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> JacksonCodec.forEvents(OrderEvent.class).event(OrderEvent.Closing.class, "Closing", 1))
                .withMessageStartingWith("event: " + OrderEvent.Closing.class.getName() + " (expected: one of [");
    }

    private String refusal(NewEvent event) {
        try {
            List<OrderEvent> decoded = codec.decode(recorded(event));
            throw new AssertionError("decoded: " + decoded + " (expected: a refusal)");
        } catch (IllegalArgumentException refusal) {
            return Objects.requireNonNull(refusal.getMessage());
        }
    }
}
