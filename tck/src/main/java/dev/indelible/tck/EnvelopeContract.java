package dev.indelible.tck;

import static dev.indelible.tck.ContractBase.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.event.Envelope;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.Tag;
import dev.indelible.journal.Capability;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What comes back is what was given: the same JSON as it was spelled, the same bytes, the same envelope. */
interface EnvelopeContract extends ContractBase {
    /** JSON values that are easily damaged on the way. */
    List<String> JSON = List.of(
            "{}",
            "[]",
            "null",
            "true",
            "\"\"",
            "0",
            "-0.0",
            "\"grüße, Жук, 漢字, 😀, \\u00e9, \\ud83d\\ude00, \\\\ \\\" \\/ \\b\\f\\n\\r\\t\"",
            "\"\u007f\u0080\uffff\u2028\u2029\"",
            "9007199254740993",
            "123456789012345678901234567890123456789012345678901234567890",
            "0.1234567890123456789012345678901234567890",
            "1e308",
            "-1.5e-300",
            "1E+400",
            "{\"b\":1,\"a\":{\"\":[{\"c\":null}],\"ü\":\"x\"},\"list\":[1,\"2\",[3]]}",
            " \n{ \"spaced\" :\t[ 1 , 2 ] }\r\n",
            "[".repeat(400) + "]".repeat(400));

    @Test
    default void the_same_json_comes_back_as_it_was_spelled() {
        NewEvent[] events =
                JSON.stream().map(json -> NewEvent.json("Json", json)).toArray(NewEvent[]::new);
        append("Order-1", events);
        assertSameData(events);
        reopened().ifPresent(store -> assertSameData(events));
    }

    @Test
    default void the_same_bytes_come_back() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        List<byte[]> values = List.of(every, new byte[0], new byte[1], "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        NewEvent[] events = values.stream()
                .map(bytes -> NewEvent.of("Binary", Payload.binary(bytes)).withMetadata(Payload.binary(bytes)))
                .toArray(NewEvent[]::new);
        append("Order-1", events);
        List<RecordedEvent> stream = stream("Order-1");
        for (int i = 0; i < events.length; i++) {
            assertThat(stream.get(i).data()).isEqualTo(events[i].data());
            assertThat(stream.get(i).metadata()).isEqualTo(events[i].metadata());
        }
    }

    @Test
    default void the_whole_envelope_comes_back() {
        Metadata metadata = Metadata.NONE
                .withCorrelationId("corr-1")
                .withCausationId("cause-1")
                .withUserId("Zoë")
                .withTimestamp(Instant.parse("2026-02-03T04:05:06.123456Z"))
                .with("trace", "a\"b\\c\n");
        UUID id = UUID.fromString("00000000-0000-0000-0000-000000000001");
        NewEvent event = NewEvent.json("OrderPlaced", "{\"total\":12.50}")
                .withId(id)
                .withSchemaVersion(Integer.MAX_VALUE)
                .withMetadata(metadata);
        NewEvent tagged = has(Capability.TAGS) ? event.withTags("customer:42", "a:b:c", "ü:😀") : event;
        Instant before = Instant.now();
        append("Order-abc-1", tagged);
        RecordedEvent recorded = all().get(0);
        assertThat(recorded.id()).isEqualTo(id);
        assertThat(recorded.stream().category()).isEqualTo("Order");
        assertThat(recorded.stream().id()).isEqualTo("abc-1");
        assertThat(recorded.type()).isEqualTo("OrderPlaced");
        assertThat(recorded.schemaVersion()).isEqualTo(Integer.MAX_VALUE);
        assertThat(Metadata.of(recorded.metadata())).isEqualTo(metadata);
        assertThat(recorded.tags()).containsExactlyElementsOf(tagged.tags());
        assertThat(recorded.recordedAt())
                .isBetween(before.minus(Duration.ofMinutes(5)), Instant.now().plus(Duration.ofMinutes(5)));
        byte[] json = Envelope.encode(recorded).getBytes(StandardCharsets.UTF_8);
        RecordedEvent decoded = Envelope.decode(json);
        assertThat(Envelope.encode(decoded)).isEqualTo(Envelope.encode(recorded));
    }

    @Test
    default void ids_default_to_unique_ones_that_sort_by_time() {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            ids.add(event("A", i).id());
        }
        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.version() == 7 && id.variant() == 2);
        assertThat(ids.stream().map(id -> id.getMostSignificantBits() >>> 16)).isSorted();
    }

    @Test
    default void many_tags_and_streams_keep_their_own() {
        for (int i = 0; i < 30; i++) {
            NewEvent event = event("A", i);
            append("Order-" + i, has(Capability.TAGS) ? event.withTags(List.of(Tag.of("n:" + i))) : event);
        }
        for (int i = 0; i < 30; i++) {
            RecordedEvent recorded = stream("Order-" + i).get(0);
            assertThat(recorded.data()).isEqualTo(Payload.json("{\"number\":" + i + "}"));
            assertThat(recorded.tags()).isEqualTo(has(Capability.TAGS) ? List.of(Tag.of("n:" + i)) : List.of());
        }
    }

    private void assertSameData(NewEvent[] events) {
        List<RecordedEvent> stream = stream("Order-1");
        assertThat(stream).hasSize(events.length);
        for (int i = 0; i < events.length; i++) {
            assertThat(stream.get(i).data()).isEqualTo(events[i].data());
        }
    }
}
