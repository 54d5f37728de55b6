package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Tag;
import dev.indelible.memory.MemoryKeyRing;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Personal;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;

class PersonalDataTest {
    private static final Subject ZOE = Subject.of("customer:42");
    private static final UUID DRIVER = UUID.fromString("01234567-89ab-7def-8123-456789abcdef");

    sealed interface Order {
        record Placed(
                String customer,
                @Personal(of = "customer") String name,
                @Personal(of = "customer") Optional<Address> address,
                BigDecimal total)
                implements Order {}

        record Shared(List<Guest> guests, Optional<Guest> host, Map<String, Guest> byRole, Guest[] more)
                implements Order {}

        record Driven(
                UUID driver,
                long van,
                @Personal(of = "driver", kind = "employee") Instant birthday) implements Order {}

        record Odd(Object anything) implements Order {}

        record Flat(@JsonUnwrapped Guest guest) implements Order {}

        record Outer(int id, @Personal(of = "id") Guest about) implements Order {}

        record Cancelled(String reason) implements Order {}
    }

    record Address(String street, List<Integer> codes) {}

    record Guest(
            long id, @Personal(of = "id", kind = "guest") String name) {}

    private final KeyRing keys = new MemoryKeyRing();
    private final JacksonCodec<Order> codec =
            JacksonCodec.forEvents(Order.class).personal(keys).build();
    private final Order.Placed placed = new Order.Placed(
            "42", "Zoë Quartz", Optional.of(new Address("Mill Lane 7", List.of(12, 34))), new BigDecimal("12.50"));

    @Test
    void personal_components_are_sealed_and_come_back_and_the_event_is_tagged() {
        NewEvent event = codec.encode(placed);
        assertThat(event.data().text())
                .contains("\"customer\":\"42\"", "\"total\":12.50", "{\"$personal\":\"customer:42\",\"generation\":1,")
                .doesNotContain("Quartz", "Mill", "Zoë");
        assertThat(event.tags()).containsExactly(Tag.of("customer:42"));
        assertThat(codec.decode(recorded(event))).containsExactly(placed);
    }

    @Test
    void the_same_value_is_sealed_differently_each_time() {
        assertThat(codec.encode(placed).data())
                .isNotEqualTo(codec.encode(placed).data());
    }

    @Test
    void what_belongs_to_a_shredded_subject_is_absent_and_all_else_stays() {
        NewEvent event = codec.encode(placed);
        keys.shred(ZOE);
        assertThat(codec.decode(recorded(event)))
                .containsExactly(new Order.Placed("42", null, Optional.empty(), new BigDecimal("12.50")));
    }

    @Test
    void nothing_is_recorded_about_a_shredded_subject_until_it_is_readmitted() {
        NewEvent before = codec.encode(placed);
        keys.shred(ZOE);
        assertThatExceptionOfType(SubjectShredded.class).isThrownBy(() -> codec.encode(placed));
        assertThat(codec.encode(new Order.Placed("42", null, Optional.empty(), BigDecimal.ONE))
                        .tags())
                .as("nothing personal in it")
                .isEmpty();
        keys.readmit(ZOE);
        assertThat(codec.decode(recorded(codec.encode(placed)))).containsExactly(placed);
        assertThat(codec.decode(recorded(before)))
                .containsExactly(new Order.Placed("42", null, Optional.empty(), new BigDecimal("12.50")));
    }

    @Test
    void records_are_sealed_wherever_they_stand() {
        Guest ada = new Guest(1, "Ada Vale");
        Guest ben = new Guest(2, "Ben Vale");
        Guest cid = new Guest(3, "Cid Vale");
        Guest dot = new Guest(4, "Dot Vale");
        NewEvent event = codec.encode(
                new Order.Shared(List.of(ada, ben), Optional.of(cid), Map.of("cook", ada), new Guest[] {dot}));
        assertThat(event.data().text()).doesNotContain("Vale");
        assertThat(event.tags()).map(Tag::text).containsExactlyInAnyOrder("guest:1", "guest:2", "guest:3", "guest:4");
        keys.shred(Subject.of("guest:1"));
        Order.Shared shared = (Order.Shared) codec.decode(recorded(event)).get(0);
        assertThat(shared.guests()).containsExactly(new Guest(1, null), ben);
        assertThat(shared.host()).contains(cid);
        assertThat(shared.byRole()).containsEntry("cook", new Guest(1, null));
        assertThat(shared.more()).containsExactly(dot);
    }

