package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.event.RecordedEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendTest {
    private static final String ID = "00000000-0000-0000-0000-00000000000a";

    @TempDir
    private Path directory;

    private String url;

    @BeforeEach
    void choose_a_store() {
        url = "embedded:" + directory.resolve("store");
    }

    @Test
    void it_prints_where_the_event_is() {
        Cli.Result result = Cli.run("append", "Order-\"1\"", "Placed", "--data", "{}", "--id", ID, "--to", url);

        assertThat(result.out())
                .isEqualTo("{\"event_id\":\"" + ID + "\",\"stream\":\"Order-\\\"1\\\"\",\"first_version\":1,"
                        + "\"last_version\":1,\"first_position\":1,\"last_position\":1,\"repeated\":false}\n");
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void the_same_id_again_records_nothing_and_prints_the_same_place() {
        String[] command = {"append", "Order-1", "Placed", "--data", "{}", "--id", ID, "--expected", "0", "--to", url};
        String first = Cli.run(command).out();
        Cli.run("append", "Order-1", "Paid", "--data", "{}", "--to", url);

        assertThat(Cli.run(command).out()).isEqualTo(first.replace("\"repeated\":false", "\"repeated\":true"));
        assertThat(Samples.exported(url)).hasSize(2);
    }

    @Test
    void data_comes_from_standard_input_if_it_is_not_given() {
        Cli.runOn("{\"total\":\n 1.10}\n", "append", "Order-1", "Placed", "--to", url);

        assertThat(Samples.exported(url).get(0).data().text()).isEqualTo("{\"total\":  1.10}");
    }

    @Test
    void tags_and_metadata_come_back() {
        Cli.run(
                "append",
                "Order-1",
                "Placed",
                "--data",
                "1",
                "--metadata",
                "{\"user_id\":\"u\"}",
                "--tag",
                "a:b",
                "--tag",
                "c:d:e",
                "--to",
                url);

        RecordedEvent event = Samples.exported(url).get(0);
        assertThat(event.metadata().text()).isEqualTo("{\"user_id\":\"u\"}");
        assertThat(event.tags()).hasToString("[a:b, c:d:e]");
    }

    @Test
    void a_version_that_is_not_the_expected_one_is_refused() {
        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--expected", "exists", "--to", url))
                .isEqualTo("1 indelible: stream Order-1: version 0 (expected: exists)\n");
        Cli.run("append", "Order-1", "Placed", "--data", "{}", "--to", url);
        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--expected", "no_stream", "--to", url))
                .isEqualTo("1 indelible: stream Order-1: version 1 (expected: no_stream)\n");
        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--expected", "7", "--to", url))
                .isEqualTo("1 indelible: stream Order-1: version 1 (expected: 7)\n");
        assertThat(Samples.exported(url)).hasSize(1);
    }

    @Test
    void bad_json_is_refused() {
        assertThat(error("append", "Order-1", "Placed", "--data", "{a", "--to", url))
                .isEqualTo("2 indelible: data: invalid JSON at byte 1: expected '\"'\n");
        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--metadata", "[]", "--to", url))
                .isEqualTo("2 indelible: metadata: [] (expected: a JSON object)\n");
    }

    @Test
    void what_is_not_understood_is_named_with_what_is() {
        assertThat(error("append", "Order-1", "Placed", "--expected", "-1"))
                .isEqualTo("2 indelible: Invalid value for option '--expected': \"-1\""
                        + " (expected: any, no_stream, exists or a number of events) (see: indelible append --help)\n");
        assertThat(error("append", "Order-1", "Placed", "--id", "1-1-1-1-1"))
                .startsWith("2 indelible: Invalid value for option '--id': \"1-1-1-1-1\" (expected: a UUID)");
        assertThat(error("append", "Order-1", "Placed", "--tag", "red"))
                .startsWith("2 indelible: Invalid value for option '--tag' (KEY:VALUE): "
                        + "tag: \"red\" (expected: key:value)");
        assertThat(error("append", "Order-1"))
                .isEqualTo("2 indelible: Missing required parameter: 'TYPE' (see: indelible append --help)\n");
    }

    @Test
    void a_store_that_cannot_be_opened_is_an_error_in_one_line() {
        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--to", "nothing:x"))
                .startsWith("2 indelible: journal URL: no engine for \"nothing\" on the class path (expected: ")
                .endsWith(")\n");
        try (Connection held = Connection.open(url)) {
            assertThat(held.describe().parts()).isNotEmpty();
            assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--to", url))
                    .startsWith("1 indelible: " + directory.resolve("store") + " is held by process "
                            + ProcessHandle.current().pid())
                    .endsWith("give the server's address instead: http://HOST:PORT\n");
        }
    }

    @Test
    void stack_traces_are_shown_if_asked_for() {
        String[] command = {"append", "Order-1", "Placed", "--data", "{", "--to", url};
        String[] asked = {"append", "--stacktrace", "Order-1", "Placed", "--data", "{", "--to", url};

        assertThat(Cli.run(command).err().lines()).hasSize(1);
        assertThat(Cli.run(asked).err()).contains("\tat dev.indelible.event.Json");
    }

    @Test
    void only_a_store_that_is_held_is_said_to_be_served_perhaps() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--to", "embedded:" + file))
                .startsWith("1 indelible: ")
                .doesNotContain("give the server's address");
    }

    @Test
    void a_fault_of_the_machine_is_an_error_in_one_line_too() {
        InputStream faulty = new InputStream() {
            @Override
            public int read() {
                throw new InternalError("a fault");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                return read();
            }
        };

        assertThat(Cli.runOn(faulty, "append", "Order-1", "Placed", "--to", url))
                .isEqualTo(new Cli.Result(1, "", "indelible: java.lang.InternalError: a fault\n"));
    }

    @Test
    void who_types_is_told_that_data_is_read() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console terminal = new Console(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                new PrintStream(err, true, UTF_8),
                true,
                false,
                true);

        assertThat(Main.run(terminal, "append", "Order-1", "Placed", "--to", url))
                .isEqualTo(2);
        assertThat(err.toString(UTF_8)).isEqualTo("""
                        The event's data, as JSON; Ctrl-D ends it:
                        indelible: data: invalid JSON at byte 0: the value is missing
                        """);
    }

    private static String error(String... arguments) {
        Cli.Result result = Cli.run(arguments);
        assertThat(result.out()).isEmpty();
        return result.exitCode() + " " + result.err();
    }
}
