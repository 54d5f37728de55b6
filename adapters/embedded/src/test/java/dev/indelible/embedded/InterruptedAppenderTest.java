package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupt is the caller's business: the append ends as it would have, and the thread stays interrupted. */
class InterruptedAppenderTest {
    private static final int APPENDERS = 4;
    private static final int EVENTS = 500;

    @TempDir
    Path directory;

    @Test
    void an_interrupted_thread_appends_as_any_other() {
        try (EventStore store = Stores.open(directory)) {
            for (int i = 0; i < 20; i++) {
                Thread.currentThread().interrupt();
                store.append(StreamName.of("Order-1"), ExpectedVersion.exactly(i), Stores.event(i));
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(Stores.whole(store)).hasSize(20);
        }
        try (EventStore store = Stores.open(directory)) {
            assertThat(Stores.whole(store)).hasSize(20);
        }
    }

    @Test
    void interrupts_in_the_middle_of_writes_lose_and_double_nothing() throws Exception {
        try (EventStore store = Stores.open(directory)) {
            List<Thread> threads = new ArrayList<>();
            List<FutureTask<Integer>> appenders = new ArrayList<>();
            for (int a = 0; a < APPENDERS; a++) {
                StreamName stream = StreamName.of("Order-" + a);
                FutureTask<Integer> task = new FutureTask<>(() -> {
                    int interrupts = 0;
                    for (int i = 0; i < EVENTS; i++) {
                        NewEvent event = Stores.event(i);
                        store.append(stream, ExpectedVersion.exactly(i), event);
                        interrupts += Thread.interrupted() ? 1 : 0;
                    }
                    return interrupts;
                });
                appenders.add(task);
                threads.add(Thread.ofPlatform().daemon().start(task));
            }
            Random random = new Random(3);
            while (appenders.stream().anyMatch(task -> !task.isDone())) {
                threads.get(random.nextInt(APPENDERS)).interrupt();
                Thread.onSpinWait();
            }
            int interrupts = 0;
            for (FutureTask<Integer> task : appenders) {
                interrupts += task.get(60, TimeUnit.SECONDS);
            }
            assertThat(interrupts).isPositive();
            assertThat(Stores.whole(store)).hasSize(APPENDERS * EVENTS);
        }
        try (EventStore store = Stores.open(directory)) {
            assertThat(Stores.whole(store)).hasSize(APPENDERS * EVENTS);
        }
    }
}
