package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Envelope;
import dev.indelible.event.RecordedEvent;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.IndelibleServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServedStoreTest {
    private static final String ID = "00000000-0000-0000-0000-00000000000a";

    private EventStore store;
    private IndelibleServer server;
    private String url;

    @BeforeEach
    void serve_a_store() {
        store = EventStore.on(new MemoryJournal());
        server = IndelibleServer.start(store, "127.0.0.1", 0);
        url = "http://127.0.0.1:" + server.port();
    }

    @AfterEach
    void end() {
        server.close();
        store.close();
    }

    @Test
    void an_event_is_appended_once() {
        String[] command = {
            "append",
            "Order-ü 1/2%",
            "Placed",
            "--data",
            "{\"a\":1.10}",
            "--id",
            ID,
            "--expected",
            "0",
            "--tag",
            "a:b c",
            "--to",
            url
        };

        Cli.Result first = Cli.run(command);
        Cli.Result second = Cli.run(command);

        assertThat(first.out())
                .isEqualTo("{\"event_id\":\"" + ID + "\",\"stream\":\"Order-ü 1/2%\",\"first_version\":1,"
                        + "\"last_version\":1,\"first_position\":1,\"last_position\":1,\"repeated\":false}\n");
        assertThat(second.out()).isEqualTo(first.out().replace("false", "true"));
        assertThat(first.err() + second.err()).isEmpty();
        RecordedEvent event = Samples.exported(url).get(0);
        assertThat(event.data().text()).isEqualTo("{\"a\":1.10}");
        assertThat(event.tags()).hasToString("[a:b c]");
    }

    @Test
    void refusals_are_told_in_the_words_of_the_store() {
        String[] command = {"append", "Order-1", "Placed", "--data", "{}", "--id", ID, "--to", url};
        assertThat(Cli.run(command).exitCode()).isZero();

        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--expected", "no_stream", "--to", url))
                .isEqualTo("1 indelible: stream Order-1: version 1 (expected: no_stream)\n");
        assertThat(error("append", "Order-1", "Placed", "--data", "{}", "--expected", "7", "--to", url))
                .isEqualTo("1 indelible: stream Order-1: version 1 (expected: 7)\n");
        assertThat(error("append", "Order-2", "Placed", "--data", "{}", "--expected", "exists", "--to", url))
                .isEqualTo("1 indelible: stream Order-2: version 0 (expected: exists)\n");
        assertThat(error("append", "Order-1", "Placed", "--data", "[]", "--id", ID, "--to", url))
                .isEqualTo("1 indelible: event_id " + ID
                        + ": recorded with other content (expected: same type, schema version, data and tags)\n");
        assertThat(error("append", "$x", "Placed", "--data", "[]", "--to", url))
                .startsWith("2 indelible: stream: \"$x\" is reserved (expected: ");
    }

    @Test
    void events_are_read_as_from_an_opened_store() {
        fill();

        assertThat(positions("read")).containsExactly(1L, 2L, 3L, 4L);
        assertThat(positions("read", "Order-ü 1/2")).containsExactly(1L, 3L);
        assertThat(positions("read", "Order-ü 1/2", "--from-version", "2")).containsExactly(3L);
        assertThat(positions("read", "Order-ü 1/2", "--from-version", "3")).isEmpty();
        assertThat(positions("read", "Order-ü 1/2", "--from-version", "2", "--type", "Placed"))
                .isEmpty();
        assertThat(positions("read", "Order-ü 1/2", "--from-version", "2", "--type", "Paid", "--limit", "1"))
                .containsExactly(3L);
        assertThat(positions("read", "--backwards", "--limit", "2")).containsExactly(4L, 3L);
        assertThat(positions("read", "--after", "2", "--limit", "1")).containsExactly(3L);
        assertThat(positions("read", "--limit", "0")).isEmpty();
        assertThat(positions("read", "Order-404")).isEmpty();
        assertThat(positions("export", "--category", "Order", "--type", "Paid", "--type", "Taken"))
                .containsExactly(3L);
        assertThat(positions("export", "--tag", "customer:1", "--tag", "shop:a&b"))
                .containsExactly(1L);
    }

    @Test
    void what_is_exported_from_one_server_can_be_imported_into_another() {
        fill();
        try (EventStore other = EventStore.on(new MemoryJournal());
                IndelibleServer otherServer = IndelibleServer.start(other, "127.0.0.1", 0)) {
            String otherUrl = "http://127.0.0.1:" + otherServer.port();
            String exported = Cli.run("export", "--from", url).out();

            Cli.Result result = Cli.runOn(exported, "import", "-", "--in-order", "--to", otherUrl);

            assertThat(result.err()).startsWith("4 events read, 4 new, 0 known, 3 streams, ");
            assertThat(withoutTime(Cli.run("export", "--from", otherUrl).out())).isEqualTo(withoutTime(exported));
        }
    }

    @Test
    void an_import_keeps_the_order_of_each_stream_and_records_each_event_once() {
        String lines = String.join("\n", Samples.mixed(3_000, 20, System.nanoTime()));

        Cli.Result first = Cli.runOn(lines, "import", "-", "--to", url);
        Cli.Result second = Cli.runOn(lines, "import", "-", "--to", url);

        assertThat(first.err()).startsWith("3000 events read, 3000 new, 0 known, 20 streams, ");
        assertThat(second.err()).startsWith("3000 events read, 0 new, 3000 known, 20 streams, ");
        Map<String, Integer> last = new HashMap<>();
        for (RecordedEvent event : Samples.exported(url)) {
            int number = last.merge(event.stream().value(), 1, Integer::sum);
            assertThat(event.data().text()).isEqualTo("{\"n\":" + number + "}");
        }
        assertThat(last.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(3_000);
    }

    @Test
    void an_id_with_other_content_in_an_import_is_named_with_its_line() {
        Cli.runOn(Samples.line("Order-1", 1), "import", "-", "--to", url);
        String other = Samples.line("Order-1", 1).replace("\"n\":1", "\"n\":7");

        Cli.Result result = Cli.runOn("\n" + other, "import", "-", "--to", url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("indelible: stdin: line 2: event_id "
                        + Samples.ids(List.of(other)).get(0) + ": recorded with other content");
    }

    @Test
    void new_events_are_printed_as_they_are_recorded() throws IOException {
        fill();
        Process tail = Cli.start("tail", "--category", "Order", "--after", "1", "--from", url);
        try (BufferedReader lines = tail.inputReader(UTF_8)) {
            assertThat(lines.readLine()).contains("\"global_position\":2,");
            assertThat(lines.readLine()).contains("\"global_position\":3,");

            Cli.run("append", "Stock-1", "Taken", "--data", "{}", "--to", url);
            Cli.run("append", "Order-7", "Placed", "--data", "{}", "--to", url);

            assertThat(lines.readLine()).contains("\"stream_id\":\"Order-7\"").contains("\"global_position\":6,");
        } finally {
            tail.destroyForcibly();
        }
    }

    @Test
    void a_tail_begins_with_what_is_new_and_ends_quietly_when_nobody_reads_it() throws Exception {
        fill();
        Process tail = Cli.start("tail", "--from", url);
        try {
            try (BufferedReader lines = tail.inputReader(UTF_8)) {
                appendUntil(() -> !store.subscriptions().isEmpty());
                assertThat(lines.readLine()).contains("\"stream_id\":\"Later-1\"");
            }
            appendUntil(() -> !tail.isAlive());
            assertThat(tail.waitFor()).isZero();
            assertThat(new String(tail.getErrorStream().readAllBytes(), UTF_8)).isEmpty();
        } finally {
            tail.destroyForcibly();
        }
    }

    @Test
    void a_server_is_described_with_its_journal_and_head() {
        fill();

        Cli.Result result = Cli.run("describe", url);

        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .startsWith("server: " + url + "\n├─ ")
                .contains("memory")
                .contains("head: 4");
    }

    private void fill() {
        Cli.Result result = Cli.runOn("""
                {"event_id":"00000000-0000-0000-0000-000000000001","stream_id":"Order-ü 1/2","event_type":"Placed",\
                "schema_version":3,"data":{"total":12345678901234567890.10},"tags":["customer:1","shop:a&b"]}
                {"event_id":"00000000-0000-0000-0000-000000000002","stream_id":"Order-2","event_type":"Placed",\
                "data_base64":"AAEC/w==","tags":["customer:1"]}
                {"event_id":"00000000-0000-0000-0000-000000000003","stream_id":"Order-ü 1/2","event_type":"Paid",\
                "data":null,"metadata_base64":"/w=="}
                {"event_id":"00000000-0000-0000-0000-000000000004","stream_id":"Stock-9","event_type":"Taken",\
                "data":[1.0,1e2,true]}
                """, "import", "-", "--in-order", "--to", url);
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    /** The test's time limit is the deadline. */
    private void appendUntil(BooleanSupplier enough) {
        do {
            Cli.run("append", "Later-1", "Placed", "--data", "{}", "--to", url);
        } while (!enough.getAsBoolean());
        Cli.run("append", "Later-1", "Placed", "--data", "{}", "--to", url);
    }

    private List<Long> positions(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--from";
        all[arguments.length + 1] = url;
        Cli.Result result = Cli.run(all);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.lines().stream()
                .map(line -> Envelope.decode(line.getBytes(UTF_8)))
                .map(event -> event.position().value())
                .toList();
    }

    private static List<String> withoutTime(String lines) {
        return lines.lines()
                .map(line -> line.replaceFirst("\"recorded_at\":\"[^\"]*\"", ""))
                .toList();
    }

    private static String error(String... arguments) {
        Cli.Result result = Cli.run(arguments);
        assertThat(result.out()).isEmpty();
        return result.exitCode() + " " + result.err();
    }
}
