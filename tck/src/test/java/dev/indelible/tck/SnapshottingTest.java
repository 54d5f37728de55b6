package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.decider.SnapshotPolicy;
import dev.indelible.decider.Snapshots;
import dev.indelible.decider.StateCodec;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.memory.MemorySnapshots;
import dev.indelible.tck.Places.Enrol;
import dev.indelible.tck.Places.Enrolled;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A snapshot saves time, and never changes or fails a load. */
class SnapshottingTest {
    private static final StreamName JAVA = StreamName.of("Course-java");
    private static final StateCodec<List<String>> STATES = new StateCodec<>() {
        @Override
        public Payload encode(List<String> state) {
            return Payload.json("[\"" + String.join("\",\"", state) + "\"]");
        }

        @Override
        public List<String> decode(Payload payload) {
            return ((List<?>) Json.parse("state", payload.toBytes()))
                    .stream().map(String.class::cast).toList();
        }
    };

    private final EventStore store = EventStore.on(new MemoryJournal());
    private final MemorySnapshots snapshots = new MemorySnapshots();

    private Repository<Enrol, List<String>, Enrolled> courses(Snapshots kept, SnapshotPolicy policy) {
        return Repository.of(store, "Course", new Places(1_000), Places.CODEC).snapshotting(kept, STATES, policy);
    }

    private void enrol(Repository<Enrol, List<String>, Enrolled> courses, int from, int to) {
        for (int i = from; i < to; i++) {
            courses.handle("java", new Enrol("java", "s" + i));
        }
    }

    /** Snapshots are saved by threads of their own. */
    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Racers.patience().toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The names from 0 on. */
    private static List<String> students(int count) {
        return IntStream.range(0, count).mapToObj(i -> "s" + i).toList();
    }

    @Test
    void a_load_goes_on_from_the_latest_snapshot() {
        var courses = courses(snapshots, SnapshotPolicy.every(10));
        enrol(courses, 0, 10);
        await(() -> courses.snapshots().saved() == 1);
        assertThat(snapshots.latest(JAVA, 1).orElseThrow().version()).isEqualTo(10);
        enrol(courses, 10, 12);
        var elsewhere = courses(snapshots, replay -> {
            assertThat(replay.events()).as("read since the snapshot").isEqualTo(2);
            return false;
        });
        assertThat(elsewhere.load("java")).isEqualTo(new Repository.Loaded<>(students(12), 12));
        assertThat(elsewhere.snapshots().used()).isEqualTo(1);
        assertThat(elsewhere.snapshots().faults()).isZero();
    }

    @Test
    void commands_are_decided_and_counted_from_a_snapshot_as_without() {
        var courses = courses(snapshots, SnapshotPolicy.every(1));
        enrol(courses, 0, 1);
        await(() -> courses.snapshots().saved() >= 1);
        enrol(courses, 1, 3);
        var handled = courses.handle("java", new Enrol("java", "s3"));
        assertThat(handled.state()).isEqualTo(students(4));
        assertThat(handled.version()).isEqualTo(4);
        assertThat(handled.position()).isEqualTo(store.head());
    }

    @Test
    void a_snapshot_of_another_version_of_the_decider_is_not_used() {
        var old = courses(snapshots, SnapshotPolicy.every(1));
        enrol(old, 0, 3);
        await(() -> old.snapshots().saved() >= 1);
        var changed = Repository.of(store, "Course", new Renewed(), Places.CODEC)
                .snapshotting(snapshots, STATES, SnapshotPolicy.every(100));
        assertThat(changed.load("java").state()).containsExactly("S0", "S1", "S2");
        assertThat(changed.snapshots().used()).isZero();
    }

    @Test
    void a_damaged_snapshot_costs_time_and_is_told() {
        enrol(courses(snapshots, replay -> false), 0, 3);
        UUID last = store.read(EventQuery.stream(JAVA)).toList().getLast().id();
        snapshots.save(JAVA, 1, new Snapshots.Snapshot(3, last, Payload.binary(new byte[] {1, 2, 3})));
        var courses = courses(snapshots, replay -> false);
        assertThat(courses.load("java").state()).isEqualTo(students(3));
        assertThat(courses.snapshots().faults()).isEqualTo(1);
        assertThat(courses.snapshots().lastError()).isPresent();
    }

