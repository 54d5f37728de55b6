package dev.indelible.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.Codec;
import dev.indelible.schema.EventSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema check on a Jackson codec, from release to release. */
class EventSchemasTest {
    enum Carrier {
        POST,
        BIKE
    }

    sealed interface First {
        record Placed(String item, int pieces, List<Carrier> by) implements First {}

        record Viewed(String page) implements First {}
    }

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("events.json");
    }

    private Path firstRelease() {
        EventSchemas.of(JacksonCodec.of(First.class)).verify(file());
        return file();
    }

    @Test
    void the_first_time_the_file_is_written_with_a_sample_of_each() {
        assertThat(firstRelease()).hasContent("""
                {
                  "Placed": {
                    "1": {
                      "fields": {
                        "by[]": "enum(BIKE|POST)",
                        "item": "text",
                        "pieces": "whole number (int)"
                      },
                      "sample": {"item":"text","pieces":1,"by":["POST"]}
                    }
                  },
                  "Viewed": {
                    "1": {
                      "fields": {
                        "page": "text"
                      },
                      "sample": {"page":"text"}
                    }
                  }
                }
                """);
    }

    sealed interface Compatible {
        record Placed(
                String item,
                long pieces,
                List<Carrier> by,
                Optional<String> note,
                @Nullable String gift) implements Compatible {}

        record Viewed(Optional<String> page) implements Compatible {}

        record Shipped(Carrier carrier) implements Compatible {}
    }

    @Test
    void compatible_additions_pass_and_come_into_the_file_and_old_samples_stay() throws IOException {
        EventSchemas.of(JacksonCodec.of(Compatible.class)).verify(firstRelease());
        assertThat(Files.readString(file()))
                .contains(
                        "\"pieces\": \"whole number (long)\"",
                        "\"note\": \"optional text\"",
                        "\"gift\": \"optional text\"",
                        "\"page\": \"optional text\"",
                        "\"Shipped\": {",
                        "\"sample\": {\"item\":\"text\",\"pieces\":1,\"by\":[\"POST\"]}\n",
                        "\"sample\": {\"carrier\":\"POST\"}");
        assertThat(EventSchemas.of(JacksonCodec.of(Compatible.class))
                        .check(file())
                        .additions())
                .isEmpty();
    }

    sealed interface Incompatible {
        record Placed(String item, String pieces, @Nullable List<Narrow> by, String colour) implements Incompatible {}

        record Viewed(String url) implements Incompatible {}

        enum Narrow {
            BIKE
        }
    }

    @Test
    void every_fault_is_told_at_once_and_the_file_stays() throws IOException {
        String before = Files.readString(firstRelease());
        assertThat(faults(JacksonCodec.of(Incompatible.class)))
                .anyMatch(fault -> fault.startsWith("Placed, schema version 1, field by[]: POST is gone"))
                .anyMatch(fault -> fault.startsWith("Placed, schema version 1, field colour: it is new and required"))
                .anyMatch(fault -> fault.startsWith("Placed, schema version 1, field pieces: its type was whole"))
                .anyMatch(fault -> fault.startsWith("Viewed, schema version 1, field page: it is gone, and url of"))
                .anyMatch(fault -> fault.startsWith("Placed, schema version 1: its sample does not read back any more:"
                        + " event Placed, version 1 of Sample-1: data does not fit "))
                .allMatch(fault -> fault.contains(". Remedy: "))
                .hasSize(5);
        assertThatThrownBy(() ->
                        EventSchemas.of(JacksonCodec.of(Incompatible.class)).verify(file()))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(file() + ": 5 faults, and the file was not changed\n- Placed, schema");
        assertThat(file()).hasContent(before);
    }

    sealed interface Second {
        record Placed(String article, int pieces) implements Second {}
    }

    private static JacksonCodec.Builder<Second> second() {
        return JacksonCodec.forEvents(Second.class).event(Second.Placed.class, "Placed", 2);
    }

    @Test
    void a_version_that_nothing_reads_any_more_and_a_type_that_is_gone_ask_for_upcasters() {
        firstRelease();
        assertThat(faults(second().build()))
                .containsExactly(
                        "Placed, schema version 1: nothing reads it any more: event Placed, version 1 of Sample-1:"
                                + " schema version 1 (expected: 2). Remedy: give the codec an upcaster from Placed,"
                                + " schema version 1, or a record for it; if it has one, correct where that leads",
                        "Viewed, schema version 1: the event type is gone: event Viewed, version 1 of Sample-1: unknown"
                                + " type (expected: one of [Placed]). Remedy: bring its record back, or give the codec"
                                + " an upcaster from Viewed, schema version 1: a rename, a split or a drop");
    }

    @Test
    void with_upcasters_a_new_version_passes_and_the_old_ones_stay_in_the_file() throws IOException {
        firstRelease();
        Upcasters upcasters = Upcasters.none()
                .step("Placed", 1, data -> data.set("article", data.remove("item")))
                .drop("Viewed", 1);
        EventSchemas.of(second().upcasters(upcasters).build()).verify(file());
        assertThat(Files.readString(file()))
                .contains("\"1\": {", "\"2\": {", "\"Viewed\": {", "\"sample\": {\"page\":\"text\"}");
        assertThat(faults(second().upcasters(upcasters).build())).isEmpty();
    }

    @Test
    void an_upcaster_that_leaves_out_what_is_required_is_told() {
        firstRelease();
        Upcasters forgets = Upcasters.none().drop("Viewed", 1).step("Placed", 1, data -> data);
        assertThat(faults(second().upcasters(forgets).build()))
                .containsExactly(
                        "Placed, schema version 1: it is not read any more: it becomes Placed, schema version 2"
                                + " without article. Remedy: correct the upcasters that lead on from it");
    }

    sealed interface Fourth {
        record Placed(String name, int pieces) implements Fourth {}
    }

    @Test
    void of_versions_that_lead_to_a_missing_upcaster_the_last_one_is_told() {
        firstRelease();
        Upcasters toTwo =
                Upcasters.none().drop("Viewed", 1).step("Placed", 1, data -> data.set("article", data.remove("item")));
        EventSchemas.of(second().upcasters(toTwo).build()).verify(file());
        assertThat(faults(JacksonCodec.forEvents(Fourth.class)
                        .event(Fourth.Placed.class, "Placed", 3)
                        .upcasters(toTwo)
                        .build()))
                .singleElement()
                .asString()
                .startsWith("Placed, schema version 2: nothing reads it any more: ")
                .contains("Remedy: give the codec an upcaster from Placed, schema version 2, or a record for it");
    }

    @Test
    void an_upcaster_that_fails_or_leads_nowhere_is_told() {
        firstRelease();
        Upcasters drop = Upcasters.none().drop("Viewed", 1);
        assertThat(faults(second().upcasters(drop.step("Placed", 1, data -> {
                            throw new IllegalStateException("no article");
                        }))
                        .build()))
                .singleElement()
                .asString()
                .contains("upcaster step Placed 1 → Placed 2: it failed: no article");
        assertThat(faults(second().upcasters(drop.step("Placed", 1, data -> data.put("pieces", "many")))
                        .build()))
                .singleElement()
                .asString()
                .contains("data does not fit", "pieces", "(upcast from Placed, schema version 1)");
        assertThat(faults(second().upcasters(drop.rename("Placed", 1, "Placed", 3, data -> data))
                        .build()))
                .singleElement()
                .asString()
                .contains("schema version 3 (expected: 1 or 2) (upcast from Placed, schema version 1)");
    }

    @Test
    void an_old_record_that_is_kept_is_in_the_file_beside_the_new_one() throws IOException {
        JacksonCodec<OrderEvent> codec = JacksonCodec.forEvents(OrderEvent.class)
                .event(OrderEvent.Cancelled.class, "Shipped", 2)
                .build();
        EventSchemas.of(codec).verify(file());
        assertThat(Files.readString(file()).replaceAll("\\s", "")).contains("""
                "Shipped":{"1":{"fields":{"carrier":"enum(BIKE|POST)"},"sample":{"carrier":"POST"}},\
                "2":{"fields":{},"sample":{}}}""");
    }

    sealed interface Strict {
        record Paid(String iban, int cents) implements Strict {
            public Paid {
                if (!iban.startsWith("DE")) {
                    throw new IllegalArgumentException("iban: \"" + iban + "\" (expected: a German one)");
                }
            }
        }
    }

    @Test
    void a_record_that_does_not_take_made_up_values_is_given_a_sample() throws IOException {
        JacksonCodec<Strict> codec = JacksonCodec.of(Strict.class);
        assertThat(faults(codec))
                .singleElement()
                .asString()
                .startsWith("Paid, schema version 1: the sample made for it, {\"iban\":\"text\",\"cents\":1}, does not"
                        + " read back: event Paid, version 1 of Sample-1: data does not fit ")
                .contains("iban: \"text\" (expected: a German one)")
                .contains("Remedy: give one that does by sample(…), or ");
        assertThat(file()).doesNotExist();

        EventSchemas.of(codec).sample(new Strict.Paid("DE1", 5)).verify(file());
        assertThat(Files.readString(file())).contains("\"sample\": {\"iban\":\"DE1\",\"cents\":5}");
        assertThat(faults(codec)).as("the sample is in the file").isEmpty();
    }

    @Test
    void a_record_that_has_become_stricter_than_what_was_recorded_is_told() throws IOException {
        EventSchemas.of(JacksonCodec.of(Strict.class))
                .sample(new Strict.Paid("DE1", 5))
                .verify(file());
        Files.writeString(file(), Files.readString(file()).replace("DE1", "FR1"));
        assertThat(faults(JacksonCodec.of(Strict.class)))
                .singleElement()
                .asString()
                .contains("its sample does not read back any more: ", "(expected: a German one)");
    }

    @Test
    void a_codec_that_passes_over_what_it_does_not_know_is_no_codec_to_check() {
        firstRelease();
        Upcasters upcasters = Upcasters.none()
                .step("Placed", 1, data -> data.set("article", data.remove("item")))
                .drop("Viewed", 1);
        assertThat(faults(second().upcasters(upcasters)
                        .unknownTypes(UnknownTypes.PASS_OVER)
                        .build()))
                .containsExactly("codec: it passes over unknown types, so one that is gone is not seen. Remedy: check"
                        + " one that refuses");
        for (NewerVersions policy : List.of(NewerVersions.PASS_OVER, NewerVersions.READ_AS_LATEST)) {
            assertThat(faults(
                            second().upcasters(upcasters).newerVersions(policy).build()))
                    .singleElement()
                    .asString()
                    .startsWith("codec: it does not refuse schema versions that are newer");
        }
    }

    private List<String> faults(Codec<?> codec) {
        return EventSchemas.of(codec).check(file()).faults().stream()
                .map(Object::toString)
                .toList();
    }
}
