package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Opening stores on small segments, filling them, and checking that what they hold is whole. */
final class Stores {
    static final int SMALL_SEGMENT = 64 << 10;

    private Stores() {}

    static EventStore open(Path directory) {
        return open(directory, SMALL_SEGMENT);
    }

    static EventStore open(Path directory, int segmentBytes) {
        return EventStore.on(EmbeddedJournal.open(directory, Limits.DEFAULT, segmentBytes, LocalDisk::new));
    }

    static EventStore open(Path directory, Disk disk) {
        return EventStore.on(EmbeddedJournal.open(directory, Limits.DEFAULT, SMALL_SEGMENT, path -> disk));
    }

    /** Appends so many events, each alone, to a few streams. */
    static void fill(EventStore store, int events) {
        for (int i = 0; i < events; i++) {
            store.append(StreamName.of("Order-" + i % 7), ExpectedVersion.any(), event(i));
        }
    }

    static NewEvent event(int number) {
        return NewEvent.json("Counted", "{\"number\":" + number + ",\"padding\":\"" + "x".repeat(number % 200) + "\"}")
                .withTags("parity:" + number % 2);
    }

    /** All events, after checking that positions, versions and every way to find them agree. */
    static List<RecordedEvent> whole(EventStore store) {
        List<RecordedEvent> all = store.read(EventQuery.all()).toList();
        Map<StreamName, Long> versions = new HashMap<>();
        Map<String, List<RecordedEvent>> byCategory = new TreeMap<>();
        for (int i = 0; i < all.size(); i++) {
            RecordedEvent event = all.get(i);
            assertThat(event.position().value()).isEqualTo(i + 1L);
            assertThat(event.version()).isEqualTo(versions.merge(event.stream(), 1L, Long::sum));
            byCategory
                    .computeIfAbsent(event.stream().category(), category -> new ArrayList<>())
                    .add(event);
        }
        assertThat(store.head().value()).isEqualTo(all.size());
        versions.forEach((stream, version) -> assertThat(store.version(stream)).isEqualTo(version));
        byCategory.forEach((category, events) ->
                assertThat(store.read(EventQuery.category(category)).toList()).isEqualTo(events));
        return all;
    }

    /** Copies the directory, but not the lock and what is named in addition. */
    static void copy(Path from, Path to, String... without) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path relative = from.relativize(path);
                boolean left = relative.startsWith("lock") || relative.startsWith("native");
                for (String name : without) {
                    left |= relative.startsWith(name);
                }
                if (!left) {
                    Path target = to.resolve(relative.toString());
                    if (Files.isDirectory(path)) {
                        Files.createDirectories(target);
                    } else {
                        Files.copy(path, target);
                    }
                }
            }
        }
    }
}
