package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of servers and clients in the middle of appends. */
class CrashTest {
    private static final int KILLS = 3;
    private static final int PROCESSES = 3;

    @TempDir
    Path directory;

    @Test
    void kill_9_of_the_server_loses_and_doubles_nothing_and_the_same_store_goes_on() {
        try (KillableServer server = new KillableServer(directory.resolve("data"), Map.of());
                EventStore store = EventStore.open(Server.url(server.get(), "schema=orders"));
                FeedChecker feed = new FeedChecker(store)) {
            Appenders appenders = new Appenders(store, 8, 5);
            for (int i = 0; i < KILLS; i++) {
                appenders.awaitMore(300);
                server.kill();
                server.startAgain();
            }
            appenders.awaitMore(300);
            appenders.close();
            feed.awaitAt(store.head());
            feed.assertSaw(appenders.acknowledged());
            assertThat(appenders.unavailable()).as("faults injected").isPositive();
            assertThat(store.read(EventQuery.all()).stream().count()).isEqualTo(feed.count());
        }
    }

    @Test
    void several_processes_that_are_killed_lose_and_double_nothing() throws IOException {
        String schema = Server.newSchema();
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        Random random = new Random(11);
        try (EventStore store = EventStore.open(Server.url(schema));
                FeedChecker feed = new FeedChecker(store)) {
            for (int round = 0; round < KILLS; round++) {
                List<Writer> writers = new ArrayList<>();
                for (int i = 0; i < PROCESSES; i++) {
                    writers.add(new Writer(Server.url(schema), random.nextLong(), acknowledged));
                }
                for (Writer writer : writers) {
                    writer.killAfter(100 + random.nextInt(200));
                }
            }
            assertThat(acknowledged).hasSizeGreaterThan(KILLS * PROCESSES * 100);
            feed.awaitAt(store.head());
            feed.assertSaw(acknowledged);
            assertThat(store.read(EventQuery.all()).stream().count()).isEqualTo(feed.count());
        }
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    /** A process that appends without pause and prints each id when it has been acknowledged. */
    private static final class Writer {
        private final Process process;
        private final BufferedReader out;
        private final Set<UUID> acknowledged;

        Writer(String url, long seed, Set<UUID> acknowledged) throws IOException {
            this.acknowledged = acknowledged;
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            WriterProcess.class.getName(),
                            url,
                            Long.toString(seed))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        void killAfter(int ids) {
            try {
                for (int i = 0; i < ids; i++) {
                    acknowledged.add(UUID.fromString(out.readLine()));
                }
                process.toHandle().destroyForcibly(); // Leaves its output readable.
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.length() == 36) {
                        acknowledged.add(UUID.fromString(line));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What {@link Writer} runs. */
    static final class WriterProcess {
        private WriterProcess() {}

        public static void main(String[] arguments) {
            Random random = new Random(Long.parseLong(arguments[1]));
            EventStore store = EventStore.open(arguments[0]);
            for (int i = 0; i < 4; i++) {
                Random own = new Random(random.nextLong());
                Thread.ofPlatform().start(() -> {
                    while (true) {
                        NewEvent[] events = Appenders.events(own);
                        store.append(StreamName.of("Order", "" + own.nextInt(20)), ExpectedVersion.any(), events);
                        for (NewEvent event : events) {
                            System.out.println(event.id());
                        }
                    }
                });
            }
        }
    }
}