    @Test
    void a_snapshot_of_another_past_is_not_used() {
        enrol(courses(snapshots, replay -> false), 0, 3);
        for (long version : new long[] {2, 3, 7}) {
            Snapshots other = new MemorySnapshots();
            other.save(JAVA, 1, new Snapshots.Snapshot(version, UUID.randomUUID(), Payload.json("[\"x\"]")));
            var courses = courses(other, replay -> false);
            assertThat(courses.load("java")).isEqualTo(new Repository.Loaded<>(students(3), 3));
            assertThat(courses.snapshots().lastError().orElseThrow())
                    .hasMessageContaining("snapshot of Course-java at version " + version);
            assertThat(other.latest(JAVA, 1)).as("it would bar newer ones").isEmpty();
        }
    }

    @Test
    void snapshots_that_cannot_be_reached_never_fail_a_command() {
        Snapshots broken = new Snapshots() {
            @Override
            public Optional<Snapshot> latest(StreamName stream, int deciderVersion) {
                throw new Unavailable("no snapshots today", null);
            }

            @Override
            public void save(StreamName stream, int deciderVersion, Snapshot snapshot) {
                throw new Unavailable("no snapshots today", null);
            }

            @Override
            public void delete(StreamName stream) {
                throw new Unavailable("no snapshots today", null);
            }
        };
        var courses = courses(broken, SnapshotPolicy.every(1));
        enrol(courses, 0, 5);
        assertThat(courses.load("java").state()).isEqualTo(students(5));
        await(() -> courses.snapshots().faults() > 6);
        assertThat(courses.snapshots().saved()).isZero();
        assertThat(courses.snapshots().lastError().orElseThrow()).hasMessage("no snapshots today");
    }

    @Test
    void a_policy_or_a_codec_that_fails_costs_time_and_is_told() {
        var courses = courses(snapshots, replay -> {
            throw new IllegalStateException("no idea");
        });
        enrol(courses, 0, 3);
        assertThat(courses.load("java").state()).isEqualTo(students(3));
        assertThat(courses.snapshots().lastError().orElseThrow()).hasMessage("no idea");
        UUID last = store.read(EventQuery.stream(JAVA)).toList().getLast().id();
        snapshots.save(JAVA, 1, new Snapshots.Snapshot(3, last, Payload.json("[]")));
        for (Supplier<List<String>> decode : List.<Supplier<List<String>>>of(
                () -> {
                    throw new StackOverflowError("deep");
                },
                () -> {
                    throw new NoClassDefFoundError("gone");
                },
                SnapshottingTest::nothing)) {
            var failing = Repository.of(store, "Course", new Places(1_000), Places.CODEC)
                    .snapshotting(
                            snapshots,
                            new StateCodec<>() {
                                @Override
                                public Payload encode(List<String> state) {
                                    return Payload.json("[]");
                                }

                                @Override
                                public List<String> decode(Payload payload) {
                                    return decode.get();
                                }
                            },
                            replay -> false);
            assertThat(failing.load("java").state()).isEqualTo(students(3));
            assertThat(failing.snapshots().faults()).isEqualTo(1);
        }
    }

    @SuppressWarnings("NullAway") // what a codec in another language may do
    private static List<String> nothing() {
        return null;
    }

    @Test
    void policies_say_when() {
        var replay = new SnapshotPolicy.Replay(200, 50, Duration.ofMillis(30));
        assertThat(SnapshotPolicy.every(50).isDue(replay)).isTrue();
        assertThat(SnapshotPolicy.every(51).isDue(replay)).isFalse();
        assertThat(SnapshotPolicy.slowerThan(Duration.ofMillis(29)).isDue(replay))
                .isTrue();
        assertThat(SnapshotPolicy.slowerThan(Duration.ofMillis(30)).isDue(replay))
                .isFalse();
        assertThat(SnapshotPolicy.longerThan(199).isDue(replay)).isTrue();
        assertThat(SnapshotPolicy.longerThan(200).isDue(replay)).isFalse();
        assertThat(SnapshotPolicy.every(51).or(SnapshotPolicy.longerThan(1)).isDue(replay))
                .isTrue();
        assertThat(SnapshotPolicy.every(51).and(SnapshotPolicy.longerThan(1)).isDue(replay))
                .isFalse();
    }

    /** The same in capitals. */
    private static final class Renewed implements Decider<Enrol, List<String>, Enrolled> {
        private final Places places = new Places(1_000);

        @Override
        public List<String> initial() {
            return places.initial();
        }

        @Override
        public List<Enrolled> decide(Enrol command, List<String> state) {
            return places.decide(command, state);
        }

        @Override
        public List<String> evolve(List<String> state, Enrolled event) {
            return places.evolve(
                    state, new Enrolled(event.course(), event.student().toUpperCase(Locale.ROOT)));
        }

        @Override
        public int version() {
            return 2;
        }
    }
}
