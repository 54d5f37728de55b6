package dev.indelible.lab;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.decider.SnapshotPolicy;
import dev.indelible.decider.Snapshots;
import dev.indelible.decider.StateCodec;
import dev.indelible.embedded.EmbeddedSnapshots;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.postgres.PostgresOptions;
import dev.indelible.postgres.PostgresSnapshots;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** How long it takes to load a state, by the length of its stream, with a snapshot every 50 events and without. */
final class Loads {
    private static final int[] LENGTHS = {10, 100, 1_000, 100_000};
    private static final int EVENTS_A_CALL = 1_000;
    private static final int EVERY = 50;
    private static final long NANOS_A_CASE = 2_000_000_000L;
    private static final int TIMES_MIN = 5;

    private Loads() {}

    static void run(Map<String, String> options) throws Exception {
        Path directory = Files.createTempDirectory(Bench.directory(options), "load-");
        System.out.printf("%-12s %10s %14s %14s%n", "journal", "events", "without us", "snapshot us");
        try (EventStore store = EventStore.open("embedded:" + directory);
                EmbeddedSnapshots snapshots = EmbeddedSnapshots.open(directory)) {
            measure("embedded", store, snapshots);
        } finally {
            Bench.deleteAll(directory);
        }
        try (PostgresServer server = new PostgresServer()) {
            String database = server.newDatabase();
            try (EventStore store = EventStore.open("postgresql:" + database);
                    var pool = server.pool(database, 2)) {
                measure("postgresql", store, PostgresSnapshots.on(pool, PostgresOptions.DEFAULT));
            }
        }
    }

    private static void measure(String name, EventStore store, Snapshots snapshots) {
        Sums sums = new Sums();
        Workload workload = new Workload(1);
        Random random = new Random(1);
        var without = Repository.of(store, "Order", sums, sums);
        var with = without.snapshotting(snapshots, new SumStates(), SnapshotPolicy.every(EVERY));
        for (int length : LENGTHS) {
            String id = Integer.toString(length);
            for (int left = length; left > 0; left -= EVENTS_A_CALL) {
                NewEvent[] events = workload.events(Math.min(left, EVENTS_A_CALL), random);
                store.append(StreamName.of("Order", id), ExpectedVersion.any(), events);
            }
            long saved = with.snapshots().saved();
            with.load(id);
            while (length >= EVERY && with.snapshots().saved() == saved) {
                LockSupport.parkNanos(1_000_000);
            }
            System.out.printf("%-12s %,10d %,14.0f %,14.0f%n", name, length, micros(without, id), micros(with, id));
        }
    }

    /** The median, after as many loads again that are not counted. */
    private static double micros(Repository<?, ?, ?> repository, String id) {
        loads(repository, id);
        return loads(repository, id);
    }

    private static double loads(Repository<?, ?, ?> repository, String id) {
        double[] times = new double[100_000];
        int count = 0;
        long end = System.nanoTime() + NANOS_A_CASE;
        while (count < TIMES_MIN || (System.nanoTime() < end && count < times.length)) {
            long before = System.nanoTime();
            repository.load(id);
            times[count++] = (System.nanoTime() - before) / 1e3;
        }
        Arrays.sort(times, 0, count);
        return times[count / 2];
    }

    /** The sum of all orders' totals. */
    private static final class Sums implements Decider<NewEvent, BigDecimal, BigDecimal>, Codec<BigDecimal> {
        @Override
        public BigDecimal initial() {
            return BigDecimal.ZERO;
        }

        @Override
        public List<BigDecimal> decide(NewEvent command, BigDecimal sum) {
            return List.of();
        }

        @Override
        public BigDecimal evolve(BigDecimal sum, BigDecimal total) {
            return sum.add(total);
        }

        @Override
        public NewEvent encode(BigDecimal total) {
            return NewEvent.json("OrderPlaced", "{\"total\":" + total + "}");
        }

        @Override
        public List<BigDecimal> decode(RecordedEvent event) {
            Map<?, ?> data = (Map<?, ?>) Json.parse("data", event.data().toBytes());
            return List.of((BigDecimal) data.get("total"));
        }
    }

    private static final class SumStates implements StateCodec<BigDecimal> {
        @Override
        public Payload encode(BigDecimal sum) {
            return Payload.json(sum.toString());
        }

        @Override
        public BigDecimal decode(Payload payload) {
            return new BigDecimal(payload.text());
        }
    }
}
