package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import dev.indelible.journal.Capability;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Promise 11: what is too large or not allowed is a clear error that names value and limit, and records nothing. */
interface LimitsContract extends ContractBase {
    /** JSON that must be refused, for one reason each. */
    List<String> INVALID_JSON = List.of(
            "",
            " ",
            "{",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "nul",
            "01",
            "1.",
            "+1",
            "NaN",
            "'a'",
            "\"a",
            "\"\\x\"",
            "{\"a\":1}{",
            "\"\u0001\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "{\"a\":1,\"\\u0061\":2}",
            "1e99999",
            "// a\n1",
            "[".repeat(600) + "]".repeat(600));

    /** What the journal declares, which must be something that a test can reach. */
    private Limits declared() {
        Limits limits = journal().limits();
        assertThat(limits.dataBytesMax()).isBetween(1_024, 64 << 20);
        assertThat(limits.metadataBytesMax()).isBetween(1_024, 64 << 20);
        assertThat(limits.tagsMax()).isBetween(1, 10_000);
        assertThat(limits.eventsMax()).isBetween(1, 1_000_000);
        assertThat(limits.appendBytesMax()).isBetween(limits.dataBytesMax(), 256 << 20);
        assertThat(limits.streamsMax()).isBetween(1, 10_000);
        assertThat(limits.guardsMax()).isBetween(1, 10_000);
        return limits;
    }

    @Test
    default void data_up_to_its_limit_is_recorded_and_no_more() {
        int max = declared().dataBytesMax();
        NewEvent largest = NewEvent.of("Large", jsonOf(max));
        append("Order-1", largest);
        assertThat(stream("Order-1").get(0).data().size()).isEqualTo(max);
        assertRefused(
                () -> append("Order-1", NewEvent.of("Large", jsonOf(max + 1))), "data bytes: " + (max + 1), "" + max);
        assertRefused(
                () -> append("Order-1", NewEvent.of("Large", Payload.binary(new byte[max + 1]))),
                "data bytes: " + (max + 1),
                "limit: " + max);
    }

    @Test
    default void metadata_and_tags_are_limited() {
        int metadataMax = declared().metadataBytesMax();
        Payload tooLarge = Payload.json("{\"m\":\"" + "x".repeat(metadataMax) + "\"}");
        assertRefused(
                () -> append("Order-1", event("A", 1).withMetadata(tooLarge)),
                "metadata bytes: " + tooLarge.size(),
                "limit: " + metadataMax);
        int tagsMax = declared().tagsMax();
        List<Tag> tooMany = IntStream.rangeClosed(0, tagsMax)
                .mapToObj(i -> Tag.of("tag:" + i))
                .toList();
        if (has(Capability.TAGS)) {
            assertRefused(
                    () -> append("Order-1", event("A", 1).withTags(tooMany)),
                    "tags: " + (tagsMax + 1),
                    "limit: " + tagsMax);
            append("Order-1", event("A", 1).withTags(tooMany.subList(0, tagsMax)));
            assertThat(stream("Order-1").get(0).tags()).isEqualTo(tooMany.subList(0, tagsMax));
        }
    }

    @Test
    default void events_streams_guards_and_bytes_of_an_append_are_limited() {
        Limits limits = declared();
        assertThat(append("Order-1", events(limits.eventsMax())).version()).isEqualTo(limits.eventsMax());
        assertRefused(
                () -> append("Order-1", events(limits.eventsMax() + 1)),
                "events: " + (limits.eventsMax() + 1),
                "limit: " + limits.eventsMax());
        Append streams = ContractBase.to("Order-1", any(), events(1));
        for (int i = 0; i < limits.streamsMax(); i++) {
            streams = streams.and(StreamName.of("Other-" + i), any(), events(1));
        }
        Append tooManyStreams = streams;
        assertRefused(() -> store().append(tooManyStreams), "streams: ", "limit: " + limits.streamsMax());
        Append guards = ContractBase.to("Order-1", any(), events(1));
        for (int i = 0; i <= limits.guardsMax(); i++) {
            guards = guards.unless(EventQuery.category("None"), Position.START);
        }
        Append tooManyGuards = guards;
        assertRefused(() -> store().append(tooManyGuards), "guards: ", "limit: " + limits.guardsMax());
        int count = limits.appendBytesMax() / limits.dataBytesMax() + 1;
        NewEvent[] large = new NewEvent[count];
        for (int i = 0; i < count; i++) {
            large[i] = NewEvent.of("Large", jsonOf(limits.dataBytesMax()));
        }
        assertRefused(() -> append("Order-1", large), "bytes: ", "limit: ");
    }

    @Test
    default void names_up_to_255_bytes_are_recorded_and_no_more() {
        String longest = "Order-" + "ü".repeat(124) + "x";
        append(longest, NewEvent.json("T".repeat(255), "1"));
        assertThat(stream(longest)).hasSize(1);
        assertRefused(() -> append(longest + "x", events(1)), "stream: 256 bytes", "limit: 255");
        assertRefused(() -> append("Order-1", event("T".repeat(256), 1)), "event_type: 256 bytes", "limit: 255");
        assertRefused(() -> event("A", 1).withTags("k:" + "v".repeat(254)), "tag: 256 bytes", "limit: 255");
    }

    @Test
    default void reserved_and_malformed_names_are_refused() {
        assertRefused(() -> append("$system", events(1)), "$system", "reserved");
        assertRefused(() -> append("Order-1", event("$type", 1)), "$type", "reserved");
        if (has(Capability.TAGS)) {
            assertRefused(() -> append("Order-1", event("A", 1).withTags("$tag:1")), "$tag:1", "reserved");
        }
        assertRefused(() -> append("", events(1)), "stream: \"\"", "expected");
        assertRefused(() -> append("Order-\u0000", events(1)), "stream", "U+0000");
        assertRefused(() -> append("Order-\ud800", events(1)), "stream", "surrogate");
        assertRefused(() -> append("Order-1", event("", 1)), "event_type: \"\"", "expected");
        assertRefused(() -> event("A", 1).withTags("novalue"), "tag: \"novalue\"", "key:value");
    }

    @Test
    default void the_system_itself_may_use_reserved_names() {
        Append append = Append.to(StreamName.of("$$Order-1"), ExpectedVersion.noStream(), event("$metadata", 1));
        store().appendAsSystem(append);
        assertThat(store().appendAsSystem(append).repeated()).isTrue();
        assertThat(stream("$$Order-1")).extracting(RecordedEvent::type).containsExactly("$metadata");
        assertThat(stream("Order-1")).isEmpty();
        assertThat(store().read(EventQuery.category("Order")).toList()).isEmpty();
    }

    @Test
    default void invalid_json_is_refused_with_its_place() {
        for (String json : INVALID_JSON) {
            assertRefused(() -> append("Order-1", NewEvent.json("A", json)), "data: invalid JSON at byte", "");
        }
        assertRefused(
                () -> append("Order-1", NewEvent.of("A", Payload.json(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'
                }))),
                "data: invalid JSON at byte 1",
                "UTF-8");
        assertRefused(
                () -> append("Order-1", event("A", 1).withMetadata(Payload.json("[1]"))),
                "metadata: [1]",
                "a JSON object");
    }

    @Test
    default void an_append_without_events_or_with_one_id_twice_is_refused() {
        assertRefused(() -> append("Order-1"), "events: 0", "at least 1");
        NewEvent event = event("A", 1);
        assertRefused(() -> append("Order-1", event, event), event.id().toString(), "twice");
        assertRefused(() -> append("Order-1", event.withSchemaVersion(0)), "schema_version: 0", "1 or more");
    }

    private void assertRefused(ThrowingCallable call, String value, String limit) {
        assertRecordsNothing(() -> assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(value)
                .hasMessageContaining(limit));
    }

    private static Payload jsonOf(int bytes) {
        return Payload.json("\"" + "x".repeat(bytes - 2) + "\"");
    }
}