    @Test
    void also_where_the_type_does_not_say_it_and_where_members_are_unwrapped() {
        NewEvent odd = codec.encode(new Order.Odd(List.of(new Guest(1, "Ada Vale"))));
        assertThat(odd.data().text()).doesNotContain("Vale");
        assertThat(odd.tags()).map(Tag::text).containsExactly("guest:1");
        NewEvent flat = codec.encode(new Order.Flat(new Guest(1, "Ada Vale")));
        assertThat(flat.data().text()).doesNotContain("Vale").contains("\"name\":{\"$personal\"");
    }

    @Test
    void personal_data_within_personal_data_is_sealed_for_both() {
        Order.Outer outer = new Order.Outer(7, new Guest(1, "Ada Vale"));
        NewEvent event = codec.encode(outer);
        assertThat(event.tags()).map(Tag::text).containsExactlyInAnyOrder("id:7", "guest:1");
        assertThat(codec.decode(recorded(event))).containsExactly(outer);
        keys.shred(Subject.of("guest:1"));
        assertThat(codec.decode(recorded(event))).containsExactly(new Order.Outer(7, new Guest(1, null)));
        keys.shred(Subject.of("id:7"));
        assertThat(codec.decode(recorded(event))).containsExactly(new Order.Outer(7, null));
    }

    @Test
    void subjects_are_named_by_texts_numbers_and_ids_and_values_keep_their_kind() {
        Order.Driven driven = new Order.Driven(DRIVER, 7, Instant.parse("1984-05-06T07:08:09.123456789Z"));
        NewEvent event = codec.encode(driven);
        assertThat(event.tags()).map(Tag::text).containsExactly("employee:" + DRIVER);
        assertThat(codec.decode(recorded(event))).containsExactly(driven);
    }

    @Test
    void own_tags_come_first_and_no_tag_comes_twice() {
        JacksonCodec<Order> tagged = JacksonCodec.forEvents(Order.class)
                .personal(keys)
                .tags(event -> List.of(Tag.of("a:1"), Tag.of("customer:42")))
                .build();
        assertThat(tagged.encode(placed).tags()).map(Tag::text).containsExactly("a:1", "customer:42");
    }

    @Test
    void components_are_found_by_any_naming_and_the_order_of_members_does_not_matter() {
        JacksonCodec<Order> named = JacksonCodec.forEvents(Order.class)
                .mapper(JacksonCodec.standardMapper()
                        .rebuild()
                        .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                        .build())
                .personal(keys)
                .build();
        NewEvent event = named.encode(placed);
        assertThat(event.data().text()).contains("\"Name\":{").doesNotContain("Quartz");
        assertThat(named.decode(recorded(event))).containsExactly(placed);
        String reordered = codec.encode(placed)
                .data()
                .text()
                .replaceAll(
                        "\\{\"\\$personal\":(\"[^\"]*\"),\"generation\":1,\"sealed\":(\"[^\"]*\")}",
                        "{ \"sealed\" : $2, \"\\$personal\" : $1, \"generation\" : 1 }");
        assertThat(codec.decode(recorded(NewEvent.json("Placed", reordered)))).containsExactly(placed);
    }

    @Test
    void sealed_values_are_opened_in_members_that_are_no_longer_personal() {
        String data = codec.encode(placed).data().text().replace("\"name\":", "\"reason\":");
        assertThat(codec.decode(recorded(NewEvent.json("Cancelled", data))))
                .containsExactly(new Order.Cancelled("Zoë Quartz"));
        keys.shred(ZOE);
        assertThat(codec.decode(recorded(NewEvent.json("Cancelled", data)))).containsExactly(new Order.Cancelled(null));
    }

