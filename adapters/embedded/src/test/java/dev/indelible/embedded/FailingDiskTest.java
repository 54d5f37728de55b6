package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, or whose force fails. */
class FailingDiskTest {
    private static final StreamName STREAM = StreamName.of("Order-1");

    @TempDir
    Path directory;

    private final SimulatedDisk disk = new SimulatedDisk();

    @Test
    void a_full_disk_refuses_appends_and_loses_none() {
        for (int room = 0; room < 1_500; room += 100) {
            SimulatedDisk small = new SimulatedDisk();
            Path path = directory.resolve("room-" + room);
            try (EventStore store = Stores.open(path, small)) {
                Stores.fill(store, 20);
                small.fillUpAfter(room);
                int recorded = fillUntilRefused(store);
                assertThat(Stores.whole(store)).hasSize(20 + recorded);
                small.fillUpAfter(Long.MAX_VALUE);
                assertRefused(store);
            }
            try (EventStore store = Stores.open(path, small)) {
                int before = Stores.whole(store).size();
                assertThat(before).isGreaterThanOrEqualTo(20);
                Stores.fill(store, 20);
                assertThat(Stores.whole(store)).hasSize(before + 20);
            }
        }
    }

    @Test
    void a_force_that_failed_ends_the_writer_and_publishes_nothing() {
        try (EventStore store = Stores.open(directory, disk)) {
            Stores.fill(store, 20);
            disk.failForce(1);
            assertRefused(store);
            assertRefused(store);
            assertThat(Stores.whole(store)).hasSize(20);
            assertThat(store.describe().toString()).contains("read only until opened again", "Input/output error");
        }
    }

    @Test
    void what_a_failed_force_left_unforced_is_forced_before_anybody_reads_it() {
        for (int seed = 0; seed < 20; seed++) {
            SimulatedDisk first = new SimulatedDisk();
            Path path = directory.resolve("seed-" + seed);
            try (EventStore store = Stores.open(path, first)) {
                Stores.fill(store, 20);
                first.failForce(1);
                assertRefused(store);
            }
            List<RecordedEvent> readAfterwards;
            try (EventStore store = Stores.open(path, first)) {
                readAfterwards = Stores.whole(store);
            }
            try (EventStore store = Stores.open(path, first.afterPowerCut(new Random(seed)))) {
                assertThat(Stores.whole(store)).isEqualTo(readAfterwards);
            }
        }
    }

    @Test
    void an_error_of_the_machine_acknowledges_nothing_and_leaves_nobody_waiting() throws Exception {
        try (EventStore store = Stores.open(directory, disk)) {
            Stores.fill(store, 20);
            disk.runOutOfMemory();
            List<FutureTask<Void>> appenders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                FutureTask<Void> task = new FutureTask<>(() -> assertRefused(store), null);
                appenders.add(task);
                Thread.ofPlatform().daemon().start(task);
            }
            for (FutureTask<Void> task : appenders) {
                task.get(30, TimeUnit.SECONDS);
            }
            assertThat(Stores.whole(store)).hasSize(20);
            assertThat(store.describe().toString()).contains("read only until opened again", "OutOfMemoryError");
        }
    }

    private static int fillUntilRefused(EventStore store) {
        for (int i = 0; i < 1_000; i++) {
            try {
                store.append(STREAM, ExpectedVersion.any(), Stores.event(i));
            } catch (Unavailable e) {
                assertThat(e).hasMessageContaining("No space left on device");
                return i;
            }
        }
        throw new AssertionError("the disk never filled up");
    }

    private static void assertRefused(EventStore store) {
        assertThatThrownBy(() -> store.append(STREAM, ExpectedVersion.any(), Stores.event(1)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("until the store is opened again");
    }
}
