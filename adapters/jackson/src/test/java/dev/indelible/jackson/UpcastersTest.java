package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Upcasters on their own, without a codec. */
class UpcastersTest {
    private static final JsonMapper MAPPER = new JsonMapper();

    @Test
    void an_event_that_no_upcaster_is_for_stays_the_same_object() {
        RecordedEvent event = event("OrderPlaced", 2, "{\"total\":1}");
        Upcasters upcasters =
                Upcasters.none().step("OrderPlaced", 1, data -> data).drop("OrderViewed", 2);
        assertThat(upcasters.apply(event)).singleElement().isSameAs(event);
        assertThat(Upcasters.none().apply(event)).singleElement().isSameAs(event);
    }

    @Test
    void steps_and_renames_follow_each_other() {
        Upcasters upcasters = Upcasters.none()
                .rename("OrderPlaced", 3, "PurchasePlaced", 1, data -> data.put("three", true))
                .step("OrderPlaced", 1, data -> data.put("one", true))
                .step("OrderPlaced", 2, data -> data.put("two", true));
        assertThat(texts(upcasters.apply(event("OrderPlaced", 1, "{}"))))
                .containsExactly("PurchasePlaced 1 {\"one\":true,\"two\":true,\"three\":true}");
        assertThat(texts(upcasters.apply(event("OrderPlaced", 3, "{}"))))
                .containsExactly("PurchasePlaced 1 {\"three\":true}");
    }

    @Test
    void all_but_type_schema_version_and_data_is_the_recorded_event_s() {
        RecordedEvent event = recorded(NewEvent.json("OrderPlaced", "{}")
                .withTags("customer:7")
                .withMetadata(Metadata.NONE.withUserId("zoe")));
        RecordedEvent today = Upcasters.none()
                .rename("OrderPlaced", 1, "PurchasePlaced", 4, data -> data.put("n", 1))
                .apply(event)
                .get(0);
        assertThat(today)
                .isEqualTo(new RecordedEvent(
                        event.id(),
                        event.stream(),
                        "PurchasePlaced",
                        event.version(),
                        4,
                        Payload.json("{\"n\":1}"),
                        event.metadata(),
                        event.tags(),
                        event.position(),
                        event.recordedAt()));
        assertThat(event.data()).isEqualTo(Payload.EMPTY_OBJECT);
    }

    @Test
    void what_an_event_is_split_into_is_upcast_on_in_its_order() {
        Upcasters upcasters = Upcasters.none()
                .split(
                        "OrderMoved",
                        1,
                        data -> List.of(
                                Upcasters.event("OrderShipped", 1, MAPPER.createObjectNode()),
                                Upcasters.event("OrderSeen", 1, MAPPER.createObjectNode()),
                                Upcasters.event("OrderReceived", 1, data)))
                .split(
                        "OrderShipped",
                        1,
                        data -> List.of(
                                Upcasters.event("OrderPacked", 1, data), Upcasters.event("OrderShipped", 2, data)))
                .drop("OrderSeen", 1);
        assertThat(texts(upcasters.apply(event("OrderMoved", 1, "{\"by\":\"bike\"}"))))
                .containsExactly("OrderPacked 1 {}", "OrderShipped 2 {}", "OrderReceived 1 {\"by\":\"bike\"}");
    }

