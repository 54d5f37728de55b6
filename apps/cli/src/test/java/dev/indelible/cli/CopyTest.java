package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CopyTest {
    @TempDir
    private Path directory;

    private String from;
    private String to;

    @BeforeEach
    void choose_stores() {
        from = "embedded:" + directory.resolve("from");
        to = "embedded:" + directory.resolve("to");
    }

    private void fill(int events, int streams) {
        String lines = String.join("\n", Samples.mixed(events, streams, 1));
        assertThat(Cli.runOn(lines, "import", "-", "--to", from).exitCode()).isZero();
    }

    /** All that a copy keeps. */
    private static List<String> kept(String url) {
        return Samples.exported(url).stream().map(CopyTest::kept).toList();
    }

    private static String kept(RecordedEvent event) {
        return event.id() + " " + event.stream() + " " + event.version() + " " + event.type() + " "
                + event.schemaVersion() + " " + event.data() + " " + event.metadata() + " " + event.tags();
    }

    @Test
    void a_copy_has_the_same_events_in_the_same_order_and_again_adds_nothing() {
        fill(3_000, 40);
        Cli.Result first = Cli.run("copy", from, to);
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("3000 new, 0 known", "3000 events are the same in both");
        assertThat(kept(to)).isEqualTo(kept(from));
        assertThat(Cli.run("copy", from, to).err())
                .contains("0 events read, 0 new", "3000 events are the same in both");
        fill(3_500, 40);
        assertThat(Cli.run("copy", from, to).err()).contains("500 new", "3500 events are the same in both");
    }

    @Test
    void what_the_system_has_recorded_is_copied_too() throws Exception {
        try (var store = EventStore.open(from)) {
            store.appendAsSystem(Append.to(
                    StreamName.of("$$Order-1"), ExpectedVersion.noStream(), NewEvent.json("$metadata", "{}")));
        }
        assertThat(Cli.run("copy", from, to).err()).contains("1 events are the same in both");
    }

    @Test
    void a_store_that_holds_something_else_is_refused() {
        fill(10, 2);
        Cli.run("append", "Other-1", "Happened", "--data", "{}", "--to", to);
        Cli.Result result = Cli.run("copy", from, to);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("version 1 of Other-1, is not here (expected: an empty store");
        assertThat(kept(to)).hasSize(1);
    }

    @Test
    void what_was_added_to_the_copy_is_found() {
        fill(10, 2);
        Cli.run("copy", from, to);
        String stream = Samples.exported(from).getFirst().stream().value();
        Cli.run("append", stream, "Happened", "--data", "{}", "--to", to);
        Cli.run("append", stream, "Happened", "--data", "{}", "--to", from);
        Cli.Result result = Cli.run("copy", from, to);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("is not here");
    }

    @Test
    void a_server_is_not_copied() {
        Cli.Result result = Cli.run("copy", "http://127.0.0.1:1", to);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("http://127.0.0.1:1: a server (expected: a journal URL");
    }

    @Test
    @Timeout(120)
    void a_copy_that_was_killed_goes_on_where_it_was() throws Exception {
        fill(60_000, 30);
        killInTheMiddle(from, to);
        Cli.Result again = Cli.run("copy", from, to);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err()).contains("60000 events are the same in both");
    }

    /** A copy that ends by a kill when it has recorded something. */
    static void killInTheMiddle(String from, String to) throws Exception {
        Process child = Cli.start("copy", from, to, "--progress");
        try (BufferedReader err = child.errorReader(StandardCharsets.UTF_8)) {
            String line = err.readLine();
            while (line != null && !line.matches("\\d+ events read, [1-9]\\d* new.*")) {
                line = err.readLine();
            }
            assertThat(line).isNotNull();
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
}
