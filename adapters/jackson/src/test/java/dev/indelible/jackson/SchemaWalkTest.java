package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.indelible.EventSchema;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;

/** What a codec says of the shapes of its events; each sample must be read back. */
class SchemaWalkTest {
    enum Carrier {
        POST,
        BIKE
    }

    record Address(String street, @Nullable String zip) {}

    record Line(String sku, int quantity) {}

    sealed interface Nested {
        record Placed(
                Address address, List<Line> lines, Map<String, BigDecimal> prices, Set<Carrier> by, int[][] matrix)
                implements Nested {}
    }

    @Test
    void nested_records_lists_and_maps_are_paths() {
        assertThat(fields(Nested.class))
                .isEqualTo("address: object, address.street: text, address.zip: optional text, by[]: enum(BIKE|POST),"
                        + " lines[]: object, lines[].quantity: whole number (int), lines[].sku: text,"
                        + " matrix[][]: whole number (int), prices{}: number (exact)");
    }

    sealed interface Simple {
        record Texts(String text, char letter, UUID id, URI uri, Locale locale, Currency currency, byte[] bytes)
                implements Simple {}

        record Numbers(
                byte b, short s, int i, long l, Long boxed, BigInteger any, float f, double d, BigDecimal e, boolean t)
                implements Simple {}

        record Times(
                Instant instant,
                OffsetDateTime offset,
                ZonedDateTime zoned,
                LocalDate date,
                LocalDateTime local,
                LocalTime time,
                Duration duration,
                Period period,
                YearMonth month,
                Year year,
                ZoneId zone)
                implements Simple {}

        record Others(JsonNode node, Object object, List<?> list, Map<UUID, Integer> byId, Map<Carrier, Long> byEnum)
                implements Simple {}

        record Empty() implements Simple {}
    }

    @Test
    void types_are_plain_words() {
        Map<String, String> simple = new TreeMap<>();
        JacksonCodec.of(Simple.class).schemas().forEach(schema -> simple.put(schema.type(), words(schema)));
        assertThat(simple.get("Texts"))
                .isEqualTo("bytes: bytes (base64), currency: currency, id: uuid, letter: character, locale: locale,"
                        + " text: text, uri: uri");
        assertThat(simple.get("Numbers"))
                .isEqualTo("any: whole number (any size), b: whole number (byte), boxed: whole number (long),"
                        + " d: number (double), e: number (exact), f: number (float), i: whole number (int),"
                        + " l: whole number (long), s: whole number (short), t: boolean");
        assertThat(simple.get("Times"))
                .isEqualTo("date: date, duration: duration, instant: time, local: date and time of day, month: month,"
                        + " offset: time with offset, period: period, time: time of day, year: year,"
                        + " zone: time zone, zoned: time with zone");
        assertThat(simple.get("Others"))
                .isEqualTo("byEnum{}: whole number (long), byId{}: whole number (int), list[]: any, node: any,"
                        + " object: any");
        assertThat(simple.get("Empty")).isEmpty();
    }

    sealed interface Sparse {
        record Placed(
                Optional<String> a,
                Optional<Address> b,
                OptionalInt c,
                OptionalLong d,
                @Nullable String e,
                @Nullable List<String> f,
                String @Nullable [] g,
                List<@Nullable String> h,
                Optional<List<Line>> i)
                implements Sparse {}
    }

    @Test
    void optionals_and_nullables_are_optional() {
        assertThat(fields(Sparse.class))
                .isEqualTo("a: optional text, b: optional object, b.street: text, b.zip: optional text,"
                        + " c: optional whole number (int), d: optional whole number (long), e: optional text,"
                        + " f[]: optional text, g[]: optional text, h[]: text, i[]: optional object,"
                        + " i[].quantity: whole number (int), i[].sku: text");
    }

    record Node(String name, Optional<Node> parent, List<Node> children, Map<String, Node> named) {}

    sealed interface Recursive {
        record Grown(Node root, @Nullable Grown before) implements Recursive {}
    }

    @Test
    void recursion_ends() {
        assertThat(fields(Recursive.class))
                .isEqualTo("before: optional object (recursive), root: object,"
                        + " root.children[]: object (recursive), root.name: text,"
                        + " root.named{}: object (recursive), root.parent: optional object (recursive)");
    }

    record Pair<A, B>(A left, B right) {}

    sealed interface Generic {
        record Paired(Pair<Pair<Integer, String>, List<Pair<Instant, Carrier>>> pair) implements Generic {}
    }

    @Test
    void type_arguments_are_followed() {
        assertThat(fields(Generic.class))
                .isEqualTo("pair: object, pair.left: object, pair.left.left: whole number (int),"
                        + " pair.left.right: text, pair.right[]: object, pair.right[].left: time,"
                        + " pair.right[].right: enum(BIKE|POST)");
    }

    record A0<T>(T a, T b, T c, T d) {}

    sealed interface Huge {
        record Wide(A0<A0<A0<A0<A0<A0<A0<String>>>>>>> all) implements Huge {}
    }

