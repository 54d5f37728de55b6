package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of a process that projects as fast as it can: its read model has each event once, all the same. */
class KilledProjectorTest {
    private static final int KILLS = 20;
    private static final int NANOS_MAX = 500_000_000;
    private static final int STREAMS = 5;
    private static final int EVENTS = 300_000;
    private static final int EVENTS_AN_APPEND = 1_000;

    @TempDir
    Path directory;

    @Test
    void whenever_it_is_killed_the_read_model_has_each_event_once() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("KilledProjectorTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        try (EventStore store = store(directory)) {
            for (int i = 0; i < EVENTS; i += EVENTS_AN_APPEND) {
                NewEvent[] events = new NewEvent[EVENTS_AN_APPEND];
                Arrays.setAll(events, each -> NewEvent.json("Counted", "{}"));
                store.append(StreamName.of("Order", "" + random.nextInt(STREAMS)), ExpectedVersion.any(), events);
            }
        }
        for (int kill = 0; kill < KILLS; kill++) {
            killAfter(random.nextInt(NANOS_MAX));
        }
        try (EventStore store = store(directory);
                EmbeddedTarget target = target(directory);
                var projector = start(store, target)) {
            assertThat(projector.await(store.head(), Duration.ofSeconds(60)))
                    .as(projector.status().toString())
                    .isTrue();
            Map<String, Long> expected = new HashMap<>();
            store.read(EventQuery.all())
                    .forEach(event -> expected.merge(event.stream().value(), 1L, Long::sum));
            Map<String, Long> model = new HashMap<>();
            target.reader("counts")
                    .scan("", "", STREAMS + 1)
                    .forEach((key, value) -> model.put(key, Long.valueOf(new String(value, UTF_8))));
            assertThat(model).isEqualTo(expected);
        }
    }

    private void killAfter(int nanos) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Projecting.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(out.readLine()).isEqualTo("begun");
            LockSupport.parkNanos(nanos);
            assertThat(process.isAlive()).as("it has not ended by itself").isTrue();
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static EventStore store(Path directory) {
        return EventStore.open("embedded:" + directory.resolve("store"));
    }

    private static EmbeddedTarget target(Path directory) {
        return EmbeddedTarget.open(directory.resolve("target"));
    }

    private static Projector<RecordedEvent, EmbeddedModel> start(EventStore store, EmbeddedTarget target) {
        ProjectorOptions options =
                ProjectorOptions.standard().withParts(2).withBatchEventsMax(2).withLease(Duration.ofMillis(200));
        return Projector.start(store, new Counts(), target, new AsRecorded(), options);
    }

    private static final class Counts implements Projection<RecordedEvent, EmbeddedModel> {
        @Override
        public String name() {
            return "counts";
        }

        @Override
        public EventQuery reads() {
            return EventQuery.all();
        }

        @Override
        public void apply(RecordedEvent event, Delivery delivery, EmbeddedModel model) {
            String key = event.stream().value();
            long count = model.text(key).map(Long::valueOf).orElse(0L);
            model.put(key, Long.toString(count + 1));
        }
    }

    private static final class AsRecorded implements Codec<RecordedEvent> {
        @Override
        public NewEvent encode(RecordedEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<RecordedEvent> decode(RecordedEvent event) {
            return List.of(event);
        }
    }

    /** What is killed: projects, and prints a line when it has gone on from where the one before it was. */
    static final class Projecting {
        private Projecting() {}

        public static void main(String[] args) throws InterruptedException {
            EventStore store = store(Path.of(args[0]));
            var projector = start(store, target(Path.of(args[0])));
            while (projector.status().events() == 0) {
                LockSupport.parkNanos(1_000_000);
            }
            System.out.print("begun\n");
            System.out.flush();
            projector.await(store.head(), Duration.ofMinutes(1));
            Thread.currentThread().join();
        }
    }
}
