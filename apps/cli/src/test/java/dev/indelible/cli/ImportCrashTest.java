package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.event.RecordedEvent;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ImportCrashTest {
    private static final Pattern PROGRESS = Pattern.compile("\\d+ events read, (\\d+) new, .*");
    private static final Duration END_WAIT = Duration.ofSeconds(20);
    private static final int EVENTS = 100_000;

    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void an_import_that_was_killed_is_completed_by_running_it_again() throws Exception {
        String url = "embedded:" + directory.resolve("store");
        List<String> lines = Samples.mixed(EVENTS, 300, System.nanoTime());
        Path file = Samples.file(directory, lines);

        Process child = Cli.start("import", "-", "--progress", "--to", url);
        CountDownLatch killed = new CountDownLatch(1);
        Thread feeding = Thread.ofVirtual().start(() -> feed(child, lines, killed));
        try {
            assertThat(awaitSomeRecorded(child)).isPositive();
        } finally {
            child.destroyForcibly();
            killed.countDown();
        }
        assertThat(child.waitFor(END_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        feeding.join(END_WAIT);

        Cli.Result again = Cli.run("import", file.toString(), "--to", url);

        assertThat(again.exitCode()).as(again.err()).isZero();
        Matcher summary = Pattern.compile(EVENTS + " events read, (\\d+) new, (\\d+) known, 300 streams.*\\n")
                .matcher(again.err());
        assertThat(summary.matches()).as(again.err()).isTrue();
        assertThat(Integer.parseInt(summary.group(1))).isPositive();
        assertThat(Integer.parseInt(summary.group(2))).isPositive();
        assertExactlyOnceInOrder(Samples.exported(url), lines);
    }

    /** Holds the last line back, so that the child cannot be done before it is killed. */
    private static void feed(Process child, List<String> lines, CountDownLatch killed) {
        try (BufferedWriter in = new BufferedWriter(new OutputStreamWriter(child.getOutputStream(), UTF_8))) {
            for (String line : lines.subList(0, lines.size() - 1)) {
                in.write(line);
                in.newLine();
            }
            in.flush();
            killed.await();
        } catch (IOException e) {
            // The child is dead, as intended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long awaitSomeRecorded(Process child) throws IOException {
        try (BufferedReader err = new BufferedReader(child.errorReader(UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                Matcher progress = PROGRESS.matcher(line);
                if (progress.matches() && Long.parseLong(progress.group(1)) > 0) {
                    return Long.parseLong(progress.group(1));
                }
            }
        }
        return 0;
    }

    private static void assertExactlyOnceInOrder(List<RecordedEvent> events, List<String> lines) {
        Set<String> ids = new HashSet<>();
        for (RecordedEvent event : events) {
            assertThat(event.data().text()).isEqualTo("{\"n\":" + event.version() + "}");
            assertThat(ids.add(event.id().toString())).isTrue();
        }
        assertThat(ids).isEqualTo(new HashSet<>(Samples.ids(lines)));
    }
}
