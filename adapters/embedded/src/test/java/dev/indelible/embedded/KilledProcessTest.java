package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a process in the middle of its appends, hundreds of times, on two stores at once. */
class KilledProcessTest {
    private static final int KILLS = 200;
    private static final int STORES = 2;
    private static final int THREADS = 4;

    @TempDir
    Path directory;

    @Test
    void every_acknowledged_event_is_there_and_no_half_append_after_hundreds_of_kills() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("KilledProcessTest: -Dindelible.seed=" + seed);
        List<FutureTask<Void>> stores = new ArrayList<>();
        for (int i = 0; i < STORES; i++) {
            Path store = directory.resolve("store-" + i);
            Random random = new Random(seed + i);
            FutureTask<Void> task = new FutureTask<>(() -> {
                killAgainAndAgain(store, random);
                return null;
            });
            stores.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        for (FutureTask<Void> task : stores) {
            task.get();
        }
    }

    private void killAgainAndAgain(Path store, Random random) throws Exception {
        List<String> acknowledged = new ArrayList<>();
        for (int kill = 0; kill < KILLS / STORES; kill++) {
            int before = acknowledged.size();
            killAfter(1 + random.nextInt(400), store, acknowledged);
            assertThat(acknowledged).hasSizeGreaterThan(before);
            if (kill % 10 == 9) {
                check(store, acknowledged);
            }
        }
    }

    /** Starts a process that appends, kills it after so many acknowledgements, and takes all that it still wrote. */
    private void killAfter(int lines, Path store, List<String> acknowledged) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appender.class.getName(),
                        store.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < lines; i++) {
                String line = out.readLine();
                assertThat(line).as("the process ended by itself").isNotNull();
                acknowledged.add(line);
            }
            process.toHandle().destroyForcibly();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.length() == UUID.randomUUID().toString().length()) {
                    acknowledged.add(line);
                }
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void check(Path path, List<String> acknowledged) {
        try (EventStore store = Stores.open(path, Appender.SEGMENT)) {
            Map<String, Integer> marks = new HashMap<>();
            for (RecordedEvent event : Stores.whole(store)) {
                marks.merge(event.tags().get(0).value(), 1, Integer::sum);
            }
            assertThat(marks.values()).allMatch(count -> count == 2);
            assertThat(marks.keySet()).containsAll(acknowledged);
        }
    }

    /** What is killed: appends two events to two streams at a time, and prints each mark when it is acknowledged. */
    static final class Appender {
        static final int SEGMENT = 1 << 20;

        private Appender() {}

        public static void main(String[] args) throws InterruptedException, IOException {
            EventStore store = Stores.open(Path.of(args[0]), SEGMENT);
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
                UUID mark = UUID.randomUUID();
                NewEvent first = NewEvent.json("First", "\"" + "x".repeat(random.nextInt(3_000)) + "\"");
                NewEvent second = NewEvent.json("Second", "{}");
                store.append(Append.to(
                                StreamName.of("A-" + random.nextInt(50)),
                                ExpectedVersion.any(),
                                first.withTags("mark:" + mark))
                        .and(
                                StreamName.of("B-" + random.nextInt(50)),
                                ExpectedVersion.any(),
                                second.withTags("mark:" + mark)));
                String line = mark + "\n";
                System.out.print(line);
                System.out.flush();
            }
        }
    }
}
