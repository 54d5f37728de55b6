package dev.indelible.jackson;

import static dev.indelible.jackson.OrderEvent.recorded;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JSON of every kind of component, to the letter: what is recorded is read for ever. */
class RecordedFormTest {
    sealed interface Shape {
        record Whole(byte b, short s, int i, long l, BigInteger big) implements Shape {}

        record Decimal(float f, double d, BigDecimal exact) implements Shape {}

        record Plain(boolean flag, char letter, String text, UUID id, URI uri) implements Shape {}

        record Boxed(Integer number, Boolean flag, Long other) implements Shape {}

        record Moments(Instant at, OffsetDateTime offset, ZonedDateTime zoned) implements Shape {}

        record Calendar(LocalDate day, LocalTime time, LocalDateTime both, Duration lasted) implements Shape {}

        record Maybe(Optional<String> text, Optional<Line> line) implements Shape {}

        record Many(List<Line> lines, List<List<Integer>> grid, Set<String> set, Map<String, BigDecimal> prices)
                implements Shape {}

        record ByEnum(Map<Carrier, Integer> counts, Carrier carrier) implements Shape {}

        record Untyped(Map<String, Object> values) implements Shape {}

        record Empty() implements Shape {}

        record WithMethods(int zebra, int apple) implements Shape {
            public boolean isLarge() {
                return zebra > 10;
            }

            public int getTotal() {
                return zebra + apple;
            }
        }
    }

    record Line(String sku, int quantity, Optional<Line> inside) {}

    enum Carrier {
        POST {
            @Override
            public String toString() {
                return "by post";
            }
        },
        BIKE
    }

    private static final Line LINE = new Line("book", 2, Optional.of(new Line("page", 1, Optional.empty())));

    private final JacksonCodec<Shape> codec = JacksonCodec.of(Shape.class);

    record Example(Shape event, String json) {
        @Override
        public String toString() {
            return event.getClass().getSimpleName() + " " + json;
        }
    }

