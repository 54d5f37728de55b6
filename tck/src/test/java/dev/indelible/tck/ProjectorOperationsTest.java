package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.ParkedEvent;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import dev.indelible.projection.ProjectorStatus.State;
import dev.indelible.projection.RebuildStatus.Phase;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What can be told to a projector: rebuild, roll back, park, retry, skip; and that it holds for all that run it. */
class ProjectorOperationsTest extends ProjectorFixture {
    /** Adds so much to each count; what is wrong with an event is up to the test. */
    private static final class Adjustable extends Counts {
        private final int code;
        private final long offset;
        private final Set<Long> poison = ConcurrentHashMap.newKeySet();
        private final Map<Long, Integer> live = new ConcurrentHashMap<>();

        Adjustable(int code, long offset) {
            this.code = code;
            this.offset = offset;
        }

        @Override
        public int version() {
            return code;
        }

        @Override
        public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
            if (poison.contains(event.position().value())) {
                throw new IllegalStateException("poison " + event.position());
            }
            long before = model.getOrDefault(event.stream().value(), offset);
            if (event.version() + offset != before + 1) {
                throw new AssertionError(event + " after " + before);
            }
            model.put(event.stream().value(), before + 1);
            if (!delivery.isReplay()) {
                live.merge(event.position().value(), 1, Integer::sum);
            }
        }
    }

    private static ProjectorOptions quick() {
        return ProjectorOptions.standard().withLease(LEASE).withAttemptsMax(3);
    }

    private static void awaitVersion(Projector<?, ?> projector, int version) {
        await(() -> projector.status().version() == version);
    }

    @Test
    void a_rebuild_takes_the_place_of_what_is_read_and_can_be_rolled_back() throws Exception {
        Adjustable counts = new Adjustable(1, 0);
        var projector = start(counts, target, quick().withParts(4));
        awaitVersion(projector, 1);
        for (int i = 0; i < 50; i++) {
            append("Order-" + i, 20);
        }
        awaitAt(projector, store.head());
        assertThatThrownBy(projector::rollback).hasMessageContaining("no former version");
        projector.rebuild(100);
        awaitVersion(projector, 2);
        Position more = append("Order-7", 5);
        awaitAt(projector, more);
        assertThat(target.model("counts")).containsEntry("Order-7", 25L).hasSize(50);
        assertThat(projector.status().former()).isEqualTo(1);
        projector.rollback();
        awaitVersion(projector, 1);
        awaitAt(projector, append("Order-7", 1));
        assertThat(target.model("counts")).containsEntry("Order-7", 26L).hasSize(50);
        assertThat(counts.live.values()).as("each live once").containsOnly(1);
        assertThat(counts.live).hasSize(1_006);
        assertThat(projector.dropFormer()).isTrue();
        assertThat(projector.dropFormer()).isFalse();
        projector.rebuild(0);
        awaitVersion(projector, 3);
        assertThat(target.model("counts")).containsEntry("Order-7", 26L).hasSize(50);
    }

    @Test
    void a_rebuild_that_is_to_compare_is_refused_at_once_where_the_target_cannot() throws Exception {
        var projector = start(new Adjustable(1, 0), new BrokenTargets.Blind(), quick());
        awaitAt(projector, append("Order-1", 10));
        assertThatThrownBy(() -> projector.rebuild(100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("samples: 100 (expected: 0, since this target cannot compare versions)");
        assertThat(projector.status().rebuild()).isEmpty();
        projector.rebuild(0);
        awaitVersion(projector, 2);
    }

    @Test
    void a_rebuild_goes_on_in_another_process_and_readers_never_see_less() throws Exception {
        Adjustable slow = new Adjustable(1, 0);
        var first = start(slow, target, quick());
        awaitAt(first, append("Order-1", 500));
        slow.poison.add(400L);
        first.rebuild(0);
        await(() -> first.status().rebuild().isPresent());
        await(() -> first.status().rebuild().orElseThrow().position().value() == 399);
        assertThat(target.model("counts")).containsEntry("Order-1", 500L);
        first.close();
        var second = start(new Adjustable(1, 0), target, quick());
        awaitVersion(second, 2);
        assertThat(target.model("counts")).containsEntry("Order-1", 500L);
        awaitAt(second, append("Order-1", 1));
        assertThat(target.model("counts")).containsEntry("Order-1", 501L);
    }

    @Test
    void new_code_builds_its_version_beside_the_old_and_old_code_can_be_rolled_back_to() throws Exception {
        var old = start(new Adjustable(1, 0), target, quick());
        awaitAt(old, append("Order-1", 10));
        var renewed = start(new Adjustable(2, 1_000), target, quick());
        awaitVersion(renewed, 2);
        awaitAt(renewed, append("Order-1", 1));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 1_011L));
        await(() -> old.status().version() == 2);
        renewed.rollback();
        awaitVersion(old, 1);
        awaitAt(old, append("Order-1", 1));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 12L));
        old.close();
        renewed.rollback();
        awaitVersion(renewed, 2);
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 1_012L));
        assertThatThrownBy(renewed::rollback).hasMessageContaining("which no process runs");
    }

    @Test
    void what_was_cancelled_is_not_begun_again_by_the_code_that_had_begun_it() throws Exception {
        var old = start(new Adjustable(1, 0), target, quick());
        awaitAt(old, append("Order-1", 10));
        Adjustable broken = new Adjustable(2, 1_000);
        broken.poison.add(5L);
        var renewed = start(broken, target, quick());
        await(() -> renewed.status().rebuild().isPresent());
        await(() -> renewed.status().lastError().isPresent());
        assertThat(renewed.cancel()).isTrue();
        broken.poison.clear();
        assertThatThrownBy(() -> old.rebuild(-1)).hasMessageContaining("samples: -1");
        awaitAt(old, append("Order-1", 1));
        var again = start(new Adjustable(2, 1_000), target, quick());
        awaitAt(old, append("Order-1", 1));
        await(() -> again.status().version() == 1);
        assertThat(again.status().rebuild()).isEmpty();
        again.rebuild(0);
        awaitVersion(again, 3);
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 1_012L));
        assertThatThrownBy(() -> old.rebuild(0)).hasMessageContaining("code of version 2 (here: 1");
    }

    @Test
    void a_version_that_stops_just_before_the_switch_holds_up_nobody() throws Exception {
        Adjustable counts = new Adjustable(1, 0);
        var projector = start(counts, target, quick());
        awaitAt(projector, append("Order-1", 10));
        counts.poison.add(10L);
        projector.rebuild(0);
        await(() -> projector.status().lastError().isPresent());
        Position later = append("Order-2", 1);
        awaitAt(projector, later);
        assertThat(projector.status().version()).isEqualTo(1);
        assertThat(projector.status().rebuild()).isPresent();
        assertThat(projector.status().lastError().orElseThrow()).hasMessage("poison 10");
    }

    @Test
    void versions_that_differ_are_not_switched_unless_somebody_says_so() throws Exception {
        AtomicReference<Long> offset = new AtomicReference<>(0L);
        Counts changing = new Counts() {
            @Override
            public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
                model.put(event.stream().value(), event.version() + offset.get());
            }
        };
        var projector = start(changing, target, quick());
        awaitAt(projector, append("Order-1", 10));
        offset.set(5L);
        projector.rebuild(10);
        await(() -> projector
                .status()
                .rebuild()
                .map(each -> each.phase() == Phase.DIFFERS)
                .orElse(false));
        assertThat(projector.status().rebuild().orElseThrow().difference()).contains("not equal");
        awaitAt(projector, append("Order-2", 1));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 10L, "Order-2", 6L));
        assertThatThrownBy(() -> projector.rebuild(0)).hasMessageContaining("version 2 is being built");
        assertThat(projector.cancel()).isTrue();
        projector.rebuild(10);
        await(() -> projector
                .status()
                .rebuild()
                .map(each -> each.phase() == Phase.DIFFERS)
                .orElse(false));
        assertThat(projector.accept()).isTrue();
        awaitVersion(projector, 3);
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 15L, "Order-2", 6L));
    }

    @Test
    void a_poisoned_key_waits_in_order_while_others_go_on_and_is_as_if_nothing_had_happened_after_a_retry()
            throws Exception {
        Adjustable counts = new Adjustable(1, 0);
        counts.poison.add(3L);
        counts.poison.add(5L);
        var projector = start(counts, target, quick().parking());
        append("Order-1", 6); // positions 1 to 6
        append("Order-2", 4);
        awaitAt(projector, append("Order-1", 2));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 2L, "Order-2", 4L));
        assertThat(projector.parked())
                .extracting(each -> each.position().value())
                .containsExactly(3L, 4L, 5L, 6L, 11L, 12L);
        assertThat(projector.parked().getFirst().reason()).contains("poison 3");
        await(() -> projector.status().parked() == 6);
        projector.close();
        var again = start(counts, target, quick().parking());
        awaitAt(again, append("Order-1", 1));
        assertThat(again.parked()).hasSize(7);
        counts.poison.remove(3L);
        assertThatThrownBy(() -> again.retry("Order-1")).hasMessage("poison 5");
        assertThat(target.model("counts")).containsEntry("Order-1", 4L);
        assertThat(again.parked().getFirst()).satisfies(first -> {
            assertThat(first.position()).isEqualTo(Position.of(5));
            assertThat(first.reason()).contains("poison 5");
        });
        counts.poison.clear();
        assertThat(again.retry("Order-1")).isEqualTo(5);
        assertThat(again.retry("Order-1")).isZero();
        awaitAt(again, append("Order-1", 1));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 10L, "Order-2", 4L));
        assertThat(again.parked()).isEmpty();
    }

    @Test
    void what_is_skipped_is_gone_but_for_the_reason() throws Exception {
        Counts lenient = new Counts() {
            @Override
            public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
                if (event.position().value() == 2) {
                    throw new IllegalStateException("poison");
                }
                model.merge(event.stream().value(), 1L, Long::sum);
            }
        };
        var projector = start(lenient, target, quick().parking());
        awaitAt(projector, append("Order-1", 4));
        assertThat(projector.skip(Position.of(1), "why")).as("not parked").isFalse();
        assertThatThrownBy(() -> projector.skip(Position.of(2), " ")).hasMessageContaining("why it is skipped");
        assertThat(projector.skip(Position.of(2), "a test order")).isTrue();
        assertThat(projector.retry("Order-1")).isEqualTo(2);
        awaitAt(projector, append("Order-1", 1));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 4L));
        assertThat(projector.skipped())
                .containsExactly(new ParkedEvent(
                        1, "Order-1", Position.of(2), "a test order (java.lang.IllegalStateException: poison)"));
    }

    @Test
    void a_pause_holds_everybody_and_after_restarts_until_somebody_resumes() throws Exception {
        var one = start(new Counts(), target, quick());
        var other = start(new Counts(), target, quick());
        awaitAt(one, append("Order-1", 1));
        other.pause();
        await(() -> one.status().state() == State.PAUSED && other.status().state() == State.PAUSED);
        Position later = append("Order-1", 1);
        one.close();
        var again = start(new Counts(), target, quick());
        await(() -> again.status().state() == State.PAUSED);
        assertThat(target.model("counts")).containsEntry("Order-1", 1L);
        again.resume();
        awaitAt(other, later);
        assertThat(target.model("counts")).containsEntry("Order-1", 2L);
    }

    @Test
    void a_read_model_that_cannot_be_made_stops_the_projector_until_it_can() throws Exception {
        AtomicBoolean canCreate = new AtomicBoolean();
        Counts unmade = new Counts() {
            @Override
            public void create(Map<String, Long> model) {
                if (!canCreate.get()) {
                    throw new IllegalStateException("no room");
                }
            }
        };
        var projector = start(unmade, target, quick());
        await(() -> projector.status().state() == State.STOPPED);
        assertThat(projector.status().lastError().orElseThrow()).hasMessage("no room");
        canCreate.set(true);
        projector.resume();
        awaitAt(projector, append("Order-1", 1));
        await(() -> projector.status().state() == State.RUNNING);
    }
}