    @Test
    void events_without_personal_data_are_written_and_read_as_without_keys() {
        JacksonCodec<OrderEvent> plain = JacksonCodec.of(OrderEvent.class);
        JacksonCodec<OrderEvent> keyed =
                JacksonCodec.forEvents(OrderEvent.class).personal(keys).build();
        OrderEvent event = new OrderEvent.Placed("a \"$personal\" book, \"$personal\": {}", 2);
        assertThat(keyed.encode(event).data()).isEqualTo(plain.encode(event).data());
        assertThat(keyed.decode(recorded(keyed.encode(event)))).containsExactly(event);
        Order.Cancelled reason = new Order.Cancelled("$personal");
        assertThat(codec.decode(recorded(codec.encode(reason)))).containsExactly(reason);
    }

    @Test
    void numbers_beside_and_in_sealed_values_stay_exact() {
        Order.Placed exact = new Order.Placed("42", "Zoë", Optional.empty(), new BigDecimal("0.10000000000000000000"));
        assertThat(((Order.Placed) codec.decode(recorded(codec.encode(exact))).get(0)).total())
                .isEqualTo(new BigDecimal("0.10000000000000000000"));
    }

    @Test
    void while_many_threads_encode_a_subject_is_shredded_and_each_event_is_sealed_or_refused() throws Exception {
        for (int round = 0; round < 20; round++) {
            String customer = "round-" + round;
            List<Callable<Optional<NewEvent>>> racers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int racer = i;
                racers.add(() -> {
                    if (racer == 8) {
                        keys.shred(new Subject("customer", customer));
                        return Optional.empty();
                    }
                    try {
                        return Optional.of(codec.encode(
                                new Order.Placed(customer, "Zoë Quartz", Optional.empty(), BigDecimal.ONE)));
                    } catch (SubjectShredded shredded) {
                        return Optional.empty();
                    }
                });
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Optional<NewEvent>> future : threads.invokeAll(racers)) {
                    future.get().ifPresent(event -> {
                        assertThat(event.data().text()).doesNotContain("Quartz");
                        assertThat(codec.decode(recorded(event)))
                                .containsExactly(new Order.Placed(customer, null, Optional.empty(), BigDecimal.ONE));
                    });
                }
            }
        }
    }

    @Test
    void each_key_is_asked_for_once_an_event() {
        CountedKeys counted = new CountedKeys();
        JacksonCodec<Order> counting =
                JacksonCodec.forEvents(Order.class).personal(counted).build();
        NewEvent event = counting.encode(placed);
        assertThat(counted.asked).containsExactly("keyOf customer:42");
        counting.decode(recorded(event));
        assertThat(counted.asked).containsExactly("keyOf customer:42", "find customer:42 1");
        counting.decode(recorded(counting.encode(new Order.Cancelled("late"))));
        assertThat(counted.asked).hasSize(2);
    }

    @Test
    void sealed_json_is_json_that_a_store_takes() {
        Json.check("data", codec.encode(placed).data().toBytes());
    }

    @Test
    void a_state_is_sealed_as_an_event_is() {
        PersonalFields states = PersonalFields.of(JacksonCodec.standardMapper(), keys, List.of(Order.class));
        PersonalFields.Written written = states.write(placed);
        assertThat(new String(written.json(), UTF_8)).contains("$personal").doesNotContain("Quartz");
        assertThat(written.subjects()).containsExactly(ZOE);
        assertThat(states.read(written.json(), Order.Placed.class)).isEqualTo(placed);
        keys.shred(ZOE);
        Order.Placed absent = states.read(written.json(), Order.Placed.class);
        assertThat(absent.name()).isNull();
        assertThat(states.write(absent).subjects()).isEmpty();
    }

    private static final class CountedKeys implements KeyRing {
        private final KeyRing ring = new MemoryKeyRing();
        private final List<String> asked = new ArrayList<>();

        @Override
        public DataKey keyOf(Subject subject) {
            asked.add("keyOf " + subject);
            return ring.keyOf(subject);
        }

        @Override
        public Optional<DataKey> find(Subject subject, int generation) {
            asked.add("find " + subject + " " + generation);
            return ring.find(subject, generation);
        }

        @Override
        public Tombstone shred(Subject subject) {
            return ring.shred(subject);
        }

        @Override
        public Optional<Tombstone> tombstone(Subject subject) {
            return ring.tombstone(subject);
        }

        @Override
        public void readmit(Subject subject) {
            ring.readmit(subject);
        }

        @Override
        public int rotate() {
            return ring.rotate();
        }

        @Override
        public void close() {}
    }
}