    @Test
    void a_split_may_give_nothing() {
        Upcasters upcasters = Upcasters.none()
                .split("OrderMoved", 1, data -> data.has("to") ? List.of(Upcasters.event("Sent", 1, data)) : List.of());
        assertThat(upcasters.apply(event("OrderMoved", 1, "{}"))).isEmpty();
        assertThat(upcasters.apply(event("OrderMoved", 1, "{\"to\":1}"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "3"})
    void what_means_nothing_any_more_is_dropped_whatever_its_data(String data) {
        Upcasters upcasters = Upcasters.none().drop("OrderViewed", 1);
        assertThat(upcasters.apply(event("OrderViewed", 1, data))).isEmpty();
        assertThat(upcasters.apply(recorded(NewEvent.of("OrderViewed", Payload.binary(new byte[] {1})))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[]|data: ARRAY", "null|data: NULL", "3|data: NUMBER", "\"a\"|data: STRING"})
    void data_that_is_no_object_is_refused(String data, String reason) {
        Upcasters upcasters = Upcasters.none().step("OrderPlaced", 1, node -> node);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.apply(event("OrderPlaced", 1, data)))
                .withMessage("event OrderPlaced, schema version 1, version 7 of Order-1: upcaster step OrderPlaced 1 →"
                        + " OrderPlaced 2: " + reason + " (expected: a JSON object)");
    }

    @Test
    void binary_data_is_refused() {
        Upcasters upcasters = Upcasters.none().split("OrderPlaced", 1, data -> List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.apply(recorded(NewEvent.of("OrderPlaced", Payload.binary(new byte[2])))))
                .withMessage("event OrderPlaced, schema version 1, version 7 of Order-1: upcaster split OrderPlaced 1:"
                        + " binary data (expected: a JSON object)");
    }

    @Test
    void an_upcaster_that_fails_is_named_with_the_event_and_its_reason_is_the_cause() {
        IllegalStateException reason = new IllegalStateException("no rate for CHF");
        Upcasters upcasters = Upcasters.none()
                .step("OrderPlaced", 1, data -> data)
                .step("OrderPlaced", 2, data -> {
                    throw reason;
                });
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.apply(event("OrderPlaced", 1, "{}")))
                .withMessage("event OrderPlaced, schema version 1, version 7 of Order-1: upcaster step OrderPlaced 2 →"
                        + " OrderPlaced 3: it failed: no rate for CHF")
                .withCause(reason);
    }

    @Test
    void an_upcaster_that_gives_null_is_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Upcasters.none().step("OrderPlaced", 1, data -> null).apply(event("OrderPlaced", 1, "{}")))
                .withMessageContaining("upcaster step OrderPlaced 1 → OrderPlaced 2: it failed: data: null");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Upcasters.none().split("OrderPlaced", 1, data -> null).apply(event("OrderPlaced", 1, "{}")))
                .withMessageContaining("upcaster split OrderPlaced 1: null (expected: events, or an empty list)");
        List<Upcasters.Event> holes = new ArrayList<>();
        holes.add(null);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Upcasters.none().split("OrderPlaced", 1, data -> holes).apply(event("OrderPlaced", 1, "{}")))
                .withMessageContaining("upcaster split OrderPlaced 1: [null] (expected: events, or an empty list)");
    }

    @Test
    void numbers_and_texts_that_no_upcaster_touches_stay_as_they_were_written() {
        String numbers = "{\"a\":12.50,\"b\":1E+3,\"c\":123456789012345678901234567890,\"d\":0.1000000000000000000001,"
                + "\"e\":\"ü😀\",\"f\":[[],{},null,true]";
        assertThat(texts(Upcasters.none()
                        .step("A", 1, data -> data.put("new", 1))
                        .apply(event("A", 1, numbers + "}"))))
                .containsExactly("A 2 " + numbers + ",\"new\":1}");
    }

    @Test
    void each_upcaster_gets_data_of_its_own() {
        ObjectNode shared = MAPPER.createObjectNode();
        shared.putArray("list").addObject().put("n", 0);
        Upcasters upcasters = Upcasters.none()
                .split(
                        "A",
                        1,
                        data -> List.of(Upcasters.event("B", 1, data.set("in", shared)), Upcasters.event("B", 1, data)))
                .step("B", 1, data -> {
                    ObjectNode first = (ObjectNode) data.get("in").get("list").get(0);
                    first.put("n", first.get("n").asInt() + 1);
                    return data;
                });
        for (int i = 0; i < 3; i++) {
            assertThat(texts(upcasters.apply(event("A", 1, "{}"))))
                    .containsExactly("B 2 {\"in\":{\"list\":[{\"n\":1}]}}", "B 2 {\"in\":{\"list\":[{\"n\":1}]}}");
        }
        assertThat(shared).hasToString("{\"list\":[{\"n\":0}]}");
    }

    @Test
    void an_upcaster_that_keeps_its_data_cannot_change_a_later_one() {
        AtomicReference<ObjectNode> kept = new AtomicReference<>();
        Upcasters upcasters = Upcasters.none()
                .step("A", 1, data -> {
                    kept.set(data);
                    return data;
                })
                .step("A", 2, data -> {
                    kept.get().put("late", true);
                    return data;
                });
        assertThat(texts(upcasters.apply(event("A", 1, "{}")))).containsExactly("A 3 {}");
    }

    @Test
    void two_upcasters_for_one_are_refused_at_once_and_both_named() {
        Upcasters upcasters = Upcasters.none().step("OrderPlaced", 1, data -> data);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.rename("OrderPlaced", 1, "PurchasePlaced", 1, data -> data))
                .withMessage("event type \"OrderPlaced\", schema version 1: both step OrderPlaced 1 → OrderPlaced 2 and"
                        + " rename OrderPlaced 1 → PurchasePlaced 1 (expected: one)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.drop("OrderPlaced", 1))
                .withMessageContaining("and drop OrderPlaced 1 (");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.split("OrderPlaced", 1, data -> List.of()))
                .withMessageContaining("and split OrderPlaced 1 (");
        assertThat(texts(upcasters.apply(event("OrderPlaced", 1, "{}")))).containsExactly("OrderPlaced 2 {}");
    }

    @Test
    void a_cycle_is_refused_when_it_is_made() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.none()
                        .step("A", 1, data -> data)
                        .rename("B", 5, "A", 1, data -> data)
                        .rename("A", 2, "B", 5, data -> data))
                .withMessage("upcasters: A 2 → B 5 → A 1 → A 2 (expected: that they end)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.none().rename("A", 1, "A", 1, data -> data))
                .withMessage("upcasters: A 1 → A 1 (expected: that they end)");
    }

    @Test
    void a_cycle_through_a_split_ends_at_the_limit() {
        Upcasters upcasters = Upcasters.none()
                .split("A", 1, data -> List.of(Upcasters.event("B", 1, data), Upcasters.event("C", 1, data)))
                .rename("C", 1, "A", 1, data -> data);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> upcasters.apply(event("A", 1, "{}")))
                .withMessageContaining("event A, schema version 1, version 7 of Order-1: upcaster ")
                .withMessageContaining("more than " + Upcasters.STEPS_MAX + " steps (expected: that they end)");
    }

    @Test
    void as_many_steps_as_the_limit_are_taken() {
        Upcasters upcasters = Upcasters.none();
        for (int version = 1; version <= Upcasters.STEPS_MAX; version++) {
            upcasters = upcasters.step("A", version, data -> data);
        }
        assertThat(texts(upcasters.apply(event("A", 1, "{}")))).containsExactly("A 1001 {}");
    }

    @Test
    void what_cannot_be_written_is_refused_by_name() {
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.none()
                        .step("A", 1, data -> {
                            data.putPOJO("self", self);
                            return data;
                        })
                        .apply(event("A", 1, "{}")))
                .withMessageContaining("upcaster step A 1 → A 2: A, schema version 2, cannot be written as JSON");
    }

    @Test
    void names_and_schema_versions_that_a_store_refuses_are_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.none().step("", 1, data -> data))
                .withMessageContaining("event_type: \"\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.none().drop("A", 0))
                .withMessage("schema_version: 0 (expected: 1 or more)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.none().step("A", Integer.MAX_VALUE, data -> data))
                .withMessageStartingWith("schema_version: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upcasters.event("A", 0, MAPPER.createObjectNode()))
                .withMessage("schema_version: 0 (expected: 1 or more)");
    }

    @Test
    void many_threads_upcast_at_once() throws Exception {
        ObjectNode address = MAPPER.createObjectNode().put("zip", "0");
        Upcasters upcasters = Upcasters.none()
                .step("A", 1, data -> data.set("address", address))
                .step("A", 2, data -> {
                    ((ObjectNode) data.get("address")).put("zip", data.get("n").asString());
                    return data;
                });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<String>> readers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                RecordedEvent event = event("A", 1, "{\"n\":\"" + i + "\"}");
                readers.add(() -> texts(upcasters.apply(event)).get(0));
            }
            int i = 0;
            for (Future<String> reader : threads.invokeAll(readers)) {
                assertThat(reader.get()).isEqualTo("A 3 {\"n\":\"%d\",\"address\":{\"zip\":\"%d\"}}", i, i++);
            }
        }
    }

    private static RecordedEvent event(String type, int schemaVersion, String data) {
        return recorded(NewEvent.json(type, data).withSchemaVersion(schemaVersion));
    }

    private static List<String> texts(List<RecordedEvent> events) {
        return events.stream()
                .map(event -> event.type() + " " + event.schemaVersion() + " " + event.data())
                .toList();
    }
}
