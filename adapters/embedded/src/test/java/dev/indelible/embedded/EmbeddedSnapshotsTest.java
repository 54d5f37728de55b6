package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.decider.Snapshots;
import dev.indelible.decider.Snapshots.Snapshot;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.tck.SnapshotsContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSnapshotsTest implements SnapshotsContract {
    private static final StreamName ORDER = StreamName.of("Order-1");
    private static final Snapshot SNAPSHOT = new Snapshot(5, UUID.randomUUID(), Payload.json("{\"total\":5}"));

    @TempDir
    private Path directory;

    private EmbeddedSnapshots snapshots;

    @BeforeEach
    void open() {
        snapshots = EmbeddedSnapshots.open(directory);
    }

    @AfterEach
    void close() {
        snapshots.close();
    }

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }

    @Test
    void what_was_saved_is_there_after_a_restart() {
        snapshots.save(ORDER, 1, SNAPSHOT);
        snapshots.close();
        assertThatThrownBy(() -> snapshots.latest(ORDER, 1)).isInstanceOf(Unavailable.class);
        open();
        assertThat(snapshots.latest(ORDER, 1)).contains(SNAPSHOT);
    }

    @Test
    void nothing_of_what_was_deleted_stays_in_the_files() throws IOException {
        Snapshot secret = new Snapshot(5, UUID.randomUUID(), Payload.json("\"Zoe Quartz\""));
        snapshots.save(ORDER, 1, secret);
        snapshots.close();
        assertThat(filesWith("Zoe Quartz")).isPositive();
        open();
        snapshots.delete(ORDER);
        assertThat(filesWith("Zoe Quartz")).isZero();
    }

    private long filesWith(String text) throws IOException {
        long count = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                count += Files.readString(file, ISO_8859_1).contains(text) ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void whoever_writes_gets_his_turn_beside_virtual_threads_that_read_without_pause() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            readers.add(Thread.startVirtualThread(() -> {
                while (!isOver.get()) {
                    snapshots.latest(ORDER, 1);
                }
            }));
        }
        try {
            FutureTask<Void> writer = new FutureTask<>(() -> {
                for (int i = 0; i < 5; i++) {
                    snapshots.save(ORDER, 1, SNAPSHOT);
                    snapshots.delete(ORDER);
                }
                return null;
            });
            Thread.ofPlatform().daemon().start(writer);
            writer.get(30, TimeUnit.SECONDS);
        } finally {
            isOver.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
    }

    @Test
    void one_holds_the_directory() {
        assertThatThrownBy(() -> EmbeddedSnapshots.open(directory))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("is held by process");
    }

    @Test
    void a_directory_that_cannot_be_used_is_begun_anew() throws IOException {
        snapshots.save(ORDER, 1, SNAPSHOT);
        snapshots.close();
        List<Path> files;
        try (Stream<Path> found = Files.list(directory.resolve("snapshots/states"))) {
            files = found.filter(file -> file.getFileName().toString().matches("MANIFEST-.*|CURRENT"))
                    .toList();
        }
        assertThat(files).hasSize(2);
        for (Path file : files) {
            Files.writeString(file, "damaged");
        }
        open();
        assertThat(snapshots.latest(ORDER, 1)).isEmpty();
        snapshots.save(ORDER, 1, SNAPSHOT);
        assertThat(snapshots.latest(ORDER, 1)).contains(SNAPSHOT);
    }
}
