package dev.indelible.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.Codec;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaFileTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void inADirectoryThatIsNotThereYet() {
        file = directory.resolve("schemas/events.json");
    }

    @Test
    void the_file_is_readable_and_in_a_stable_order() throws IOException {
        EventSchemas.of(new Described()
                        .with("B\"é", 1)
                        .with("A", 10, "z: text", "a[].b: optional time")
                        .with("A", 9, "z: text"))
                .verify(file);
        assertThat(file).hasContent("""
                {
                  "A": {
                    "9": {
                      "fields": {
                        "z": "text"
                      },
                      "sample": {}
                    },
                    "10": {
                      "fields": {
                        "a[].b": "optional time",
                        "z": "text"
                      },
                      "sample": {}
                    }
                  },
                  "B\\"é": {
                    "1": {
                      "fields": {},
                      "sample": {}
                    }
                  }
                }
                """);
    }

    @Test
    void the_file_is_written_only_if_something_is_new() throws IOException {
        EventSchemas.of(new Described().with("A", 1, "f: text")).verify(file);
        String reformatted = Files.readString(file).replace("\n", "\r\n").replace("  ", "\t");
        Files.writeString(file, reformatted);
        Files.setLastModifiedTime(file, LONG_AGO);

        EventSchemas.of(new Described().with("A", 1, "f: text")).verify(file);
        assertThat(Files.readString(file)).isEqualTo(reformatted);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);

        EventSchemas.of(new Described().with("A", 1, "f: text", "g: optional text"))
                .verify(file);
        assertThat(Files.readString(file)).contains("        \"g\": \"optional text\"\n");
    }

    @Test
    void a_check_writes_nothing() {
        assertThat(EventSchemas.of(new Described().with("A", 1)).check(file).additions())
                .containsExactly("A, schema version 1: new");
        assertThat(file.getParent()).doesNotExist();
    }

    @Test
    void with_a_fault_nothing_is_written_and_each_fault_is_a_line_with_its_remedy() throws IOException {
        EventSchemas.of(new Described().with("A", 1, "f: text", "g: text")).verify(file);
        String before = Files.readString(file);
        assertThatThrownBy(() -> EventSchemas.of(
                                new Described().with("A", 1, "f: time").with("New", 1))
                        .verify(file))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(file + ": 2 faults, and the file was not changed\n- A, schema version 1, field")
                .hasMessageContaining("\n- A, schema version 1, field g: it is gone")
                .hasMessageContaining("\n- A, schema version 1, field f: its type was text, is time. Remedy: ");
        assertThat(file).hasContent(before);
    }

    @Test
    void a_sample_that_somebody_has_broken_into_lines_stays_the_same_value() throws IOException {
        EventSchemas.of(new Described().with("A", 1, "f: text")).verify(file);
        Files.writeString(file, Files.readString(file).replace("{}", "{\n\"f\" : \"a\\nb\",\r\n\"g\":1.50 }"));
        EventSchemas.of(new Described().with("A", 1, "f: text").with("B", 1)).verify(file);
        assertThat(Files.readString(file)).contains("\"sample\": { \"f\" : \"a\\nb\", \"g\":1.50 }\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "nonsense                                      # , line 1: schemas: invalid JSON at byte 0",
                "``                                            # , line 1: schemas: invalid JSON",
                "[]                                            # , line 1: schemas: invalid JSON at byte 0",
                "{¶¶  'A': {'1': }¶}                           # , line 3: schemas: invalid JSON at byte 16",
                "{'A': {}, ¶'A': {}}                           # , line 2: schemas: invalid JSON",
                "{'A': 3}                                      # , A: 3 (expected: an object)",
                "{'A': {'one': {}}}                            # , A.one: \"one\" (expected: a schema version",
                "{'A': {'0': {}}}                              # , A.0: \"0\" (expected: a schema version",
                "{'A': {'99999999999': {}}}                    # , A.99999999999: ",
                "{'A': {'1': []}}                              # , A.1: [] (expected: an object)",
                "{'A': {'1': {'fields': {}}}}                  # , A.1: members [fields] (expected: fields and sample)",
                "{'A': {'1': {'fields': {}, 'sample': {}, 'x': 1}}} # , A.1: members",
                "{'A': {'1': {'fields': [], 'sample': {}}}}    # , A.1.fields: [] (expected: an object)",
                "{'A': {'1': {'fields': {'f': 1}, 'sample': {}}}} # , A.1.fields.f: 1 (expected: a type",
                "{'A': {'1': {'fields': {'f': ''}, 'sample': {}}}} # , A.1.fields.f: \"\" (expected: a type",
                "{'A': {'1': {'fields': {'f': 'optional '}, 'sample': {}}}} # , A.1.fields.f: \"optional \" (expected",
                "{'': {'1': {'fields': {}, 'sample': {}}}}     # , .1: event_type",
            })
    void a_file_that_is_no_such_file_is_an_error_with_its_place_and_stays(String text, String message)
            throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.replace('\'', '"').replace('¶', '\n'));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventSchemas.of(new Described().with("A", 1)).verify(file))
                .withMessageStartingWith(file + message);
        assertThat(Files.readString(file)).isEqualTo(text.replace('\'', '"').replace('¶', '\n'));
    }

    @Test
    void what_cannot_be_read_or_written_is_named() throws IOException {
        Files.createDirectories(file);
        assertThatThrownBy(() -> EventSchemas.of(new Described().with("A", 1)).verify(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(file + ": it cannot be read: ");
        Path below = directory.resolve("a-file");
        Files.writeString(below, "");
        assertThatThrownBy(() -> EventSchemas.of(new Described().with("A", 1)).verify(below.resolve("events.json")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(below.resolve("events.json") + ": it cannot be ");
    }

    @Test
    void a_codec_that_does_not_tell_its_schemas_cannot_be_checked() {
        Codec<String> silent = new Codec<>() {
            @Override
            public NewEvent encode(String event) {
                return NewEvent.json(event, "{}");
            }

            @Override
            public List<String> decode(RecordedEvent event) {
                return List.of();
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventSchemas.of(silent).verify(file))
                .withMessageContaining("does not tell its schemas (expected: one that does)");
    }
}
