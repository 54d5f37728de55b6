package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.memory.MemoryTarget;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever happens to projectors, the read model becomes what the events say, each taken in once and in order. */
class ProjectorTest {
    private static final Codec<RecordedEvent> AS_RECORDED = new Codec<>() {
        @Override
        public NewEvent encode(RecordedEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<RecordedEvent> decode(RecordedEvent event) {
            return List.of(event);
        }
    };

    private final EventStore store = EventStore.on(new MemoryJournal());
    private final MemoryTarget<Map<String, Long>> target = MemoryTarget.of(Map.of(), HashMap::new);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        store.close();
    }

    /** Keeps of each stream how many events it had, and fails if one comes out of order. */
    private static class Counts implements Projection<RecordedEvent, Map<String, Long>> {
        @Override
        public String name() {
            return "counts";
        }

        @Override
        public EventQuery reads() {
            return EventQuery.category("Order");
        }

        @Override
        public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
            long before = model.getOrDefault(event.stream().value(), 0L);
            if (event.version() != before + 1) {
                throw new AssertionError(event + " after version " + before);
            }
            model.put(event.stream().value(), event.version());
        }
    }

    private Projector<RecordedEvent, Map<String, Long>> start(
            Projection<RecordedEvent, Map<String, Long>> projection, ProjectionTarget<Map<String, Long>> into) {
        Projector<RecordedEvent, Map<String, Long>> projector = Projector.start(store, projection, into, AS_RECORDED);
        open.add(projector);
        return projector;
    }

    private Position append(String stream, int events) {
        return store.append(StreamName.of(stream), ExpectedVersion.any(), ContractBase.events(events))
                .position();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Racers.patience().toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void awaitAt(Projector<?, ?> projector, Position position) throws InterruptedException {
        assertThat(projector.await(position, Racers.patience()))
                .as(() -> projector.status().toString())
                .isTrue();
    }

    @Test
    void it_catches_up_goes_live_and_goes_on_after_a_restart() throws InterruptedException {
        append("Order-1", 2_000);
        Position other = append("Other-1", 3);
        var projector = start(new Counts(), target);
        awaitAt(projector, other);
        await(() -> projector.status().isLive());
        awaitAt(projector, append("Order-2", 5));
        assertThat(target.model()).isEqualTo(Map.of("Order-1", 2_000L, "Order-2", 5L));
        assertThat(projector.status().events()).isEqualTo(2_005);
        assertThat(projector.status().lag()).isZero();
        projector.close();
        assertThat(projector.status().state()).isEqualTo(State.CLOSED);
        Position later = append("Order-1", 1);
        var again = start(new Counts(), target);
        awaitAt(again, later);
        assertThat(target.model()).containsEntry("Order-1", 2_001L);
        assertThat(again.status().events()).isEqualTo(1);
    }

    @Test
    void what_was_there_before_the_projection_is_a_replay_also_after_a_restart() throws InterruptedException {
        Map<Long, Boolean> replays = new ConcurrentHashMap<>();
        Projection<RecordedEvent, Map<String, Long>> noting = new Counts() {
            @Override
            public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
                replays.put(event.position().value(), delivery.isReplay());
            }
        };
        append("Order-1", 3);
        target.begin("counts", store.head());
        Position last = append("Order-1", 2);
        awaitAt(start(noting, target), last);
        assertThat(replays).isEqualTo(Map.of(1L, true, 2L, true, 3L, true, 4L, false, 5L, false));
    }

    @Test
    void rivals_that_come_and_go_take_each_event_in_once() throws InterruptedException {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("ProjectorTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        List<Projector<?, ?>> rivals = new ArrayList<>();
        Position last = Position.START;
        for (int i = 0; i < 400; i++) {
            last = append("Order-" + random.nextInt(10), 1 + random.nextInt(50));
            if (random.nextInt(8) == 0) {
                rivals.add(start(new Counts(), target));
            } else if (random.nextInt(8) == 0 && !rivals.isEmpty()) {
                rivals.remove(random.nextInt(rivals.size())).close();
            } else if (random.nextInt(8) == 0 && !rivals.isEmpty()) {
                rivals.get(random.nextInt(rivals.size())).pause();
            }
        }
        awaitAt(start(new Counts(), target), last);
        Map<String, Long> expected = new HashMap<>();
        store.read(EventQuery.category("Order"))
                .forEach(event -> expected.merge(event.stream().value(), 1L, Long::sum));
        assertThat(target.model()).isEqualTo(expected);
    }

    @Test
    void while_it_is_paused_nothing_is_taken_in() throws InterruptedException {
        var projector = start(new Counts(), target);
        awaitAt(projector, append("Order-1", 1));
        projector.pause();
        await(() -> projector.status().state() == State.PAUSED);
        Position later = append("Order-1", 1);
        assertThat(projector.await(later, Duration.ofMillis(200))).isFalse();
        projector.resume();
        awaitAt(projector, later);
        assertThat(target.model()).containsEntry("Order-1", 2L);
    }

    @Test
    void an_event_that_always_fails_stops_it_there_and_nothing_is_skipped() throws InterruptedException {
        AtomicBoolean isPoison = new AtomicBoolean(true);
        Projection<RecordedEvent, Map<String, Long>> failing = new Counts() {
            @Override
            public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
                if (event.position().value() == 7 && isPoison.get()) {
                    throw new IllegalStateException("poison");
                }
                super.apply(event, delivery, model);
            }
        };
        Position last = append("Order-1", 10);
        var projector = start(failing, target);
        await(() -> projector.status().state() == State.STOPPED);
        assertThat(projector.status().position()).isEqualTo(Position.of(6));
        assertThat(projector.status().lastError().orElseThrow()).hasMessage("poison");
        assertThat(target.model()).containsEntry("Order-1", 6L);
        assertThat(projector.await(last, Racers.patience())).as("at once").isFalse();
        isPoison.set(false);
        projector.resume();
        awaitAt(projector, last);
        assertThat(target.model()).containsEntry("Order-1", 10L);
        assertThat(projector.status().lastError()).isEmpty();
    }

    @Test
    void a_target_that_cannot_be_reached_is_tried_for_ever() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        ProjectionTarget<Map<String, Long>> away = new ProjectionTarget<>() {
            @Override
            public Progress begin(String projection, Position head) {
                if (calls.incrementAndGet() % 3 == 0) {
                    throw new Unavailable("not now", null);
                }
                return target.begin(projection, head);
            }

            @Override
            public boolean advance(String projection, Position from, Position to, Work<Map<String, Long>> work)
                    throws Exception {
                if (calls.incrementAndGet() < 16) {
                    throw new Unavailable("not now", null);
                }
                boolean moved = target.advance(projection, from, to, work);
                if (calls.get() % 2 == 0) {
                    throw new Unavailable("the answer got lost", null);
                }
                return moved;
            }
        };
        Position last = append("Order-1", 100);
        var projector = start(new Counts(), away);
        awaitAt(projector, last);
        assertThat(target.model()).containsEntry("Order-1", 100L);
        assertThat(projector.status().failures()).isGreaterThan(5);
    }

    @Test
    void it_survives_its_store_and_can_be_closed_after_it() {
        EventStore closed = EventStore.on(new MemoryJournal());
        var projector = Projector.start(closed, new Counts(), target, AS_RECORDED);
        await(() -> projector.status().isLive());
        closed.close();
        projector.close();
        projector.close();
    }
}
