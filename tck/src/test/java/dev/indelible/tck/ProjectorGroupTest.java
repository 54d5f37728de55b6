package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Note;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import dev.indelible.projection.ProjectorStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Processes that run one projection share its parts, and whoever lost one can do nothing to it. */
class ProjectorGroupTest extends ProjectorFixture {
    private static final int PARTS = 8;

    private static ProjectorOptions member(String name) {
        return ProjectorOptions.standard()
                .withLease(LEASE)
                .withParts(PARTS)
                .withMember(name)
                .withAttemptsMax(3);
    }

    /** Who owns how many parts. */
    private Map<String, Integer> owners() {
        Map<String, Integer> owners = new HashMap<>();
        target.notes("counts", "part/1/", "").forEach(note -> {
            String owner = note.text().strip().replace("owner=", "");
            owners.merge(owner, 1, Integer::sum);
        });
        return owners;
    }

    @Test
    void members_that_join_and_leave_get_their_share_of_the_parts() throws Exception {
        var one = start(new Counts(), target, member("one"));
        await(() -> owners().equals(Map.of("one", 8)));
        var two = start(new Counts(), target, member("two"));
        await(() -> owners().equals(Map.of("one", 4, "two", 4)));
        start(new Counts(), target, member("three"));
        await(() -> owners().values().stream().sorted().toList().equals(List.of(2, 3, 3)));
        one.close();
        await(() -> owners().equals(Map.of("three", 4, "two", 4)));
        for (int i = 0; i < 40; i++) {
            append("Order-" + i, 3);
        }
        awaitAt(two, store.head());
        assertThat(target.model("counts")).hasSize(40);
        assertThat(target.model("counts").values()).containsOnly(3L);
    }

    /** A member whose threads stand still, as in a long collection of garbage, or on a machine that was suspended. */
    @Test
    void a_member_that_stood_still_past_its_lease_finds_its_parts_taken_and_does_no_harm() throws Exception {
        CountDownLatch inMidStep = new CountDownLatch(1);
        CountDownLatch wakeUp = new CountDownLatch(1);
        StandingStill<Map<String, Long>> stalled = new StandingStill<>(target);
        var sleeper = start(new Counts(), stalled, member("sleeper"));
        awaitAt(sleeper, append("Order-1", 10));
        stalled.stand(inMidStep, wakeUp);
        append("Order-1", 5);
        assertThat(inMidStep.await(30, TimeUnit.SECONDS)).isTrue();
        var other = start(new Counts(), target, member("other"));
        await(() -> owners().equals(Map.of("other", 8)));
        awaitAt(other, append("Order-1", 5));
        wakeUp.countDown();
        awaitAt(sleeper, append("Order-1", 5));
        await(() -> owners().equals(Map.of("other", 4, "sleeper", 4)));
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 25L));
    }

    @Test
    void order_in_each_stream_is_kept_through_joins_leaves_failures_and_restarts() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("ProjectorGroupTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        AtomicBoolean isShaky = new AtomicBoolean(true);
        List<Projector<?, ?>> members = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            append("Order-" + random.nextInt(30), 1 + random.nextInt(20));
            switch (random.nextInt(12)) {
                case 0 -> members.add(start(shaky(isShaky, i), target, member("m" + i)));
                case 1 -> {
                    if (!members.isEmpty()) {
                        members.remove(random.nextInt(members.size())).close();
                    }
                }
                case 2 -> {
                    if (!members.isEmpty()) {
                        members.getFirst().pause();
                        members.getLast().resume();
                    }
                }
                default -> {}
            }
        }
        isShaky.set(false);
        members.forEach(Projector::resume);
        var last = start(new Counts(), target, member("last"));
        last.resume();
        awaitAt(last, store.head());
        Map<String, Long> expected = new HashMap<>();
        store.read(new Counts().reads())
                .forEach(event -> expected.merge(event.stream().value(), 1L, Long::sum));
        assertThat(target.model("counts")).isEqualTo(expected);
    }

    /** Fails now and then, and never for ever. */
    private static Counts shaky(AtomicBoolean isShaky, int seed) {
        Random random = new Random(seed);
        return new Counts() {
            @Override
            public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
                if (isShaky.get() && random.nextInt(200) == 0) {
                    throw new IllegalStateException("now and then");
                }
                super.apply(event, delivery, model);
            }
        };
    }

    @Test
    void a_second_projector_of_one_part_stands_by_and_takes_over() throws Exception {
        ProjectorOptions one = ProjectorOptions.standard().withLease(LEASE);
        var first = start(new Counts(), target, one);
        awaitAt(first, append("Order-1", 1));
        var second = start(new Counts(), target, ProjectorOptions.standard().withLease(LEASE));
        Position more = append("Order-1", 1);
        awaitAt(second, more);
        await(() -> second.status().state() == State.STANDBY);
        assertThat(second.status().events()).isZero();
        first.close();
        Position last = append("Order-1", 1);
        assertThat(second.await(last, Duration.ofSeconds(30))).isTrue();
        assertThat(second.status().events()).isEqualTo(1);
        assertThat(new TreeSet<>(target.model("counts").values())).containsExactly(3L);
    }

    /** A process asks what holds, and then how far the parts are; in between, that may have ceased to hold. */
    @Test
    void a_pause_between_two_looks_of_another_process_holds_that_one_too() throws Exception {
        var steering = start(new Counts(), target, ProjectorOptions.standard());
        awaitAt(steering, append("Order-1", 1));
        AtomicBoolean isBetween = new AtomicBoolean();
        CountDownLatch isPaused = new CountDownLatch(1);
        StandingStill<Map<String, Long>> view = new StandingStill<>(target) {
            @Override
            public List<Note> notes(String projection, String prefix, String after) {
                if (prefix.startsWith("part/") && isBetween.compareAndSet(true, false)) {
                    steering.pause();
                    append("Order-1", 1);
                    isPaused.countDown();
                }
                return super.notes(projection, prefix, after);
            }
        };
        steering.close();
        var other = start(new Counts(), view, ProjectorOptions.standard());
        awaitAt(other, append("Order-1", 1));
        isBetween.set(true);
        assertThat(isPaused.await(30, TimeUnit.SECONDS)).isTrue();
        Position after = store.head();
        assertThat(other.await(after, Duration.ofMillis(900))).isFalse();
        assertThat(target.model("counts")).containsEntry("Order-1", 2L);
        other.resume();
        awaitAt(other, after);
    }
}
