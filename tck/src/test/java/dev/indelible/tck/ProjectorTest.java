package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.memory.MemoryTarget;
import dev.indelible.projection.Change;
import dev.indelible.projection.Delivered;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Note;
import dev.indelible.projection.Projection;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever happens to projectors, the read model becomes what the events say, each taken in once and in order. */
class ProjectorTest extends ProjectorFixture {
    @Test
    void it_catches_up_goes_live_and_goes_on_after_a_restart() throws InterruptedException {
        append("Order-1", 2_000);
        Position other = append("Other-1", 3);
        var projector = start(new Counts(), target);
        awaitAt(projector, other);
        await(() -> projector.status().isLive());
        awaitAt(projector, append("Order-2", 5));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 2_000L, "Order-2", 5L));
        assertThat(projector.status().events()).isEqualTo(2_005);
        assertThat(projector.status().lag()).isZero();
        projector.close();
        assertThat(projector.status().state()).isEqualTo(State.CLOSED);
        Position later = append("Order-1", 1);
        var again = start(new Counts(), target);
        awaitAt(again, later);
        assertThat(target.model("counts")).containsEntry("Order-1", 2_001L);
        assertThat(again.status().events()).isEqualTo(1);
    }

    @Test
    void one_projection_can_feed_two_targets_each_at_its_own_pace() throws Exception {
        Counts counts = new Counts();
        MemoryTarget<Map<String, Long>> other = MemoryTarget.of(Map.of(), HashMap::new);
        var first = start(counts, target);
        awaitAt(first, append("Order-1", 3));
        var second = start(counts, other);
        first.pause();
        Position last = append("Order-2", 2);
        awaitAt(second, last);
        assertThat(other.model("counts")).isEqualTo(Map.of("Order-1", 3L, "Order-2", 2L));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 3L));
        first.resume();
        awaitAt(first, last);
        assertThat(target.model("counts")).isEqualTo(other.model("counts"));
    }

    @Test
    void work_that_is_interrupted_has_failed_and_is_done_again() throws Exception {
        AtomicInteger interrupts = new AtomicInteger();
        Projection<RecordedEvent, Map<String, Long>> interrupted = new Counts() {
            @Override
            public void applyAll(List<Delivered<RecordedEvent>> events, Map<String, Long> model) throws Exception {
                if (interrupts.incrementAndGet() <= 3) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedException("from the work");
                }
                super.applyAll(events, model);
            }
        };
        var projector = start(interrupted, target);
        awaitAt(projector, append("Order-1", 5));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 5L));
        assertThat(projector.status().failures()).isPositive();
    }

    @Test
    void what_was_there_before_the_projection_is_a_replay_also_after_a_restart() throws Exception {
        Map<Long, Boolean> replays = new ConcurrentHashMap<>();
        Projection<RecordedEvent, Map<String, Long>> noting = new Counts() {
            @Override
            public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
                replays.put(event.position().value(), delivery.isReplay());
            }
        };
        Position there = append("Order-1", 3);
        awaitAt(start(noting, target), there);
        open.removeLast().close();
        Position later = append("Order-1", 2);
        awaitAt(start(noting, target), later);
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
                Projector<?, ?> rival = rivals.get(random.nextInt(rivals.size()));
                rival.pause();
                rival.resume();
            }
        }
        awaitAt(start(new Counts(), target), last);
        Map<String, Long> expected = new HashMap<>();
        store.read(EventQuery.category("Order"))
                .forEach(event -> expected.merge(event.stream().value(), 1L, Long::sum));
        assertThat(target.model("counts")).isEqualTo(expected);
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
        assertThat(target.model("counts")).containsEntry("Order-1", 2L);
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
        assertThat(target.model("counts")).containsEntry("Order-1", 6L);
        assertThat(projector.await(last, Racers.patience())).as("at once").isFalse();
        isPoison.set(false);
        projector.resume();
        awaitAt(projector, last);
        assertThat(target.model("counts")).containsEntry("Order-1", 10L);
        assertThat(projector.status().lastError()).isEmpty();
    }

    @Test
    void a_target_that_cannot_be_reached_is_tried_for_ever() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        ProjectionTarget<Map<String, Long>> away = new ProjectionTarget<>() {
            @Override
            public Optional<Note> note(String projection, String key) {
                fail(13);
                return target.note(projection, key);
            }

            @Override
            public List<Note> notes(String projection, String prefix, String after) {
                fail(17);
                return target.notes(projection, prefix, after);
            }

            @Override
            public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
                fail(9);
                boolean changed = target.change(change, work);
                fail(5);
                return changed;
            }

            private void fail(int each) {
                if (calls.incrementAndGet() % each == 0) {
                    throw new Unavailable("not now", null);
                }
            }
        };
        Position last = append("Order-1", 100);
        var projector = start(new Counts(), away);
        awaitAt(projector, last);
        for (int i = 0; i < 50; i++) {
            awaitAt(projector, append("Order-2", 1));
        }
        assertThat(target.model("counts")).containsEntry("Order-1", 100L);
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
