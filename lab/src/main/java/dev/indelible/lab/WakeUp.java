package dev.indelible.lab;

import dev.indelible.EventStore;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How long after its acknowledgement in one process an event reaches a subscriber in another. Both read the machine's
 * monotonic clock; an event that comes before its acknowledgement took no time.
 */
final class WakeUp {
    private static final int EVENTS = 1_000;
    private static final long PAUSE_NANOS_MAX = 20_000_000;

    private WakeUp() {}

    static Measurement measure(String url) throws Exception {
        Map<String, Long> arrivals = new ConcurrentHashMap<>();
        Histogram times = new Histogram(3);
        try (EventStore store = EventStore.open(url)) {
            Thread.ofPlatform().daemon().start(() -> {
                try (Subscription subscription = store.subscribe(EventQuery.all(), Position.START)) {
                    for (RecordedEvent event : subscription) {
                        arrivals.put(event.id().toString(), System.nanoTime());
                    }
                }
            });
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Bench.class.getName(),
                            "append-now-and-then",
                            "--url",
                            url)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    String[] words = line.split(" ", -1);
                    if (words.length == 2) {
                        long acknowledged = Long.parseLong(words[1]);
                        times.recordValue(Math.max(0, arrival(words[0], arrivals) - acknowledged));
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        return new Measurement(
                "wake-up",
                "indelible",
                times.getTotalCount(),
                times.getValueAtPercentile(50) / 1e3,
                times.getValueAtPercentile(99) / 1e3);
    }

    private static long arrival(String id, Map<String, Long> arrivals) {
        while (true) {
            Long arrival = arrivals.remove(id);
            if (arrival != null) {
                return arrival;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** What {@link #measure} runs in the other process: the first events warm it up and are not told of. */
    static void appendNowAndThen(String url) {
        Random random = new Random(5);
        try (EventStore store = EventStore.open(url)) {
            for (int i = -EVENTS / 2; i < EVENTS; i++) {
                NewEvent event = NewEvent.json("Told", "{}");
                store.append(StreamName.of("Order", "" + random.nextInt(100)), ExpectedVersion.any(), event);
                long acknowledged = System.nanoTime();
                if (i >= 0) {
                    System.out.println(event.id() + " " + acknowledged);
                }
                LockSupport.parkNanos(random.nextLong(PAUSE_NANOS_MAX));
            }
        }
    }
}
