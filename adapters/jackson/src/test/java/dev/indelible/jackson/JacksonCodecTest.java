package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import dev.indelible.jackson.OrderEvent.Cancelled;
import dev.indelible.jackson.OrderEvent.Carrier;
import dev.indelible.jackson.OrderEvent.Placed;
import dev.indelible.jackson.OrderEvent.Shipped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;

class JacksonCodecTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final Placed PLACED = new Placed("a book", 2);

    private final JacksonCodec<OrderEvent> codec = JacksonCodec.of(OrderEvent.class);

    @Test
    void records_are_named_by_their_simple_names_at_schema_version_1() {
        assertThat(List.of(PLACED, new Shipped(Carrier.POST), new Cancelled()))
                .map(codec::encode)
                .map(event -> event.type() + " " + event.schemaVersion())
                .containsExactly("Placed 1", "Shipped 1", "Cancelled 1");
    }

    @Test
    void records_of_nested_sealed_interfaces_come_back() {
        for (OrderEvent event : List.of(PLACED, new Shipped(Carrier.BIKE), new Cancelled())) {
            assertThat(codec.decode(recorded(codec.encode(event)))).containsExactly(event);
        }
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
        assertThat(named.encode(PLACED).type()).isEqualTo("Placed");
    }

    sealed interface Renamed {
        record Dispatched(Carrier carrier) implements Renamed {}
    }

    @Test
    void a_renamed_record_reads_what_was_recorded_under_its_old_name_only_if_it_is_given_that_name() {
        NewEvent before = codec.encode(new Shipped(Carrier.BIKE));
        assertThat(JacksonCodec.forEvents(Renamed.class)
                        .event(Renamed.Dispatched.class, "Shipped", 1)
                        .build()
                        .decode(recorded(before)))
                .containsExactly(new Renamed.Dispatched(Carrier.BIKE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Renamed.class).decode(recorded(before)))
                .withMessage("event Shipped, version 7 of Order-1: unknown type (expected: one of [Dispatched])");
    }

    sealed interface Priced {
        record PlacedAtFirst(int cents) implements Priced {}

        record Placed(long amount, String currency) implements Priced {}
    }

    @Test
    void one_name_at_two_schema_versions_is_two_records() {
        JacksonCodec<Priced> priced = JacksonCodec.forEvents(Priced.class)
                .event(Priced.PlacedAtFirst.class, "Placed", 1)
                .event(Priced.Placed.class, "Placed", 2)
                .build();
        for (Priced event : List.of(new Priced.PlacedAtFirst(5), new Priced.Placed(5, "EUR"))) {
            assertThat(priced.encode(event).type()).isEqualTo("Placed");
            assertThat(priced.decode(recorded(priced.encode(event)))).containsExactly(event);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        priced.decode(recorded(NewEvent.json("Placed", "{}").withSchemaVersion(3))))
                .withMessage("event Placed, version 7 of Order-1: schema version 3 (expected: 1 or 2)");
    }

    @Test
    void a_codec_that_was_built_does_not_change_with_its_builder() {
        JacksonCodec.Builder<OrderEvent> builder = JacksonCodec.forEvents(OrderEvent.class);
        JacksonCodec<OrderEvent> built = builder.build();
        builder.event(Placed.class, "Other", 2);
        assertThat(built.encode(PLACED).type()).isEqualTo("Placed");
    }

    @Test
    void metadata_is_the_contexts_of_the_moment() {
        AtomicReference<Metadata> context = new AtomicReference<>(Metadata.NONE);
        JacksonCodec<OrderEvent> traced = JacksonCodec.forEvents(OrderEvent.class)
                .metadata(context::get)
                .clock(CLOCK)
                .build();
        for (String request : List.of("c-1", "c-2")) {
            context.set(Metadata.NONE
                    .withCorrelationId(request)
                    .withCausationId("m-" + request)
                    .withUserId("zoe")
                    .with("tenant", "t"));
            assertThat(traced.encode(PLACED).metadata().text())
                    .isEqualTo(("{\"correlation_id\":\"%1$s\",\"causation_id\":\"m-%1$s\",\"user_id\":\"zoe\","
                                    + "\"timestamp\":\"2026-01-02T03:04:05Z\",\"tenant\":\"t\"}")
                            .formatted(request));
        }
    }

    @Test
    void the_contexts_own_time_stays() {
        Instant own = Instant.parse("2020-01-01T00:00:00Z");
        JacksonCodec<OrderEvent> timed = JacksonCodec.forEvents(OrderEvent.class)
                .metadata(() -> Metadata.NONE.withTimestamp(own))
                .clock(CLOCK)
                .build();
        assertThat(Metadata.of(timed.encode(PLACED).metadata()).timestamp()).isEqualTo(own);
    }

    @Test
    void ids_are_new_each_time_and_carry_the_clocks_time() {
        JacksonCodec<OrderEvent> timed =
                JacksonCodec.forEvents(OrderEvent.class).clock(CLOCK).build();
        NewEvent first = timed.encode(PLACED);
        assertThat(first.id()).isNotEqualTo(timed.encode(PLACED).id());
        assertThat(first.id().getMostSignificantBits() >>> 16).isEqualTo(CLOCK.millis());
    }

    @Test
    void tags_come_from_the_event() {
        JacksonCodec<OrderEvent> tagged = JacksonCodec.forEvents(OrderEvent.class)
                .tags(event -> event instanceof Placed placed ? List.of(Tag.of("item", placed.item())) : List.of())
                .build();
        assertThat(tagged.encode(new Placed("Zoë's 😀", 1)).tags()).containsExactly(Tag.of("item:Zoë's 😀"));
        assertThat(tagged.encode(new Cancelled()).tags()).isEmpty();
        assertThat(codec.encode(PLACED).tags()).isEmpty();
    }

    @Test
    void another_mapper_decides_what_is_written_and_read() {
        JacksonCodec<Priced> shouting = JacksonCodec.forEvents(Priced.class)
                .mapper(JacksonCodec.standardMapper()
                        .rebuild()
                        .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                        .build())
                .build();
        NewEvent event = shouting.encode(new Priced.Placed(5, "EUR"));
        assertThat(event.data().text()).isEqualTo("{\"Amount\":5,\"Currency\":\"EUR\"}");
        assertThat(shouting.decode(recorded(event))).containsExactly(new Priced.Placed(5, "EUR"));
        assertThatIllegalArgumentException()
                .as("a mapper made from the standard one keeps its strictness")
                .isThrownBy(() -> shouting.decode(recorded(NewEvent.json("Placed", "{\"Currency\":\"EUR\"}"))))
                .withMessageContaining("Amount");
    }

    sealed interface Payment {
        record Paid(Means means) implements Payment {}
    }

    sealed interface Means {
        record Card(String number) implements Means {}

        record Cash() implements Means {}
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Means.Card.class, name = "card"),
        @JsonSubTypes.Type(value = Means.Cash.class, name = "cash")
    })
    interface NamedMeans {}

    @Test
    void a_component_of_an_interface_comes_back_with_a_mix_in_and_is_refused_without() {
        JacksonCodec<Payment> named = JacksonCodec.forEvents(Payment.class)
                .mapper(JacksonCodec.standardMapper()
                        .rebuild()
                        .addMixIn(Means.class, NamedMeans.class)
                        .build())
                .build();
        for (Means means : List.of(new Means.Card("1"), new Means.Cash())) {
            Payment event = new Payment.Paid(means);
            assertThat(named.decode(recorded(named.encode(event)))).containsExactly(event);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JacksonCodec.of(Payment.class).decode(recorded(named.encode(event))))
                    .withMessageContaining(", means: ");
        }
    }

    @Test
    void events_go_through_a_store() {
        try (EventStore store = EventStore.open("memory:")) {
            StreamName stream = StreamName.of("Order-1");
            store.append(
                    stream, ExpectedVersion.noStream(), codec.encode(PLACED), codec.encode(new Shipped(Carrier.BIKE)));
            assertThat(store.read(EventQuery.stream(stream)).stream().flatMap(event -> codec.decode(event).stream()))
                    .containsExactly(PLACED, new Shipped(Carrier.BIKE));
        }
    }

    @Test
    void many_threads_share_a_codec_from_its_first_use_on() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Boolean>> work = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                Placed event = new Placed("item " + i, i);
                work.add(() -> codec.decode(recorded(codec.encode(event))).equals(List.of(event)));
            }
            for (Future<Boolean> equal : threads.invokeAll(work)) {
                assertThat(equal.get()).isTrue();
            }
        }
    }
}
