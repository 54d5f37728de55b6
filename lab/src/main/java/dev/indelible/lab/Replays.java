package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryTarget;
import dev.indelible.postgres.PostgresTarget;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;

/** How fast what was recorded becomes a read model, beside Axon's tracking processor on the same server. */
final class Replays {
    /** Events of a step, and of a transaction of Axon's. */
    static final int BATCH = 1_000;

    private static final int ROUNDS = 3;
    private static final int EVENTS = 200_000;
    private static final int EVENTS_AN_ORDER = 4;
    private static final int EVENTS_AN_APPEND = 100;
    private static final int WAIT_MILLIS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Map<String, List<Double>> rates = new LinkedHashMap<>();
    private final int events;

    private Replays(int events) {
        this.events = events;
    }

    static void run(Map<String, String> options) throws Exception {
        new Replays(Integer.parseInt(options.getOrDefault("--events", "" + EVENTS))).run(Bench.directory(options));
    }

    private void run(Path parent) throws Exception {
        Path directory = Files.createTempDirectory(parent, "replay-");
        try (PostgresServer server = new PostgresServer();
                EventStore embedded = EventStore.open("embedded:" + directory);
                EventStore postgres = EventStore.open("postgresql:" + server.newDatabase());
                HikariDataSource models = server.newDatabase(20);
                AxonSubject axon = new AxonSubject(server)) {
            fill(embedded, events);
            fill(postgres, events);
            axon.fill(new Workload(1), events, EVENTS_AN_ORDER);
            AxonReplay peer = axon.replay();
            PostgresTarget rows = PostgresTarget.on(models);
            for (int round = 0; round <= ROUNDS; round++) {
                String n = "_" + round;
                measure(round, "embedded, nothing", () -> seconds(embedded, nothing(), noOp(), 1));
                measure(round, "postgresql, nothing", () -> seconds(postgres, nothing(), noOp(), 1));
                measure(round, "axon, nothing", () -> peer.secondsIntoNothing("nothing" + n, events));
                measure(round, "embedded, rows", () -> rows(models, embedded, OrderTotals.oneByOne("e" + n), rows, 1));
                measure(
                        round,
                        "postgresql, rows",
                        () -> rows(models, postgres, OrderTotals.oneByOne("p" + n), rows, 1));
                measure(round, "axon, rows", () -> peer.secondsIntoRows("rows" + n, events));
                for (int parts : new int[] {1, 4}) {
                    String of = "_" + parts + n;
                    measure(
                            round,
                            "embedded, bulk, " + parts + " part(s)",
                            () -> rows(models, embedded, OrderTotals.bulk("be" + of), rows, parts));
                    measure(
                            round,
                            "postgresql, bulk, " + parts + " part(s)",
                            () -> rows(models, postgres, OrderTotals.bulk("bp" + of), rows, parts));
                    measure(
                            round,
                            "embedded, bulk and " + WAIT_MILLIS + " ms, " + parts + " part(s)",
                            () -> rows(models, embedded, OrderTotals.bulkWaiting("we" + of, WAIT_MILLIS), rows, parts));
                }
                System.err.printf("round %d of %d%n", round, ROUNDS);
            }
        } finally {
            Bench.deleteAll(directory);
        }
        rates.forEach((name, all) -> {
            Collections.sort(all);
            System.out.printf(Locale.ROOT, "%-40s %,12.0f events/s%n", name, all.get(all.size() / 2));
        });
    }

    /** The first round warms up. */
    private void measure(int round, String name, Callable<Double> timed) throws Exception {
        double rate = events / timed.call();
        if (round > 0) {
            rates.computeIfAbsent(name, key -> new ArrayList<>()).add(rate);
        }
    }

    private static MemoryTarget<long[]> nothing() {
        return MemoryTarget.of(new long[1], model -> model);
    }

    private static Projection<RecordedEvent, long[]> noOp() {
        return new Projection<>() {
            @Override
            public String name() {
                return "nothing";
            }

            @Override
            public EventQuery reads() {
                return EventQuery.category("Order");
            }

            @Override
            public void apply(RecordedEvent event, Delivery delivery, long[] model) {
                model[0]++;
            }
        };
    }

    private double rows(
            HikariDataSource models, EventStore store, OrderTotals projection, PostgresTarget target, int parts)
            throws Exception {
        double seconds = seconds(store, target, projection, parts);
        try (Connection connection = models.getConnection();
                Statement statement = connection.createStatement();
                ResultSet sum =
                        statement.executeQuery("SELECT sum(events) FROM " + projection.name() + ".order_totals")) {
            sum.next();
            if (sum.getLong(1) != events) {
                throw new IllegalStateException(
                        projection.name() + ": " + sum.getLong(1) + " events (expected: " + events + ")");
            }
            statement.execute("DROP SCHEMA " + projection.name() + " CASCADE");
        }
        return seconds;
    }

    private static <T> double seconds(
            EventStore store, ProjectionTarget<T> target, Projection<RecordedEvent, T> projection, int parts)
            throws InterruptedException {
        ProjectorOptions options = ProjectorOptions.standard().withParts(parts).withBatchEventsMax(BATCH);
        long before = System.nanoTime();
        try (var projector = Projector.start(store, projection, target, new Recorded(), options)) {
            if (!projector.await(store.head(), PATIENCE)) {
                throw new IllegalStateException(projector.status().toString());
            }
            return (System.nanoTime() - before) / 1e9;
        }
    }

    /** Orders that go on by turns, so that neighbours in the log are of different ones. */
    static void fill(EventStore store, int events) {
        Workload workload = new Workload(1);
        Random random = new Random(1);
        int orders = Math.max(1, events / EVENTS_AN_ORDER);
        for (int from = 0; from < events; from += EVENTS_AN_APPEND) {
            NewEvent[] some = workload.events(Math.min(EVENTS_AN_APPEND, events - from), random);
            List<Append.Part> parts = new ArrayList<>();
            for (int i = 0; i < some.length; i++) {
                StreamName order = StreamName.of("Order", "" + (from + i) % orders);
                parts.add(new Append.Part(order, ExpectedVersion.any(), List.of(some[i])));
            }
            store.append(new Append(parts, List.of()));
        }
    }
}
