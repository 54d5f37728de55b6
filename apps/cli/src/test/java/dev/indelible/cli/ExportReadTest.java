package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.event.Envelope;
import dev.indelible.event.RecordedEvent;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ExportReadTest {
    private static final List<String> LINES = List.of(
            "{\"event_id\":\"00000000-0000-0000-0000-000000000001\",\"stream_id\":\"Order-ü 1/2\","
                    + "\"event_type\":\"Placed\","
                    + "\"schema_version\":3,\"data\":{\"total\":12345678901234567890.10,\"note\":\"a\\nb\"},"
                    + "\"metadata\":{\"user_id\":\"u\"},\"tags\":[\"customer:1\",\"shop:2\"]}",
            "{\"event_id\":\"00000000-0000-0000-0000-000000000002\",\"stream_id\":\"Order-2\","
                    + "\"event_type\":\"Placed\","
                    + "\"data_base64\":\"AAEC/w==\",\"tags\":[\"customer:1\"]}",
            "{\"event_id\":\"00000000-0000-0000-0000-000000000003\",\"stream_id\":\"Order-ü 1/2\","
                    + "\"event_type\":\"Paid\","
                    + "\"data\":null,\"metadata_base64\":\"/w==\"}",
            "{\"event_id\":\"00000000-0000-0000-0000-000000000004\",\"stream_id\":\"Stock-9\",\"event_type\":\"Taken\","
                    + "\"data\":[1.0,1e2,true]}");

    @TempDir
    private Path directory;

    private String url;

    @BeforeEach
    void fill_a_store() {
        url = "embedded:" + directory.resolve("store");
        assertThat(Cli.runOn(String.join("\n", LINES), "import", "-", "--in-order", "--to", url)
                        .exitCode())
                .isZero();
    }

    @Test
    void what_is_exported_and_imported_elsewhere_is_the_same_but_for_the_time_of_recording() {
        String other = "embedded:" + directory.resolve("other");

        String exported = Cli.run("export", "--from", url).out();
        assertThat(Cli.runOn(exported, "import", "-", "--in-order", "--to", other)
                        .exitCode())
                .isZero();

        assertThat(withoutTime(Cli.run("export", "--from", other).lines()))
                .isEqualTo(withoutTime(exported.lines().toList()))
                .hasSize(4);
        assertThat(exported)
                .contains("\"data\":{\"total\":12345678901234567890.10,\"note\":\"a\\nb\"}")
                .contains("\"data_base64\":\"AAEC/w==\"")
                .contains("\"data\":[1.0,1e2,true]");
    }

    @Test
    void export_takes_filters() {
        assertThat(positions("export", "--category", "Order")).containsExactly(1L, 2L, 3L);
        assertThat(positions("export", "--category", "Order", "--type", "Paid", "--type", "Taken"))
                .containsExactly(3L);
        assertThat(positions("export", "--tag", "customer:1", "--tag", "shop:2"))
                .containsExactly(1L);
        assertThat(positions("export", "--stream", "Order-ü 1/2", "--after", "1"))
                .containsExactly(3L);
    }

    @Test
    void read_takes_a_stream_and_a_range() {
        assertThat(positions("read")).containsExactly(1L, 2L, 3L, 4L);
        assertThat(positions("read", "Order-ü 1/2")).containsExactly(1L, 3L);
        assertThat(positions("read", "Order-ü 1/2", "--from-version", "2")).containsExactly(3L);
        assertThat(positions("read", "Order-ü 1/2", "--from-version", "1", "--type", "Paid"))
                .containsExactly(3L);
        assertThat(positions("read", "--backwards", "--limit", "2")).containsExactly(4L, 3L);
        assertThat(positions("read", "--after", "2", "--limit", "1")).containsExactly(3L);
        assertThat(positions("read", "--limit", "0")).isEmpty();
        assertThat(positions("read", "Order-404")).isEmpty();
    }

    @Test
    void a_stream_and_a_category_are_not_taken_together() {
        Cli.Result result = Cli.run("read", "Order-2", "--category", "Order", "--from", url);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo("indelible: --category: given beside the stream Order-2 (expected: one of them)"
                        + " (see: indelible read --help)\n");
    }

    @Test
    void versions_without_a_stream_are_not_understood() {
        Cli.Result result = Cli.run("read", "--from-version", "2", "--from", url);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).startsWith("indelible: --from-version: 2 without a stream (expected: STREAM)");
    }

    @Test
    void a_closed_pipe_ends_it_quietly() {
        assertThat(exportTo(new Failing("Broken pipe"), false)).isEqualTo(new Cli.Result(0, "", ""));
        assertThat(exportTo(new Failing("Tubería rota"), true)).isEqualTo(new Cli.Result(0, "", ""));
    }

    @Test
    void a_full_disk_is_an_error() {
        assertThat(exportTo(new Failing("No space left on device"), false))
                .isEqualTo(new Cli.Result(1, "", "indelible: stdout: No space left on device\n"));
    }

    @Test
    @Timeout(60)
    void a_process_whose_reader_has_gone_ends_quietly() throws Exception {
        Cli.runOn(String.join("\n", Samples.mixed(5_000, 10, 5)), "import", "-", "--to", url);

        Process export = Cli.start("export", "--from", url);
        try {
            try (BufferedReader reader = export.inputReader(UTF_8)) {
                assertThat(reader.readLine()).contains("\"global_position\":1,");
            }
            assertThat(new String(export.getErrorStream().readAllBytes(), UTF_8))
                    .isEmpty();
            assertThat(export.waitFor()).isZero();
        } finally {
            export.destroyForcibly();
        }
    }

    private List<Long> positions(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--from";
        all[arguments.length + 1] = url;
        Cli.Result result = Cli.run(all);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.lines().stream()
                .map(line -> Envelope.decode(line.getBytes(UTF_8)))
                .map(RecordedEvent::position)
                .map(position -> position.value())
                .toList();
    }

    private static List<String> withoutTime(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("\"recorded_at\":\"[^\"]*\"", ""))
                .toList();
    }

    private Cli.Result exportTo(OutputStream out, boolean isPipe) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                InputStream.nullInputStream(), out, new PrintStream(err, true, UTF_8), false, isPipe, false);
        return new Cli.Result(Main.run(console, "export", "--from", url), "", err.toString(UTF_8));
    }

    /** An output that cannot be written. */
    private static final class Failing extends OutputStream {
        private final String message;

        Failing(String message) {
            this.message = message;
        }

        @Override
        public void write(int b) throws IOException {
            throw new IOException(message);
        }
    }
}