    @Test
    void more_fields_than_the_limit_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JacksonCodec.of(Huge.class).schemas())
                .withMessageContaining("more than " + SchemaWalk.FIELDS_MAX + " fields")
                .withMessageContaining("(limit: " + SchemaWalk.FIELDS_MAX + ")");
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Card.class, name = "card"), @JsonSubTypes.Type(Cash.class)})
    interface Payment {}

    record Card(String number) implements Payment {}

    record Cash(int coins) implements Payment {}

    sealed interface Polymorphic {
        record Paid(Payment payment, List<Payment> more) implements Polymorphic {}
    }

    @Test
    void kinds_of_an_object_are_paths_of_their_own() {
        assertThat(fields(Polymorphic.class))
                .contains(
                        "payment: one of(", "payment(card): optional object, payment(card).number: text", "more[]: one")
                .contains("coins: whole number (int)");
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
    sealed interface Wrapped {
        @JsonTypeName("around")
        record Around(int n) implements Wrapped {}
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
    sealed interface Deduced {
        record ByNumber(int number) implements Deduced {}

        record ByText(String text) implements Deduced {}
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    sealed interface Tree {
        @JsonTypeName("branch")
        record Branch(List<Tree> all) implements Tree {}

        @JsonTypeName("leaf")
        record Leaf(int n) implements Tree {}
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    sealed interface Kinds {
        record Told(Wrapped wrapped, Deduced deduced) implements Kinds {}

        record Grown(Optional<Tree> tree, Map<String, Tree> named, Tree.Leaf leaf) implements Kinds {}
    }

    @Test
    void kinds_are_told_apart_by_what_the_mapper_writes() {
        assertThat(fields(Kinds.class))
                .isEqualTo("deduced: one of(ByNumber|ByText), deduced(ByNumber): optional object,"
                        + " deduced(ByNumber).number: whole number (int), deduced(ByText): optional object,"
                        + " deduced(ByText).text: text, wrapped: one of(around), wrapped(around): optional object,"
                        + " wrapped(around).n: whole number (int)");
        assertThat(words(JacksonCodec.of(Kinds.class).schemas().get(1)))
                .isEqualTo("leaf: object, leaf.n: whole number (int), named{}: one of(branch|leaf),"
                        + " named{}(branch): optional object, named{}(branch).all[]: object (recursive),"
                        + " named{}(leaf): optional object, named{}(leaf).n: whole number (int),"
                        + " tree: optional one of(branch|leaf), tree(branch): optional object,"
                        + " tree(branch).all[]: object (recursive), tree(leaf): optional object,"
                        + " tree(leaf).n: whole number (int)");
    }

    enum Named {
        @JsonProperty("first")
        ONE
    }

    sealed interface Keys {
        record Keyed(
                Map<Named, Named> byEnum,
                Map<Integer, Optional<String>> byNumber,
                Map<LocalDate, List<Map<UUID, int[]>>> byDate,
                Map<Boolean, Object> byBoolean,
                Set<Named> named)
                implements Keys {}
    }

    @Test
    void maps_of_every_kind_of_key_are_followed() {
        assertThat(fields(Keys.class))
                .isEqualTo("byBoolean{}: any, byDate{}[]{}[]: whole number (int), byEnum{}: enum(first),"
                        + " byNumber{}: text, named[]: enum(first)");
    }

    record Money(BigDecimal amount) {
        @JsonValue
        String text() {
            return amount + " EUR";
        }
    }

    sealed interface Annotated {
        record Placed(
                @JsonProperty("what") String item,
                @JsonUnwrapped Line line,
                Money money) implements Annotated {}
    }

    @Test
    void names_and_forms_are_the_mappers() {
        JacksonCodec<Annotated> codec = JacksonCodec.forEvents(Annotated.class)
                .event(Annotated.Placed.class, "OrderPlaced", 3)
                .mapper(JacksonCodec.standardMapper()
                        .rebuild()
                        .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                        .build())
                .build();
        EventSchema schema = codec.schemas().get(0);
        assertThat(schema.type() + " " + schema.schemaVersion()).isEqualTo("OrderPlaced 3");
        assertThat(words(schema)).isEqualTo("Money: text, Quantity: whole number (int), Sku: text, what: text");
        assertThat(schema.sample().map(Payload::text))
                .hasValueSatisfying(sample -> assertThat(sample).contains("\"what\":\"text\"", "\"Sku\":\"text\""));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Nested.class,
                Simple.class,
                Sparse.class,
                Recursive.class,
                Generic.class,
                Polymorphic.class,
                Kinds.class,
                Keys.class,
                OrderEvent.class
            })
    void the_sample_of_every_shape_is_read_and_written_as_it_was(Class<?> events) {
        readsItsSamples(JacksonCodec.of(events));
    }

    private static <E> void readsItsSamples(JacksonCodec<E> codec) {
        for (EventSchema schema : codec.schemas()) {
            NewEvent sample =
                    NewEvent.of(schema.type(), schema.sample().orElseThrow()).withSchemaVersion(schema.schemaVersion());
            List<E> read = codec.decode(recorded(sample));
            assertThat(read).hasSize(1);
            NewEvent written = codec.encode(read.get(0));
            assertThat(written.type()).isEqualTo(sample.type());
            assertThat(isPart(parsed(sample), parsed(written)))
                    .as("%s, read and written as %s", sample.data(), written.data())
                    .isTrue();
        }
    }

    /** Whether the one has nothing that the other has not; what is written may have nulls beside. */
    private static boolean isPart(Object part, Object whole) {
        if (part instanceof Map<?, ?> members && whole instanceof Map<?, ?> all) {
            return members.keySet().stream()
                    .allMatch(name -> all.containsKey(name) && isPart(members.get(name), all.get(name)));
        }
        if (part instanceof List<?> elements && whole instanceof List<?> all) {
            return elements.size() == all.size()
                    && IntStream.range(0, all.size()).allMatch(i -> isPart(elements.get(i), all.get(i)));
        }
        return Json.equal(part, whole);
    }

    private static Object parsed(NewEvent event) {
        return Json.parse("data", event.data().toBytes());
    }

    private static <E> String fields(Class<E> events) {
        return words(JacksonCodec.of(events).schemas().get(0));
    }

    private static String words(EventSchema schema) {
        return String.join(
                ", ",
                schema.fields().entrySet().stream()
                        .map(field -> field.getKey() + ": " + field.getValue())
                        .toList());
    }
}
