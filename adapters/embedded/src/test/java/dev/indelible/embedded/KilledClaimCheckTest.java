package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.blob.BlobStore;
import dev.indelible.blob.ClaimCheck;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a process whose events have their data in blobs: every recorded event has its own. */
class KilledClaimCheckTest {
    private static final int KILLS = 12;
    private static final int THREADS = 4;
    private static final int SEGMENT = 1 << 20;
    private static final int BYTES_MIN = 1_000;

    @TempDir
    Path directory;

    @Test
    void whatever_is_recorded_when_the_process_is_killed_has_its_blob() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("KilledClaimCheckTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        List<String> acknowledged = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            killAfter(1 + random.nextInt(60), acknowledged);
            try (EventStore store = open(directory)) {
                List<String> seeds = new ArrayList<>();
                for (RecordedEvent event : store.read(EventQuery.all())) {
                    String mark = event.tags().get(0).value();
                    assertThat(event.data()).isEqualTo(data(mark));
                    seeds.add(mark);
                }
                assertThat(seeds).containsAll(acknowledged);
            }
        }
    }

    private void killAfter(int lines, List<String> acknowledged) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appender.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (int i = 0; i < lines; i++) {
                String line = out.readLine();
                assertThat(line).as("the process ended by itself").isNotNull();
                acknowledged.add(line.strip());
            }
            process.toHandle().destroyForcibly();
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static EventStore open(Path directory) {
        return EventStore.on(ClaimCheck.on(
                        EmbeddedJournal.open(directory.resolve("store"), Limits.DEFAULT, SEGMENT, LocalDisk::new),
                        BlobStore.open("file:" + directory.resolve("blobs")))
                .over(BYTES_MIN / 2));
    }

    private static Payload data(String mark) {
        Random random = new Random(Long.parseLong(mark));
        byte[] data = new byte[BYTES_MIN + random.nextInt(50_000)];
        random.nextBytes(data);
        return Payload.binary(data);
    }

    /** What is killed: appends an event at a time and prints its mark when it is acknowledged. */
    static final class Appender {
        private Appender() {}

        public static void main(String[] args) throws InterruptedException {
            EventStore store = open(Path.of(args[0]));
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                threads.add(Thread.ofPlatform().start(() -> append(store)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        private static void append(EventStore store) {
            Random random = new Random();
            while (true) {
                String mark = Long.toString(random.nextLong());
                NewEvent event = NewEvent.of("Scanned", data(mark)).withTags("mark:" + mark);
                store.append(StreamName.of("Scan-" + random.nextInt(5)), ExpectedVersion.any(), event);
                System.out.print(mark + "\n");
                System.out.flush();
            }
        }
    }
}
