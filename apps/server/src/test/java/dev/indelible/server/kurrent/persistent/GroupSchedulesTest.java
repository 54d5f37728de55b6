package dev.indelible.server.kurrent.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random schedules of reads, answers, silence, consumers that come and go, parking that takes its time, replays and
 * crashes. Whatever happens: what a checkpoint covers is done, what is held is bounded, and at last all is done.
 */
class GroupSchedulesTest {
    private static final int SCHEDULES = 300;
    private static final int EVENTS = 400;
    private static final int BUFFER_MAX = 12;
    private static final int CONSUMERS_MAX = 3;
    private static final int HISTORY = 40;
    private static final int BATCH = 7;
    private static final List<Nack> ACTIONS = List.of(Nack.PARK, Nack.RETRY, Nack.SKIP, Nack.STOP);

    @ParameterizedTest
    @EnumSource
    void nothing_is_ever_skipped_and_what_is_held_is_bounded(ConsumerStrategy strategy) {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("-Dindelible.seed=" + seed);
        Random seeds = new Random(seed);
        for (int i = 0; i < SCHEDULES; i++) {
            new Schedule(strategy, new Random(seeds.nextLong())).run();
        }
    }

    /** What lives longer than the group does: the source, the checkpoint, the parked events, and what was done. */
    private static final class Schedule {
        private final ConsumerStrategy strategy;
        private final Random random;
        private final BitSet done = new BitSet();
        private final TreeMap<Long, Integer> parked = new TreeMap<>();
        private final Map<Consumer<Integer>, Map<UUID, Integer>> held = new HashMap<>();
        private final Map<Consumer<Integer>, Integer> buffers = new HashMap<>();
        private long parkedNext;
        private long parkedFrom;
        private long checkpoint = -1;
        private long now;
        private Group<Integer> group;

        Schedule(ConsumerStrategy strategy, Random random) {
            this.strategy = strategy;
            this.random = random;
            this.group = opened();
        }

        private Group<Integer> opened() {
            held.clear();
            buffers.clear();
            GroupSettings settings =
                    new GroupSettings(50, 3, 20, 2, 30, CONSUMERS_MAX, HISTORY / 2, BATCH, HISTORY, strategy);
            return new Group<>(settings, checkpoint, parkedFrom, now);
        }

        void run() {
            int steps = 0;
            while (!isOver()) {
                step(random.nextInt(100), ++steps < 3_000);
                check();
                assertThat(steps).as("steps until all is done").isLessThan(100_000);
            }
        }

        private boolean isOver() {
            return done.cardinality() == EVENTS && checkpoint == EVENTS - 1 && parkedFrom == parkedNext;
        }

        private void step(int choice, boolean troubled) {
            now += random.nextInt(3);
            group.tick(now);
            if (choice < 25) {
                read();
            } else if (choice < 70) {
                answer(troubled);
            } else if (choice < 80) {
                record(false);
            } else if (choice < 85) {
                connect();
            } else if (choice < 87 && troubled) {
                group.consumers().stream().findFirst().ifPresent(this::leave);
            } else if (choice < 92 && troubled) {
                now += 60;
                group.tick(now);
            } else if (choice < 95) {
                group.replay(parkedNext);
            } else if (choice == 95 && troubled) {
                if (random.nextBoolean()) {
                    group.consumers().forEach(this::leave);
                    record(true);
                }
                group = opened();
            }
        }

        private void connect() {
            int buffer = 1 + random.nextInt(BUFFER_MAX);
            Optional<Consumer<Integer>> consumer = group.connect(buffer, now);
            assertThat(consumer.isPresent()).isEqualTo(held.size() < CONSUMERS_MAX);
            consumer.ifPresent(mine -> {
                held.put(mine, new HashMap<>());
                buffers.put(mine, buffer);
            });
        }

        private void leave(Consumer<Integer> consumer) {
            held.remove(consumer);
            buffers.remove(consumer);
            group.disconnect(consumer, now);
        }

