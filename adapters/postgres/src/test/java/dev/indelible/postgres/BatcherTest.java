package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Appends share calls, and nothing else: neither another's interrupt nor the end of the journal is theirs. */
class BatcherTest {
    private static final StreamName STREAM = StreamName.of("Order-1");

    @Test
    void nobody_waits_for_ever_when_it_closes() throws Exception {
        DataSource nowhere = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    spin(ThreadLocalRandom.current().nextInt(60_000));
                    throw new SQLException("not reachable", "08000");
                });
        Random random = new Random(2);
        for (int round = 0; round < 4_000; round++) {
            Batcher batcher = new Batcher(nowhere, "x");
            List<FutureTask<Void>> appenders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                appenders.add(start(false, () -> appendUntilClosed(batcher)));
            }
            spin(random.nextInt(600_000));
            batcher.close();
            for (FutureTask<Void> appender : appenders) {
                appender.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void an_interrupt_of_one_virtual_thread_fails_no_append_of_another() throws Exception {
        String schema = Server.newSchema();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger recorded = new AtomicInteger();
        try (EventStore store = EventStore.open(Server.url(schema))) {
            List<Thread> interrupted = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                interrupted.add(Thread.ofVirtual().start(() -> {
                    while (!over.get()) {
                        store.append(STREAM, ExpectedVersion.any(), NewEvent.json("A", "1"));
                        recorded.incrementAndGet();
                    }
                }));
            }
            FutureTask<Void> other = start(true, () -> {
                for (int i = 0; i < 500; i++) {
                    store.append(STREAM, ExpectedVersion.any(), NewEvent.json("A", "1"));
                    recorded.incrementAndGet();
                }
            });
            while (!other.isDone()) {
                interrupted.forEach(Thread::interrupt);
                Thread.onSpinWait();
            }
            over.set(true);
            other.get(60, TimeUnit.SECONDS);
            interrupted.forEach(Server::join);
            assertThat(store.read(EventQuery.all()).stream().count()).isEqualTo(recorded.get());
        }
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    private static void spin(int nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    private static void appendUntilClosed(Batcher batcher) {
        while (true) {
            try {
                batcher.append(Append.to(STREAM, ExpectedVersion.any(), NewEvent.json("A", "1")));
            } catch (Unavailable e) {
                if (String.valueOf(e.getMessage()).contains("closed")) {
                    return;
                }
            }
        }
    }

    private static FutureTask<Void> start(boolean virtual, Runnable task) {
        FutureTask<Void> future = new FutureTask<>(task, null);
        if (virtual) {
            Thread.ofVirtual().start(future);
        } else {
            Thread.ofPlatform().daemon().start(future);
        }
        return future;
    }
}