    private static Stream<Example> examples() {
        return Stream.of(
                new Example(new Shape.Empty(), "{}"),
                new Example(
                        new Shape.Whole(
                                Byte.MIN_VALUE, Short.MAX_VALUE, -1, Long.MAX_VALUE, new BigInteger("9".repeat(40))),
                        "{\"b\":-128,\"s\":32767,\"i\":-1,\"l\":9223372036854775807,\"big\":" + "9".repeat(40) + "}"),
                new Example(
                        new Shape.Decimal(0.1f, 0.1, new BigDecimal("12345678901234567890.10")),
                        "{\"f\":0.1,\"d\":0.1,\"exact\":12345678901234567890.10}"),
                new Example(
                        new Shape.Decimal(-0.0f, Double.MIN_VALUE, new BigDecimal("1E+3")),
                        "{\"f\":-0.0,\"d\":4.9E-324,\"exact\":1E+3}"),
                new Example(
                        new Shape.Decimal(Float.NaN, Double.NEGATIVE_INFINITY, BigDecimal.ZERO),
                        "{\"f\":\"NaN\",\"d\":\"-Infinity\",\"exact\":0}"),
                new Example(
                        new Shape.Plain(
                                true, 'ß', "Zoë \"😀\"\n\\", new UUID(1, 2), URI.create("https://example.org/a?b=c")),
                        "{\"flag\":true,\"letter\":\"ß\",\"text\":\"Zoë \\\"😀\\\"\\n\\\\\","
                                + "\"id\":\"00000000-0000-0001-0000-000000000002\","
                                + "\"uri\":\"https://example.org/a?b=c\"}"),
                new Example(new Shape.Boxed(1, null, 3L), "{\"number\":1,\"flag\":null,\"other\":3}"),
                new Example(
                        new Shape.Moments(
                                Instant.parse("2026-03-04T05:06:07.123456789Z"),
                                OffsetDateTime.parse("2026-03-04T05:06:07+02:00"),
                                ZonedDateTime.parse("2026-03-04T05:06:07+01:00[Europe/Paris]")),
                        "{\"at\":\"2026-03-04T05:06:07.123456789Z\",\"offset\":\"2026-03-04T05:06:07+02:00\","
                                + "\"zoned\":\"2026-03-04T05:06:07+01:00[Europe/Paris]\"}"),
                new Example(
                        new Shape.Calendar(
                                LocalDate.of(2026, 3, 4),
                                LocalTime.of(5, 6),
                                LocalDateTime.of(2026, 3, 4, 5, 6, 7),
                                Duration.ofSeconds(90)),
                        "{\"day\":\"2026-03-04\",\"time\":\"05:06:00\",\"both\":\"2026-03-04T05:06:07\","
                                + "\"lasted\":\"PT1M30S\"}"),
                new Example(
                        new Shape.Maybe(Optional.of("quick"), Optional.of(LINE)),
                        "{\"text\":\"quick\",\"line\":{\"sku\":\"book\",\"quantity\":2,"
                                + "\"inside\":{\"sku\":\"page\",\"quantity\":1,\"inside\":null}}}"),
                new Example(new Shape.Maybe(Optional.empty(), Optional.empty()), "{\"text\":null,\"line\":null}"),
                new Example(
                        new Shape.Many(
                                List.of(LINE),
                                List.of(List.of(1, 2), List.of()),
                                new LinkedHashSet<>(List.of("c", "a", "b")),
                                inThisOrder("z", BigDecimal.ONE, "a", new BigDecimal("2.50"))),
                        "{\"lines\":[{\"sku\":\"book\",\"quantity\":2,"
                                + "\"inside\":{\"sku\":\"page\",\"quantity\":1,\"inside\":null}}],"
                                + "\"grid\":[[1,2],[]],\"set\":[\"a\",\"b\",\"c\"],"
                                + "\"prices\":{\"a\":2.50,\"z\":1}}"),
                new Example(
                        new Shape.ByEnum(new EnumMap<>(Map.of(Carrier.BIKE, 2, Carrier.POST, 1)), Carrier.POST),
                        "{\"counts\":{\"POST\":1,\"BIKE\":2},\"carrier\":\"POST\"}"),
                new Example(
                        new Shape.Moments(
                                Instant.EPOCH,
                                OffsetDateTime.parse("1970-01-01T00:00:00Z"),
                                ZonedDateTime.parse("1970-01-01T00:00:00Z[UTC]")),
                        "{\"at\":\"1970-01-01T00:00:00Z\",\"offset\":\"1970-01-01T00:00:00Z\","
                                + "\"zoned\":\"1970-01-01T00:00:00Z[UTC]\"}"),
                new Example(
                        new Shape.Untyped(Map.of("price", new BigDecimal("12345678901234567890.10"))),
                        "{\"values\":{\"price\":12345678901234567890.10}}"),
                new Example(new Shape.WithMethods(11, 1), "{\"zebra\":11,\"apple\":1}"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_event_is_recorded_as_exactly_this_text(Example example) {
        assertThat(codec.encode(example.event()).data().text()).isEqualTo(example.json());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void the_recorded_text_becomes_the_equal_event(Example example) {
        String type = example.event().getClass().getSimpleName();
        assertThat(codec.decode(recorded(NewEvent.json(type, example.json())))).containsExactly(example.event());
    }

    private static Map<String, BigDecimal> inThisOrder(String one, BigDecimal first, String two, BigDecimal second) {
        Map<String, BigDecimal> map = new LinkedHashMap<>();
        map.put(one, first);
        map.put(two, second);
        return map;
    }

    @Test
    void times_keep_their_offset_and_zone_whatever_the_mappers_time_zone() {
        Shape event = new Shape.Moments(
                Instant.EPOCH,
                OffsetDateTime.parse("2026-03-04T05:06:07+02:00"),
                ZonedDateTime.parse("2026-03-04T05:06:07+01:00[Europe/Paris]"));
        JacksonCodec<Shape> far = JacksonCodec.forEvents(Shape.class)
                .mapper(JacksonCodec.standardMapper()
                        .rebuild()
                        .defaultTimeZone(TimeZone.getTimeZone("Asia/Tokyo"))
                        .build())
                .build();
        assertThat(far.encode(event).data()).isEqualTo(codec.encode(event).data());
        assertThat(far.decode(recorded(far.encode(event)))).containsExactly(event);
    }

    @Test
    void the_order_of_members_and_white_space_do_not_matter() {
        assertThat(decoded("WithMethods", " {\n\"apple\" : 1 ,\r\t\"zebra\":11} "))
                .isEqualTo(new Shape.WithMethods(11, 1));
    }

    @Test
    void members_that_the_record_does_not_have_are_passed_over() {
        assertThat(decoded("WithMethods", "{\"zebra\":11,\"total\":12,\"more\":{\"x\":[1]},\"apple\":1}"))
                .isEqualTo(new Shape.WithMethods(11, 1));
        assertThat(decoded("Maybe", "{\"line\":{\"sku\":\"a\",\"quantity\":1,\"weight\":3}}"))
                .isEqualTo(new Shape.Maybe(Optional.empty(), Optional.of(new Line("a", 1, Optional.empty()))));
    }

    @Test
    void of_what_is_missing_an_optional_is_empty_and_another_object_null() {
        assertThat(decoded("Maybe", "{}")).isEqualTo(new Shape.Maybe(Optional.empty(), Optional.empty()));
        assertThat(decoded("Boxed", "{}")).isEqualTo(new Shape.Boxed(null, null, null));
        assertThat(decoded("Many", "{}")).isEqualTo(new Shape.Many(null, null, null, null));
    }

    @Test
    void a_whole_number_becomes_a_decimal_without_loss() {
        assertThat(decoded("Decimal", "{\"f\":1,\"d\":2,\"exact\":3}"))
                .isEqualTo(new Shape.Decimal(1f, 2.0, new BigDecimal("3")));
    }

    @Test
    void random_events_come_back_equal() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Shape event = randomShape(random);
            NewEvent encoded = codec.encode(event);
            assertThat(codec.decode(recorded(encoded)))
                    .as("seed %d, round %d: %s", seed, i, encoded.data())
                    .containsExactly(event);
            assertThat(codec.encode(event).data())
                    .as("seed %d, round %d: the same text again", seed, i)
                    .isEqualTo(Payload.json(encoded.data().text()));
        }
    }

    private static Shape randomShape(Random random) {
        return switch (random.nextInt(5)) {
            case 0 ->
                new Shape.Whole(
                        (byte) random.nextInt(),
                        (short) random.nextInt(),
                        random.nextInt(),
                        random.nextLong(),
                        new BigInteger(200, random));
            case 1 ->
                new Shape.Decimal(
                        Float.intBitsToFloat(random.nextInt()),
                        Double.longBitsToDouble(random.nextLong()),
                        new BigDecimal(new BigInteger(100, random), random.nextInt(60) - 30));
            case 2 ->
                new Shape.Maybe(
                        random.nextBoolean() ? Optional.of(text(random)) : Optional.empty(),
                        random.nextBoolean() ? Optional.of(line(random, 5)) : Optional.empty());
            case 3 -> {
                List<Line> lines = new ArrayList<>();
                Map<String, BigDecimal> prices = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    lines.add(line(random, 3));
                    prices.put(text(random), BigDecimal.valueOf(random.nextLong(), random.nextInt(10)));
                }
                yield new Shape.Many(lines, List.of(), Set.of(text(random)), prices);
            }
            default ->
                new Shape.Moments(
                        Instant.ofEpochSecond(
                                random.nextLong(-9_000_000_000L, 9_000_000_000L), random.nextInt(1_000_000_000)),
                        OffsetDateTime.parse("2026-01-01T00:00:00-09:30").plusNanos(random.nextLong()),
                        ZonedDateTime.parse("2026-01-01T00:00:00+09:00[Asia/Tokyo]")
                                .plusNanos(random.nextLong()));
        };
    }

    private static Line line(Random random, int depth) {
        boolean more = depth > 0 && random.nextBoolean();
        return new Line(text(random), random.nextInt(), more ? Optional.of(line(random, depth - 1)) : Optional.empty());
    }

    /** Any text that is valid Unicode without U+0000, control characters and pairs of surrogates included. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            int point = 1 + random.nextInt(random.nextBoolean() ? 0x7f : Character.MAX_CODE_POINT);
            text.appendCodePoint(point >= 0xd800 && point < 0xe000 ? ' ' : point);
        }
        return text.toString();
    }

    private Shape decoded(String type, String data) {
        return codec.decode(recorded(NewEvent.json(type, data))).get(0);
    }
}
