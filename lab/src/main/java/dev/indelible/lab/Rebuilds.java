package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.EventStore;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.postgres.PostgresTarget;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Rebuilds a read model over very many events while events arrive and readers read. Each reader looks again and again
 * at some orders that get all new events, and sees that their counts never go back, and how long after its
 * acknowledgement each event is there.
 */
final class Rebuilds {
    private static final int EVENTS = 2_000_000;
    private static final int EVENTS_A_SECOND = 500;
    private static final int READERS = 2;
    private static final int HOT = 20;
    private static final int ARRIVALS_MAX = 100_000;
    private static final int PARTS = 4;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final long AROUND_NANOS = 1_000_000_000L;
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final EventStore store;
    private final HikariDataSource models;
    private final AtomicLongArray acknowledged = new AtomicLongArray(HOT * ARRIVALS_MAX);
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger wentBack = new AtomicInteger();
    private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();

    /** That a reader saw an event, and how long after its acknowledgement. */
    private record Arrival(long atNanos, long delayNanos) {}

    private Rebuilds(EventStore store, HikariDataSource models) {
        this.store = store;
        this.models = models;
    }

    static void run(Map<String, String> options) throws Exception {
        int events = Integer.parseInt(options.getOrDefault("--events", "" + EVENTS));
        Path directory = Files.createTempDirectory(Bench.directory(options), "rebuild-");
        try (PostgresServer server = new PostgresServer();
                EventStore store = EventStore.open("embedded:" + directory);
                HikariDataSource models = server.newDatabase(30)) {
            Replays.fill(store, events);
            new Rebuilds(store, models).run(events);
        } finally {
            Bench.deleteAll(directory);
        }
    }

    private void run(int events) throws Exception {
        ProjectorOptions options = ProjectorOptions.standard().withParts(PARTS).withBatchEventsMax(Replays.BATCH);
        try (var projector = Projector.start(
                store, OrderTotals.bulk("orders"), PostgresTarget.on(models), new Recorded(), options)) {
            if (!projector.await(store.head(), PATIENCE)) {
                throw new IllegalStateException(projector.status().toString());
            }
            Thread appender = Thread.ofPlatform().start(this::append);
            Thread[] readers = new Thread[READERS];
            Arrays.setAll(readers, i -> Thread.ofPlatform().start(this::read));
            LockSupport.parkNanos(5 * AROUND_NANOS);
            long begun = System.nanoTime();
            long switched = rebuild(projector, events);
            isOver.set(true);
            appender.join();
            for (Thread reader : readers) {
                reader.join();
            }
            report("before", begun - 4 * AROUND_NANOS, begun);
            report("during the rebuild", begun, switched - AROUND_NANOS);
            report("1 s around the switch", switched - AROUND_NANOS, switched + AROUND_NANOS);
            System.out.printf("%,d reads, %d failed, %d went back%n", reads.get(), failed.get(), wentBack.get());
        }
    }

    /** Returns when readers had the new version. */
    private static long rebuild(Projector<RecordedEvent, Connection> projector, int events) throws Exception {
        long before = System.nanoTime();
        int version = projector.status().version();
        projector.rebuild(0);
        long caughtUp = 0;
        long shown = before;
        while (projector.status().version() == version) {
            long now = System.nanoTime();
            var status = projector.status().rebuild();
            if (caughtUp == 0 && status.isPresent() && status.get().position().value() >= events) {
                caughtUp = now;
            }
            if (now - shown > 5 * AROUND_NANOS) {
                shown = now;
                System.err.println(status);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        long done = System.nanoTime();
        LockSupport.parkNanos(2 * AROUND_NANOS);
        System.out.printf(
                Locale.ROOT,
                "rebuilt %,d events in %.1f s, %,.0f events/s; switched %.2f s later%n",
                events,
                (caughtUp - before) / 1e9,
                events / ((caughtUp - before) / 1e9),
                (done - caughtUp) / 1e9);
        return done;
    }

    private void report(String when, long from, long to) {
        Histogram delays = new Histogram(3);
        for (Arrival arrival : arrivals) {
            if (arrival.atNanos() >= from && arrival.atNanos() <= to) {
                delays.recordValue(arrival.delayNanos());
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-22s %,8d events seen; ms after acknowledgement: p50 %.1f, p99 %.1f, max %.1f%n",
                when,
                delays.getTotalCount(),
                delays.getValueAtPercentile(50) / 1e6,
                delays.getValueAtPercentile(99) / 1e6,
                delays.getMaxValue() / 1e6);
    }

    /** New events at a steady pace, to the hot orders in turn. */
    private void append() {
        Workload workload = new Workload(2);
        Random random = new Random(2);
        long begin = System.nanoTime();
        for (int i = 0; i < HOT * ARRIVALS_MAX && !isOver.get(); i++) {
            LockSupport.parkNanos(begin + i * (1_000_000_000L / EVENTS_A_SECOND) - System.nanoTime());
            store.append(StreamName.of("Order", "hot" + i % HOT), ExpectedVersion.any(), workload.events(1, random));
            acknowledged.set(i % HOT * ARRIVALS_MAX + i / HOT, System.nanoTime());
        }
    }

    private void read() {
        long[] seen = new long[HOT];
        try (Connection connection = models.getConnection();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT order_id, events FROM orders.order_totals WHERE order_id = ANY (?)")) {
            Object[] orders = new Object[HOT];
            Arrays.setAll(orders, i -> "Order-hot" + i);
            query.setArray(1, connection.createArrayOf("text", orders));
            while (!isOver.get()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                try {
                    look(query, seen);
                    reads.incrementAndGet();
                } catch (SQLException e) {
                    failed.incrementAndGet();
                    System.err.println(e);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void look(PreparedStatement query, long[] seen) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            long now = System.nanoTime();
            while (row.next()) {
                int order = Integer.parseInt(row.getString(1).substring("Order-hot".length()));
                long events = row.getLong(2);
                if (events < seen[order]) {
                    wentBack.incrementAndGet();
                }
                for (long i = seen[order]; i < events; i++) {
                    arrived(now, acknowledged.get(order * ARRIVALS_MAX + (int) i));
                }
                seen[order] = Math.max(seen[order], events);
            }
        }
    }

    /** An event may be there before its appender knows. */
    private void arrived(long now, long acknowledgedAt) {
        arrivals.add(new Arrival(now, acknowledgedAt == 0 ? 0 : Math.max(0, now - acknowledgedAt)));
    }
}