        private void read() {
            int room = group.room(random.nextBoolean());
            for (int i = 0; i < room && group.place() + 1 < EVENTS; i++) {
                int next = (int) group.place() + 1;
                if (next % 5 == 4) {
                    done.set(next);
                    group.passed(next);
                } else {
                    group.offer(message(next), next, now);
                }
            }
            Group.Replayable wanted = group.replayWanted().orElse(null);
            if (wanted != null) {
                parked.subMap(wanted.from(), wanted.before())
                        .forEach((revision, number) -> group.offerReplayed(message(number), revision, now));
                group.replayReadBefore(wanted.before());
            }
        }

        private static Message<Integer> message(int number) {
            return new Message<>(new UUID(0, number), "pin-" + number % 7, 10, number);
        }

        private void answer(boolean troubled) {
            for (Consumer<Integer> consumer : group.consumers()) {
                Map<UUID, Integer> mine = held.get(consumer);
                for (int i = random.nextInt(4); i > 0 && consumer.hasUnsent(); i--) {
                    Message<Integer> message = group.poll(consumer);
                    mine.put(message.id(), message.content());
                }
                for (UUID id : List.copyOf(mine.keySet())) {
                    int choice = troubled ? random.nextInt(12) : 0;
                    if (choice < 5) {
                        done.set(mine.remove(id));
                        group.ack(List.of(id), now);
                    } else if (choice < 9) {
                        nack(consumer, id, ACTIONS.get(choice - 5));
                        if (consumer.isGone()) {
                            return;
                        }
                    }
                }
            }
        }

        private void nack(Consumer<Integer> consumer, UUID id, Nack action) {
            Integer number = held.get(consumer).remove(id);
            long before = group.status().processed();
            group.nack(consumer, List.of(id), action, "", now);
            if (action == Nack.SKIP && group.status().processed() > before) {
                done.set(number);
            } else if (action == Nack.STOP) {
                held.remove(consumer);
                buffers.remove(consumer);
                group.disconnect(consumer, now);
            }
        }

        /** Now and then a record takes its time: it is made of what was due, after more has happened. */
        private void record(boolean closing) {
            List<Message<Integer>> toPark = group.toPark(closing ? Integer.MAX_VALUE : 3);
            for (Message<Integer> message : toPark) {
                parked.put(parkedNext++, message.content());
            }
            answer(true);
            group.parked(toPark);
            toPark.forEach(message -> done.set(message.content()));
            Group.Checkpoint due = group.checkpointDue(now, closing).orElse(null);
            if (due != null) {
                answer(true);
                assertThat(due.place()).isGreaterThan(checkpoint);
                checkpoint = due.place();
                group.checkpointed(due, now);
                assertThat(done.nextClearBit(0))
                        .as("all up to the checkpoint is done")
                        .isGreaterThan((int) checkpoint);
            }
            group.replayDone().ifPresent(before -> {
                assertThat(before).isGreaterThan(parkedFrom);
                parkedFrom = before;
                group.replayDoneRecorded(before);
            });
            finish();
        }

        /** At the end fewer are left than make a checkpoint due. */
        private void finish() {
            if (group.place() == EVENTS - 1 && group.status().inFlight() == 0) {
                now += 1_000;
                group.checkpointDue(now, true).ifPresent(due -> {
                    checkpoint = due.place();
                    group.checkpointed(due, now);
                });
            }
        }

        private void check() {
            GroupStatus status = group.status();
            int inFlight = 0;
            for (Consumer<Integer> consumer : group.consumers()) {
                inFlight += consumer.inFlight();
                assertThat(consumer.inFlight()).isLessThanOrEqualTo(buffers.get(consumer));
                assertThat(consumer.availableSlots()).isNotNegative();
            }
            assertThat(status.inFlight()).isEqualTo(inFlight);
            assertThat(status.waiting()).isLessThanOrEqualTo(HISTORY + CONSUMERS_MAX * BUFFER_MAX + BATCH);
            int outstanding = status.waiting() + status.inFlight() + status.parking();
            assertThat(status.bytes()).isEqualTo(10L * outstanding);
            assertThat(outstanding).isLessThanOrEqualTo(HISTORY + 2 * CONSUMERS_MAX * BUFFER_MAX + BATCH);
            Set<Integer> parkedNow =
                    new HashSet<>(new ArrayList<>(parked.tailMap(parkedFrom).values()));
            assertThat(parkedNow).allMatch(number -> number < EVENTS);
        }
    }
}
