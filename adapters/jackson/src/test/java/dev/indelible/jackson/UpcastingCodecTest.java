package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.indelible.EventStore;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.event.Envelope;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Upcasters and policies in a codec, and a codec with them in a store. */
class UpcastingCodecTest {
    sealed interface Purchase {
        record Placed(String item, String currency, int pieces) implements Purchase {}

        record Shipped(String carrier) implements Purchase {}

        record Received() implements Purchase {}
    }

    private static final Upcasters UPCASTERS = Upcasters.none()
            .step("OrderPlaced", 1, data -> data.put("currency", "EUR"))
            .step("OrderPlaced", 2, data -> data.put("pieces", 1))
            .rename("OrderPlaced", 3, "PurchasePlaced", 1, data -> data)
            .split(
                    "OrderMoved",
                    1,
                    data -> List.of(
                            Upcasters.event("Shipped", 1, data),
                            Upcasters.event("Received", 1, new JsonMapper().createObjectNode())))
            .drop("OrderViewed", 1);

    private static JacksonCodec.Builder<Purchase> purchases() {
        return JacksonCodec.forEvents(Purchase.class)
                .event(Purchase.Placed.class, "PurchasePlaced", 1)
                .upcasters(UPCASTERS);
    }

    private final JacksonCodec<Purchase> codec = purchases().build();

    @Test
    void events_of_every_earlier_shape_are_read_as_todays_records() {
        Purchase.Placed placed = new Purchase.Placed("a book", "EUR", 1);
        assertThat(decode("OrderPlaced", 1, "{\"item\":\"a book\"}")).containsExactly(placed);
        assertThat(decode("OrderPlaced", 2, "{\"item\":\"a book\",\"currency\":\"EUR\"}"))
                .containsExactly(placed);
        assertThat(decode("OrderPlaced", 3, "{\"item\":\"a book\",\"currency\":\"EUR\",\"pieces\":1}"))
                .containsExactly(placed);
        assertThat(codec.decode(recorded(codec.encode(placed)))).containsExactly(placed);
        assertThat(decode("OrderMoved", 1, "{\"carrier\":\"bike\"}"))
                .containsExactly(new Purchase.Shipped("bike"), new Purchase.Received());
        assertThat(decode("OrderViewed", 1, "{}")).isEmpty();
    }

    @Test
    void an_old_record_may_be_kept_beside_upcasters() {
        JacksonCodec<OrderEvent> both = JacksonCodec.forEvents(OrderEvent.class)
                .event(OrderEvent.Shipped.class, "Moved", 1)
                .event(OrderEvent.Cancelled.class, "Moved", 3)
                .upcasters(Upcasters.none().step("Moved", 2, data -> data))
                .build();
        assertThat(both.decode(recorded(NewEvent.json("Moved", "{\"carrier\":\"BIKE\"}"))))
                .containsExactly(new OrderEvent.Shipped(OrderEvent.Carrier.BIKE));
        assertThat(both.decode(recorded(NewEvent.json("Moved", "{}").withSchemaVersion(2))))
                .containsExactly(new OrderEvent.Cancelled());
    }

