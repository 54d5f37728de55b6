package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Power cuts while several threads append: what was acknowledged or read before is there, and no half append. */
class PowerCutTest {
    private static final int THREADS = 6;
    private static final int CUTS_A_STORE = 8;
    private static final int EVENTS_AN_APPEND = 3;

    @TempDir
    Path directory;

    @Test
    void whatever_was_acknowledged_or_read_survives_a_power_cut_whole() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("PowerCutTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            cutWhileAppending(directory.resolve("round-" + round), random);
        }
    }

    private void cutWhileAppending(Path path, Random random) throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        Queue<UUID> acknowledged = new ConcurrentLinkedQueue<>();
        List<Cut> cuts = new ArrayList<>();
        try (EventStore store = Stores.open(path, disk)) {
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                Random own = new Random(random.nextLong());
                writers.add(Thread.ofPlatform().start(() -> append(store, own, acknowledged)));
            }
            for (int i = 0; i < CUTS_A_STORE; i++) {
                int wanted = (i + 1) * (20 + random.nextInt(60));
                while (acknowledged.size() < wanted && writers.stream().anyMatch(Thread::isAlive)) {
                    Thread.onSpinWait();
                }
                List<UUID> before = List.copyOf(acknowledged);
                List<RecordedEvent> read =
                        store.read(dev.indelible.event.EventQuery.all()).toList();
                cuts.add(new Cut(before, read, disk.afterPowerCut(random)));
            }
            for (Thread writer : writers) {
                writer.join();
            }
        }
        for (int i = 0; i < cuts.size(); i++) {
            check(path, path.resolveSibling(path.getFileName() + "-cut-" + i), cuts.get(i));
        }
    }

    private record Cut(List<UUID> acknowledged, List<RecordedEvent> read, SimulatedDisk disk) {}

    private static void append(EventStore store, Random random, Queue<UUID> acknowledged) {
        for (int i = 0; i < 250; i++) {
            UUID mark = UUID.randomUUID();
            NewEvent[] events = new NewEvent[EVENTS_AN_APPEND];
            for (int k = 0; k < events.length; k++) {
                String padding = "x".repeat(random.nextInt(1_500));
                events[k] = NewEvent.json("Marked", "\"" + padding + "\"").withTags("mark:" + mark);
            }
            store.append(Append.to(StreamName.of("A-" + random.nextInt(5)), ExpectedVersion.any(), events[0])
                    .and(StreamName.of("B-" + random.nextInt(5)), ExpectedVersion.any(), events[1], events[2]));
            acknowledged.add(mark);
        }
    }

    private static void check(Path original, Path copy, Cut cut) throws IOException {
        Stores.copy(original, copy, "index", "log");
        try (EventStore store = Stores.open(copy, cut.disk())) {
            List<RecordedEvent> all = Stores.whole(store);
            assertThat(all).startsWith(cut.read().toArray(new RecordedEvent[0]));
            Map<String, Integer> marks = new HashMap<>();
            all.forEach(event -> marks.merge(event.tags().get(0).value(), 1, Integer::sum));
            assertThat(marks.values()).allMatch(count -> count == EVENTS_AN_APPEND);
            for (UUID mark : cut.acknowledged()) {
                assertThat(marks).containsKey(mark.toString());
            }
            Stores.fill(store, 10);
            assertThat(Stores.whole(store)).hasSize(all.size() + 10);
        }
    }
}
