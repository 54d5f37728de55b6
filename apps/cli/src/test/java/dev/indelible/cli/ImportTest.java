package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Envelope;
import dev.indelible.event.RecordedEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
    @TempDir
    private Path directory;

    private String url;

    @BeforeEach
    void choose_a_store() {
        url = "embedded:" + directory.resolve("store");
    }

    @Test
    void importing_twice_records_each_event_once() throws IOException {
        List<String> lines = Samples.mixed(2_000, 50, 1);
        String file = Samples.file(directory, lines).toString();

        Cli.Result first = Cli.run("import", file, "--to", url);
        Cli.Result second = Cli.run("import", file, "--to", url);

        assertThat(first.err()).matches("2000 events read, 2000 new, 0 known, 50 streams, \\d+ events/s\\n");
        assertThat(second.err()).matches("2000 events read, 0 new, 2000 known, 50 streams, \\d+ events/s\\n");
        assertThat(List.of(first.exitCode(), second.exitCode())).containsOnly(0);
        assertThat(first.out() + second.out()).isEmpty();
        assertThat(Samples.exported(url).stream().map(event -> event.id().toString()))
                .containsExactlyInAnyOrderElementsOf(Samples.ids(lines));
    }

    @Test
    void each_stream_has_the_order_of_the_lines() {
        List<String> lines = Samples.mixed(5_000, 7, System.nanoTime());

        assertThat(Cli.runOn(String.join("\n", lines), "import", "-", "--to", url)
                        .exitCode())
                .isZero();

        Map<String, Integer> last = new HashMap<>();
        for (RecordedEvent event : Samples.exported(url)) {
            int number = last.merge(event.stream().value(), 1, Integer::sum);
            assertThat(event.version()).isEqualTo(number);
            assertThat(event.data().text()).isEqualTo("{\"n\":" + number + "}");
        }
        assertThat(last.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(5_000);
    }

    @Test
    void across_streams_no_event_is_further_off_its_place_than_the_help_says() {
        List<String> lines = Samples.mixed(6_000, 1_500, System.nanoTime());
        assertThat(Cli.runOn(String.join("\n", lines), "import", "-", "--to", url)
                        .exitCode())
                .isZero();

        Map<String, Integer> placeInFile = new HashMap<>();
        Samples.ids(lines).forEach(id -> placeInFile.put(id, placeInFile.size()));
        List<RecordedEvent> events = Samples.exported(url);
        for (int i = 0; i < events.size(); i++) {
            assertThat(Math.abs(placeInFile.get(events.get(i).id().toString()) - i))
                    .isLessThan(1_024);
        }
        assertThat(Cli.run("import", "--help").out()).contains("1,024 places");
    }

    @Test
    void in_order_keeps_the_order_of_the_whole_file() {
        List<String> lines = Samples.mixed(500, 100, System.nanoTime());

        assertThat(Cli.runOn(String.join("\n", lines), "import", "-", "--in-order", "--to", url)
                        .exitCode())
                .isZero();

        assertThat(Samples.exported(url).stream().map(event -> event.id().toString()))
                .containsExactlyElementsOf(Samples.ids(lines));
    }

    @Test
    void a_bad_line_is_named_and_what_stands_before_it_stays() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                Samples.line("Order-1", 1),
                Samples.line("Order-2", 1),
                "",
                Samples.line("Order-1", 2),
                "{\"event_id\":"));
        lines.add(Samples.line("Order-3", 1));
        String file = Samples.file(directory, lines).toString();

        Cli.Result result = Cli.run("import", file, "--to", url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("3 events read, 3 new, 0 known, 2 streams, ")
                .endsWith("\nindelible: " + file
                        + ": line 5: event: invalid JSON at byte 12: the value is missing"
                        + " (3 events of this input are in the store and stay)\n");
        assertThat(Samples.exported(url)).hasSize(3);
    }

    @Test
    void an_event_without_stream_or_id_is_refused() {
        String id = "\"event_id\":\"00000000-0000-0000-0000-000000000001\"";
        String rest = "\"event_type\":\"T\",\"data\":{\"event_id\":\"x\"}";

        assertThat(Cli.runOn("{" + id + "," + rest + "}", "import", "-", "--to", url)
                        .err())
                .contains("indelible: stdin: line 1: stream_id: missing (expected: ");
        assertThat(Cli.runOn("{\"stream_id\":\"S\"," + rest + "}", "import", "-", "--to", url)
                        .err())
                .contains("indelible: stdin: line 1: event_id: missing (expected: a UUID, ");
        assertThat(Samples.exported(url)).isEmpty();
    }

    @Test
    void an_id_is_one_however_it_is_spelt() {
        String spelt = "{\"event_id\":\"ABCDEF00-0000-0000-0000-00000000000%s\",\"stream_id\":\"S\","
                + "\"event_type\":\"T\",\"data\":{}}";

        Cli.Result result = Cli.runOn(spelt.formatted("\\u0031"), "import", "-", "--to", url);
        Cli.Result again = Cli.runOn(spelt.formatted("1"), "import", "-", "--to", url);

        assertThat(result.err()).contains("1 new, 0 known");
        assertThat(again.err()).contains("0 new, 1 known");
    }

    @Test
    void an_id_with_other_content_is_named_and_nothing_after_it_in_its_stream_is_recorded() {
        String first = Samples.line("Order-1", 1);
        Cli.runOn(first + "\n" + Samples.line("Order-1", 2), "import", "-", "--to", url);
        List<String> lines =
                new ArrayList<>(List.of(first, Samples.line("Order-1", 2).replace("\"n\":2", "\"n\":7")));
        for (int i = 3; i < 100; i++) {
            lines.add(Samples.line("Order-1", i));
        }

        Cli.Result result = Cli.runOn(String.join("\n", lines), "import", "-", "--to", url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("indelible: stdin: line 2: event_id "
                        + Samples.ids(lines).get(1) + ": recorded with other content (expected: ");
        assertThat(Samples.exported(url)).hasSize(2);
    }

    @Test
    void all_lines_before_a_refused_one_are_recorded_also_those_of_other_streams() {
        List<String> lines = new ArrayList<>(Samples.mixed(600, 100, System.nanoTime()));
        Cli.runOn(lines.get(500), "import", "-", "--to", url);
        lines.set(500, lines.get(500).replace("\"n\":", "\"m\":"));

        Cli.Result result = Cli.runOn(String.join("\n", lines), "import", "-", "--to", url);

        assertThat(result.err()).contains("indelible: stdin: line 501: event_id ");
        assertThat(Samples.exported(url).stream().map(event -> event.id().toString()))
                .containsAll(Samples.ids(lines.subList(0, 500)));
        String stream = Samples.streams(lines).get(500);
        List<String> after = Samples.ids(lines.subList(501, 600));
        assertThat(Samples.exported(url))
                .noneMatch(event -> event.stream().value().equals(stream)
                        && after.contains(event.id().toString()));
    }

    @Test
    void version_and_position_in_the_file_are_passed_over() {
        String line = Samples.line("Order-1", 1).replace("\"data\"", "\"version\":41,\"global_position\":9,\"data\"");

        assertThat(Cli.runOn(line, "import", "-", "--to", url).exitCode()).isZero();

        assertThat(Samples.exported(url).get(0).version()).isEqualTo(1);
    }

    @Test
    void gzip_is_seen_by_its_first_bytes_in_a_file_and_on_standard_input() throws IOException {
        byte[] gzip = Samples.gzip(Samples.mixed(100, 5, 2));
        Path file = Files.write(directory.resolve("no-name-that-tells"), gzip);

        assertThat(Cli.run("import", file.toString(), "--to", url).err())
                .startsWith("100 events read, 100 new, 0 known");
        assertThat(Cli.runOn(new ByteArrayInputStream(gzip), "import", "-", "--to", url)
                        .err())
                .startsWith("100 events read, 0 new, 100 known");
    }

    @Test
    void of_compressed_files_one_after_the_other_in_a_slow_pipe_all_are_read() throws IOException {
        List<String> lines = Samples.mixed(300, 5, 3);
        // What comes through a pipe bit by bit: one file is at its end, and nothing of the next is there yet.
        InputStream slow = new SequenceInputStream(
                new ByteArrayInputStream(Samples.gzip(lines.subList(0, 100))),
                new SequenceInputStream(
                        new ByteArrayInputStream(Samples.gzip(lines.subList(100, 200))),
                        new ByteArrayInputStream(Samples.gzip(lines.subList(200, 300)))));

        Cli.Result result = Cli.runOn(slow, "import", "-", "--to", url);

        assertThat(result.err()).startsWith("300 events read, 300 new, 0 known");
    }

    @Test
    void a_compressed_file_that_breaks_off_is_an_error_and_not_the_end() throws IOException {
        byte[] gzip = Samples.gzip(Samples.mixed(1_000, 5, 4));
        InputStream half = new ByteArrayInputStream(Arrays.copyOf(gzip, gzip.length / 2));

        Cli.Result result = Cli.runOn(half, "import", "-", "--to", url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).containsPattern("indelible: stdin: line \\d+: cannot be read: it ends too early");
        assertThat(Samples.exported(url)).isNotEmpty();
    }

    @Test
    void a_compressed_file_of_a_few_bytes_is_named() throws IOException {
        Path file = Files.write(directory.resolve("x.gz"), Arrays.copyOf(Samples.gzip(List.of("")), 5));

        Cli.Result result = Cli.run("import", file.toString(), "--to", url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("indelible: " + file + ": line 1: cannot be read: it ends too early");
    }

    @Test
    void bytes_behind_a_compressed_file_that_are_no_such_file_are_an_error() throws IOException {
        byte[] gzip = Samples.gzip(Samples.mixed(100, 5, 6));
        for (String behind : List.of("x", "no gzip at all, but longer than a header is", "\u001f", "\0")) {
            InputStream input = new SequenceInputStream(
                    new ByteArrayInputStream(gzip), new ByteArrayInputStream(behind.getBytes(UTF_8)));

            Cli.Result result = Cli.runOn(input, "import", "-", "--to", url);

            assertThat(result.exitCode()).as(behind).isEqualTo(1);
            assertThat(result.err())
                    .startsWith("100 events read, ")
                    .contains("indelible: stdin: line 101: cannot be read: no gzip where the next");
        }
    }

    @Test
    void a_compressed_file_that_is_damaged_is_an_error() throws IOException {
        byte[] gzip = Samples.gzip(Samples.mixed(100, 5, 7));
        for (int place : new int[] {2, 100, gzip.length - 8, gzip.length - 1}) {
            byte[] damaged = gzip.clone();
            damaged[place] ^= 0x55;

            Cli.Result result = Cli.runOn(new ByteArrayInputStream(damaged), "import", "-", "--to", url);

            assertThat(result.exitCode()).as("byte %d", place).isEqualTo(1);
            assertThat(result.err()).hasLineCount(2);
        }
    }

    @Test
    void a_compressed_file_may_bear_a_name_a_comment_and_more() throws IOException {
        byte[] gzip = Samples.gzip(Samples.mixed(100, 5, 8));
        ByteArrayOutputStream named = new ByteArrayOutputStream();
        named.write(gzip, 0, 3);
        named.write(2 + 4 + 8 + 16);
        named.write(gzip, 4, 6);
        named.writeBytes("\2\0ABname\0comment\0CR".getBytes(UTF_8));
        named.write(gzip, 10, gzip.length - 10);

        Cli.Result result = Cli.runOn(new ByteArrayInputStream(named.toByteArray()), "import", "-", "--to", url);

        assertThat(result.err()).startsWith("100 events read, 100 new");
    }

    @Test
    void a_byte_order_mark_at_the_start_is_passed_over() throws IOException {
        List<String> lines = new ArrayList<>(Samples.mixed(3, 1, 9));
        lines.set(0, "\uFEFF" + lines.get(0));

        assertThat(Cli.runOn(String.join("\n", lines), "import", "-", "--to", url)
                        .err())
                .startsWith("3 events read, 3 new");
        assertThat(Cli.runOn(new ByteArrayInputStream(Samples.gzip(lines)), "import", "-", "--to", url)
                        .err())
                .startsWith("3 events read, 0 new, 3 known");
        assertThat(Cli.runOn("\uFEFF", "import", "-", "--to", url).err()).startsWith("0 events read");
        assertThat(Cli.runOn(lines.get(1) + "\n" + lines.get(0), "import", "-", "--to", url)
                        .err())
                .contains("stdin: line 2: ");
    }

    @Test
    void lines_may_end_like_on_windows_and_the_last_one_not_at_all() {
        String lines = Samples.line("Order-1", 1) + "\r\n\r\n" + Samples.line("Order-1", 2);

        assertThat(Cli.runOn(lines, "import", "-", "--to", url).err()).startsWith("2 events read, 2 new");
    }

    @Test
    void a_line_that_is_too_long_is_refused_in_bounded_memory() throws IOException {
        byte[] line = Samples.line("Order-1", 1).getBytes(UTF_8);

        try (EventLines fits = EventLines.of(new ByteArrayInputStream(line), line.length);
                EventLines tooLong = EventLines.of(new ByteArrayInputStream(line), line.length - 1)) {
            assertThat(fits.next().event())
                    .isEqualTo(Envelope.decodeProposal(line).event());
            assertThatThrownBy(tooLong::next)
                    .isInstanceOf(EventLines.BadLine.class)
                    .hasMessage("line 1: longer than " + (line.length - 1) + " bytes (expected: one event)");
        }
    }

    @Test
    void a_file_that_is_not_there_is_an_error_and_makes_no_store() {
        Cli.Result missing = Cli.run("import", "missing.ndjson", "--to", url);
        Cli.Result folder = Cli.run("import", directory.toString(), "--to", url);

        assertThat(missing.err()).isEqualTo("indelible: missing.ndjson: no such file\n");
        assertThat(folder.err()).isEqualTo("indelible: " + directory + ": a directory (expected: a file)\n");
        assertThat(directory.resolve("store")).doesNotExist();
    }
}