    @Test
    void an_upcaster_for_what_a_record_is_for_is_refused_at_once_and_both_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        purchases().upcasters(UPCASTERS.drop("Received", 1)).build())
                .withMessage("event type \"Received\", schema version 1: both " + Purchase.Received.class.getName()
                        + " and upcaster drop Received 1 (expected: one of them)");
    }

    @Test
    void what_an_upcast_event_does_not_fit_is_told_with_what_was_recorded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decode("OrderPlaced", 2, "{\"item\":[7]}"))
                .withMessageStartingWith("event PurchasePlaced, version 7 of Order-1: data does not fit ")
                .withMessageEndingWith(" (upcast from OrderPlaced, schema version 2)");
    }

    @Test
    void unknown_types_are_refused_unless_they_are_to_be_passed_over() {
        NewEvent unknown = NewEvent.json("Refunded", "{}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(recorded(unknown)))
                .withMessageContaining("unknown type (expected: one of [PurchasePlaced, Received, Shipped])");
        JacksonCodec<Purchase> tolerant =
                purchases().unknownTypes(UnknownTypes.PASS_OVER).build();
        assertThat(tolerant.decode(recorded(unknown))).isEmpty();
        assertThat(tolerant.decode(recorded(NewEvent.of("Refunded", Payload.binary(new byte[1])))))
                .isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tolerant.decode(recorded(
                        NewEvent.json("Shipped", "{\"carrier\":\"bike\"}").withSchemaVersion(2))))
                .withMessageContaining("schema version 2 (expected: 1)");
    }

    @Test
    void what_upcasters_lead_to_and_is_unknown_falls_under_the_same_policy() {
        Upcasters away = Upcasters.none().rename("Received", 2, "Refunded", 1, data -> data);
        NewEvent event = NewEvent.json("Received", "{}").withSchemaVersion(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> purchases().upcasters(away).build().decode(recorded(event)))
                .withMessageContaining("event Refunded, version 7 of Order-1: unknown type")
                .withMessageContaining("(upcast from Received, schema version 2)");
        assertThat(purchases()
                        .upcasters(away)
                        .unknownTypes(UnknownTypes.PASS_OVER)
                        .build()
                        .decode(recorded(event)))
                .isEmpty();
    }

    @Test
    void newer_schema_versions_are_refused_passed_over_or_read_as_the_latest() {
        NewEvent newer = NewEvent.json("Shipped", "{\"carrier\":\"bike\",\"track\":\"7\"}")
                .withSchemaVersion(9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(recorded(newer)))
                .withMessageContaining("schema version 9 (expected: 1)");
        assertThat(purchases().newerVersions(NewerVersions.PASS_OVER).build().decode(recorded(newer)))
                .isEmpty();
        assertThat(purchases()
                        .newerVersions(NewerVersions.READ_AS_LATEST)
                        .build()
                        .decode(recorded(newer)))
                .containsExactly(new Purchase.Shipped("bike"));
        assertThatIllegalArgumentException()
                .as("an unknown type is not a newer version")
                .isThrownBy(() -> purchases()
                        .newerVersions(NewerVersions.PASS_OVER)
                        .build()
                        .decode(recorded(NewEvent.json("Refunded", "{}"))))
                .withMessageContaining("unknown type");
    }

    @ParameterizedTest
    @CsvSource({"REFUSE", "PASS_OVER", "READ_AS_LATEST"})
    void an_older_schema_version_that_nothing_reads_is_an_error_whatever_the_policy(NewerVersions policy) {
        JacksonCodec<Purchase> newest = JacksonCodec.forEvents(Purchase.class)
                .event(Purchase.Placed.class, "Placed", 3)
                .upcasters(Upcasters.none().step("Placed", 1, data -> data))
                .unknownTypes(UnknownTypes.PASS_OVER)
                .newerVersions(policy)
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        newest.decode(recorded(NewEvent.json("Placed", "{}").withSchemaVersion(2))))
                .withMessageContaining("schema version 2 (expected: 1 or 3)");
        assertThatIllegalArgumentException()
                .as("the step from 1 leads to 2")
                .isThrownBy(() -> newest.decode(recorded(NewEvent.json("Placed", "{}"))))
                .withMessageContaining("schema version 2 (expected: 1 or 3) (upcast from Placed, schema version 1)");
    }

    @Test
    void a_type_that_only_upcasters_know_has_no_latest_record() {
        NewEvent newer = NewEvent.json("OrderPlaced", "{}").withSchemaVersion(4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> purchases()
                        .newerVersions(NewerVersions.READ_AS_LATEST)
                        .unknownTypes(UnknownTypes.PASS_OVER)
                        .build()
                        .decode(recorded(newer)))
                .withMessageContaining("schema version 4 (expected: 1 or 2 or 3)");
        assertThat(purchases().newerVersions(NewerVersions.PASS_OVER).build().decode(recorded(newer)))
                .isEmpty();
    }

    private static final class Pieces implements Decider<Integer, Integer, Purchase> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public List<Purchase> decide(Integer more, Integer pieces) {
            return List.of(new Purchase.Placed("a book", "CHF", pieces + more));
        }

        @Override
        public Integer evolve(Integer pieces, Purchase event) {
            return switch (event) {
                case Purchase.Placed placed -> pieces + placed.pieces();
                case Purchase.Shipped shipped -> pieces + 10;
                case Purchase.Received received -> pieces + 100;
            };
        }
    }

    @Test
    void a_decider_decides_on_upcast_events_and_what_is_stored_stays_as_it_was() throws InterruptedException {
        try (EventStore store = EventStore.open("memory:")) {
            StreamName stream = StreamName.of("Order-1");
            store.append(
                    stream,
                    ExpectedVersion.noStream(),
                    NewEvent.json("OrderPlaced", "{\"item\":\"a book\"}"),
                    NewEvent.json("OrderViewed", "{}"),
                    NewEvent.json("OrderMoved", "{\"carrier\":\"bike\"}"));
            List<String> before = raw(store);

            Repository<Integer, Integer, Purchase> repository = Repository.of(store, "Order", new Pieces(), codec);
            assertThat(repository.load("1")).isEqualTo(new Repository.Loaded<>(111, 3));
            assertThat(repository.handle("1", 5).version()).isEqualTo(4);
            assertThat(followed(store))
                    .containsExactly(
                            new Purchase.Placed("a book", "EUR", 1),
                            new Purchase.Shipped("bike"),
                            new Purchase.Received(),
                            new Purchase.Placed("a book", "CHF", 116));

            assertThat(raw(store)).hasSize(4).startsWith(before.toArray(String[]::new));
            assertThat(raw(store).get(3)).contains("\"event_type\":\"PurchasePlaced\"", "\"schema_version\":1");
        }
    }

    @Test
    void a_policy_keeps_a_decider_from_deciding_on_less_than_was_recorded() {
        try (EventStore store = EventStore.open("memory:")) {
            store.append(
                    StreamName.of("Order-1"),
                    ExpectedVersion.any(),
                    NewEvent.json("OrderPlaced", "{\"item\":\"a\"}").withSchemaVersion(4));
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            Repository.of(store, "Order", new Pieces(), codec).handle("1", 5))
                    .withMessageContaining("schema version 4");
            assertThat(store.version(StreamName.of("Order-1"))).isEqualTo(1);
        }
    }

    /** What a subscription gives until it has caught up. */
    private List<Purchase> followed(EventStore store) throws InterruptedException {
        List<Purchase> events = new ArrayList<>();
        try (Subscription subscription = store.subscribe(EventQuery.all(), Position.START)) {
            while (true) {
                switch (subscription.poll(Duration.ofSeconds(10)).orElseThrow()) {
                    case Notice.Event notice -> events.addAll(codec.decode(notice.event()));
                    case Notice.CaughtUp live -> {
                        return events;
                    }
                    case Notice.Checkpoint nothingHere -> {}
                    case Notice.FellBehind busy -> {}
                }
            }
        }
    }

    private static List<String> raw(EventStore store) {
        return store.read(EventQuery.all()).stream().map(Envelope::encode).toList();
    }

    private List<Purchase> decode(String type, int schemaVersion, String data) {
        RecordedEvent event = recorded(NewEvent.json(type, data).withSchemaVersion(schemaVersion));
        return codec.decode(event);
    }
}
