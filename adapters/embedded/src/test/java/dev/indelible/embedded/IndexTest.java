package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index across full tails, and when it is lost or damaged. */
class IndexTest {
    private static final int SEGMENT = 8 << 20;

    @TempDir
    Path directory;

    @Test
    void every_query_means_the_same_in_tails_in_the_store_and_after_reopening() {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("IndexTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        List<RecordedEvent> all;
        try (EventStore store = Stores.open(directory, SEGMENT)) {
            fillSeveralTails(store, random);
            all = store.read(EventQuery.all()).toList();
            assertThat(all).hasSizeGreaterThan(2 * Index.TAIL_EVENTS);
            assertQueriesAgree(store, all, random);
        }
        try (EventStore store = Stores.open(directory, SEGMENT)) {
            assertThat(store.read(EventQuery.all()).toList()).isEqualTo(all);
            assertQueriesAgree(store, all, random);
        }
    }

    @Test
    void an_index_that_is_missing_or_damaged_is_built_anew() throws IOException {
        NewEvent known = Stores.event(5);
        try (EventStore store = Stores.open(directory, SEGMENT)) {
            Stores.fill(store, 300);
            store.append(StreamName.of("Order-known"), ExpectedVersion.any(), known);
        }
        for (String damage : List.of("CURRENT", "MANIFEST", ".sst", "everything")) {
            try (var files = Files.list(directory.resolve("index"))) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (damage.equals("everything")) {
                        Files.delete(file);
                    } else if (name.contains(damage)) {
                        Files.write(file, new byte[] {1, 2, 3});
                    }
                }
            }
            try (EventStore store = Stores.open(directory, SEGMENT)) {
                assertThat(Stores.whole(store)).as(damage).hasSize(301);
                assertThat(store.append(StreamName.of("Order-known"), ExpectedVersion.noStream(), known)
                                .repeated())
                        .isTrue();
                assertThatThrownBy(() -> store.append(StreamName.of("Order-other"), ExpectedVersion.any(), known))
                        .isInstanceOf(Conflict.class);
            }
        }
    }

    @Test
    void one_directory_is_held_once() {
        try (EventStore store = Stores.open(directory)) {
            assertThatThrownBy(() -> Stores.open(directory))
                    .hasMessageContaining(
                            "held by process " + ProcessHandle.current().pid());
            Stores.fill(store, 1);
        }
        Stores.open(directory).close();
    }

    private static void fillSeveralTails(EventStore store, Random random) {
        int count = 2 * Index.TAIL_EVENTS + 5_000;
        for (int from = 0; from < count; ) {
            int size = Math.min(count - from, 1 + random.nextInt(700));
            NewEvent[] events = IntStream.range(from, from + size)
                    .mapToObj(i -> NewEvent.json("Type" + i % 5, Integer.toString(i))
                            .withTags("rare:" + i / 1_000, "even:" + i % 2, "third:" + i % 3))
                    .toArray(NewEvent[]::new);
            String stream = random.nextInt(4) == 0 ? "Long-1" : "Short-" + random.nextInt(200);
            store.append(StreamName.of(stream), ExpectedVersion.any(), events);
            from += size;
        }
    }

    private static void assertQueriesAgree(EventStore store, List<RecordedEvent> all, Random random) {
        for (int i = 0; i < 120; i++) {
            EventQuery query = query(random);
            Range range = range(random, all.size(), query);
            List<RecordedEvent> expected = new ArrayList<>();
            for (int k = 0; k < all.size() && expected.size() < range.limit(); k++) {
                RecordedEvent event = all.get(range.backwards() ? all.size() - 1 - k : k);
                if (query.matches(event) && range.contains(event)) {
                    expected.add(event);
                }
            }
            List<RecordedEvent> found = store.read(query, range).toList();
            assertThat(found.equals(expected))
                    .as("%s in %s: %d found, %d expected", query, range, found.size(), expected.size())
                    .isTrue();
        }
    }

    private static EventQuery query(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> EventQuery.all();
            case 1 -> EventQuery.stream("Long-1");
            case 2 -> EventQuery.stream("Short-" + random.nextInt(210));
            case 3 -> EventQuery.category(random.nextBoolean() ? "Long" : "Short");
            case 4 -> EventQuery.tags("rare:" + random.nextInt(80), "even:" + random.nextInt(2));
            case 5 -> EventQuery.tags("even:1", "third:2").withTypes("Type" + random.nextInt(6));
            case 6 -> EventQuery.types("Type1", "Type3");
            default ->
                EventQuery.stream("Short-" + random.nextInt(200))
                        .or(EventQuery.tags("rare:" + random.nextInt(80)))
                        .or(EventQuery.category("Long").withTypes("Type0"));
        };
    }

    private static Range range(Random random, int size, EventQuery query) {
        Range range = Range.all();
        if (random.nextBoolean()) {
            range = range.after(Position.of(random.nextInt(size)));
        }
        if (random.nextBoolean()) {
            range = range.before(Position.of(1 + random.nextInt(size + 10)));
        }
        if (query.singleStream().isPresent() && random.nextBoolean()) {
            range = range.fromVersion(random.nextInt(400)).toVersion(random.nextInt(20_000));
        }
        if (random.nextBoolean()) {
            range = range.fromTheEnd();
        }
        return random.nextBoolean() ? range.limit(1 + random.nextInt(3_000)) : range;
    }
}
