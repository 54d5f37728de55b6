package dev.indelible.server.kurrent.persistent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GroupTest {
    private static final long START = -1;

    private long now = 1_000;

    @Test
    void one_consumer_gets_events_in_order_and_no_more_than_it_has_room_for() {
        Group<Integer> group = group(ConsumerStrategy.ROUND_ROBIN);
        Consumer<Integer> consumer = connect(group, 3);
        offer(group, 0, 10);
        assertThat(taken(group, consumer)).containsExactly(0, 1, 2);
        group.ack(List.of(id(1)), now);
        assertThat(taken(group, consumer)).containsExactly(3);
        group.ack(List.of(id(0), id(2), id(3)), now);
        assertThat(taken(group, consumer)).containsExactly(4, 5, 6);
    }

    @Test
    void a_checkpoint_lies_below_every_event_that_is_not_done() {
        Group<Integer> group = group(ConsumerStrategy.ROUND_ROBIN);
        Consumer<Integer> consumer = connect(group, 10);
        offer(group, 0, 10);
        taken(group, consumer);
        for (int i = 1; i < 10; i++) {
            group.ack(List.of(id(i)), now);
        }
        assertThat(group.checkpointDue(now, true)).isEmpty();
        group.nack(consumer, List.of(id(0)), Nack.PARK, "why", now);
        assertThat(group.checkpointDue(now, true)).isEmpty();
        List<Message<Integer>> parked = group.toPark(5);
        assertThat(parked).extracting(Message::content).containsExactly(0);
        assertThat(parked.get(0).reason()).isEqualTo("why");
        group.parked(parked);
        assertThat(group.checkpointDue(now, true)).contains(new Group.Checkpoint(9, 10));
    }

    @Test
    void checkpoints_come_by_number_and_by_time() {
        Group<Integer> group = new Group<>(
                new GroupSettings(0, 2, 2_000, 5, 20, 0, 10, 5, 64, ConsumerStrategy.ROUND_ROBIN), START, 0, now);
        Consumer<Integer> consumer = connect(group, 100);
        offer(group, 0, 40);
        taken(group, consumer);
        group.ack(List.of(id(0), id(1), id(2)), now);
        now += 5_000;
        assertThat(group.checkpointDue(now, false))
                .as("fewer than the least number")
                .isEmpty();
        group.ack(List.of(id(3), id(4)), now);
        Group.Checkpoint first = group.checkpointDue(now, false).orElseThrow();
        assertThat(first.place()).isEqualTo(4);
        group.checkpointed(first, now);
        for (int i = 5; i < 24; i++) {
            group.ack(List.of(id(i)), now);
        }
        assertThat(group.checkpointDue(now, false)).as("not yet time").isEmpty();
        assertThat(group.nextTimeMs(now)).isEqualTo(now + 2_000);
        group.ack(List.of(id(24)), now);
        assertThat(group.checkpointDue(now, false).orElseThrow().place())
                .as("the greatest number")
                .isEqualTo(24);
        group.passed(40);
        assertThat(group.checkpointDue(now, false).orElseThrow().place()).isEqualTo(24);
    }

    @Test
    void what_is_not_for_the_group_moves_its_checkpoint_all_the_same() {
        Group<Integer> group = group(ConsumerStrategy.ROUND_ROBIN);
        connect(group, 100);
        for (int i = 0; i < 19; i++) {
            group.passed(i);
        }
        assertThat(group.checkpointDue(now, false)).isEmpty();
        group.moved(30);
        assertThat(group.checkpointDue(now, false)).isEmpty();
        group.passed(40);
        assertThat(group.checkpointDue(now, false)).contains(new Group.Checkpoint(40, 20));
    }

    @Test
    void what_is_late_is_sent_again_and_at_last_parked() {
        Group<Integer> group = group(ConsumerStrategy.ROUND_ROBIN);
        Consumer<Integer> consumer = connect(group, 1);
        offer(group, 0, 1);
        for (int retry = 0; retry <= 2; retry++) {
            Message<Integer> message = group.poll(consumer);
            assertThat(message.retries()).isEqualTo(retry);
            assertThat(group.nextTimeMs(now)).isEqualTo(now + 1_000);
            now += 999;
            group.tick(now);
            assertThat(consumer.hasUnsent()).isFalse();
            now += 1;
            group.tick(now);
        }
        assertThat(consumer.hasUnsent()).isFalse();
        assertThat(group.toPark(1)).extracting(Message::reason).containsExactly("sent 3 times (limit: 2 retries)");
    }

    @Test
    void a_late_answer_counts_as_long_as_nobody_else_has_dealt_with_it() {
        Group<Integer> group = group(ConsumerStrategy.DISPATCH_TO_SINGLE);
        Consumer<Integer> consumer = connect(group, 1);
        offer(group, 0, 2);
        group.poll(consumer);
        now += 1_000;
        group.tick(now);
        assertThat(group.poll(consumer).retries()).isEqualTo(1);
        now += 1_000;
        group.tick(now);
        group.ack(List.of(id(0)), now);
        assertThat(taken(group, consumer)).containsExactly(1);
        assertThat(group.status().processed()).isEqualTo(1);
    }

    @Test
    void what_a_consumer_was_never_sent_is_no_try() {
        Group<Integer> group = group(ConsumerStrategy.DISPATCH_TO_SINGLE);
        Consumer<Integer> first = connect(group, 10);
        Consumer<Integer> second = connect(group, 10);
        offer(group, 0, 4);
        group.poll(first);
        group.disconnect(first, now);
        List<Integer> retries = new ArrayList<>();
        for (Message<Integer> next = group.poll(second); next != null; next = group.poll(second)) {
            retries.add(next.retries());
        }
        assertThat(retries).containsExactly(1, 0, 0, 0);
        assertThat(first.isGone()).isTrue();
    }

    @Test
    void each_answer_leads_where_it_says() {
        Group<Integer> group = group(ConsumerStrategy.DISPATCH_TO_SINGLE);
        Consumer<Integer> consumer = connect(group, 4);
        Consumer<Integer> other = connect(group, 4);
        offer(group, 0, 4);
        taken(group, consumer);
        group.nack(other, List.of(id(0)), Nack.SKIP, "", now);
        assertThat(group.status().processed()).as("not its own").isZero();
        group.nack(consumer, List.of(id(0)), Nack.SKIP, "", now);
        assertThat(group.status().processed()).isEqualTo(1);
        group.nack(consumer, List.of(id(1)), Nack.RETRY, "", now);
        assertThat(taken(group, consumer)).containsExactly(1);
        group.nack(consumer, List.of(id(2)), Nack.STOP, "", now);
        assertThat(consumer.isGone()).isTrue();
        assertThat(taken(group, other)).containsExactly(1, 2, 3);
    }

    @Test
    void each_strategy_chooses_its_own_way() {
        Group<Integer> single = group(ConsumerStrategy.DISPATCH_TO_SINGLE);
        List<Consumer<Integer>> consumers = List.of(connect(single, 3), connect(single, 3));
        offer(single, 0, 5);
        assertThat(taken(single, consumers.get(0))).containsExactly(0, 1, 2);
        assertThat(taken(single, consumers.get(1))).containsExactly(3, 4);

        Group<Integer> round = group(ConsumerStrategy.ROUND_ROBIN);
        consumers = List.of(connect(round, 3), connect(round, 3));
        offer(round, 0, 5);
        assertThat(taken(round, consumers.get(0))).containsExactly(0, 2, 4);
        assertThat(taken(round, consumers.get(1))).containsExactly(1, 3);

        Group<Integer> pinned = group(ConsumerStrategy.PINNED);
        Consumer<Integer> a = connect(pinned, 100);
        Consumer<Integer> b = connect(pinned, 100);
        offer(pinned, 0, 60);
        List<Integer> ofA = taken(pinned, a);
        List<Integer> ofB = taken(pinned, b);
        assertThat(ofA).isNotEmpty().isSorted();
        assertThat(ofB).isNotEmpty().isSorted();
        assertThat(ofA.stream().map(n -> n % 10))
                .doesNotContainAnyElementsOf(ofB.stream().map(n -> n % 10).toList());
        assertThat(ofA.size() + ofB.size()).isEqualTo(60);
    }

    @Test
    void a_full_pinned_consumer_does_not_hold_up_the_others() {
        Group<Integer> group = group(ConsumerStrategy.PINNED);
        Consumer<Integer> slow = connect(group, 1);
        Consumer<Integer> fast = connect(group, 100);
        offer(group, 0, 60);
        assertThat(taken(group, slow)).hasSize(1);
        assertThat(taken(group, fast)).hasSizeGreaterThan(5);
        group.disconnect(slow, now);
        assertThat(taken(group, fast)).isNotEmpty();
        assertThat(group.status().inFlight()).isEqualTo(60);
    }

    @Test
    void there_are_no_more_consumers_than_there_may_be() {
        Group<Integer> group = new Group<>(
                new GroupSettings(0, 0, 0, 0, 1, 1, 10, 5, 10, ConsumerStrategy.ROUND_ROBIN), START, 0, now);
        Consumer<Integer> first = connect(group, 1);
        assertThat(group.connect(1, now)).isEmpty();
        group.disconnect(first, now);
        assertThat(group.connect(1, now)).isPresent();
    }

    @Test
    void nothing_is_read_for_nobody_nor_beyond_the_buffers() {
        Group<Integer> group = group(ConsumerStrategy.ROUND_ROBIN);
        assertThat(group.room(false)).isZero();
        Consumer<Integer> consumer = connect(group, 2);
        assertThat(group.room(false)).isEqualTo(5);
        assertThat(group.room(true)).isEqualTo(5);
        offer(group, 0, 2 + 59);
        assertThat(group.room(false)).isEqualTo(5);
        assertThat(group.room(true))
                .as("less is read ahead once the end was reached")
                .isZero();
        offer(group, 61, 62);
        assertThat(group.room(false)).as("60 of 64 wait, and 5 would come").isZero();
        Message<Integer> large = new Message<>(UUID.randomUUID(), "", (int) Group.BYTES_MAX, 0);
        Group<Integer> other = group(ConsumerStrategy.ROUND_ROBIN);
        connect(other, 10);
        assertThat(other.takesMore()).isTrue();
        other.offer(large, 0, now);
        assertThat(other.room(false)).isZero();
        assertThat(other.takesMore()).as("amid a batch").isFalse();
        other.ack(List.of(large.id()), now);
        assertThat(other.room(false)).isEqualTo(5);
        assertThat(other.takesMore()).isTrue();
        group.disconnect(consumer, now);
        assertThat(group.takesMore()).as("without consumers").isFalse();
    }

    @Test
    void parked_events_come_again_and_are_done_with_in_their_order() {
        Group<Integer> group = group(ConsumerStrategy.DISPATCH_TO_SINGLE);
        Consumer<Integer> consumer = connect(group, 10);
        assertThat(group.replayWanted()).isEmpty();
        group.replay(7);
        assertThat(group.replayWanted()).contains(new Group.Replayable(0, 5));
        for (int i = 0; i < 5; i++) {
            group.offerReplayed(message(i), i, now);
        }
        group.replayReadBefore(5);
        assertThat(group.replayWanted()).contains(new Group.Replayable(5, 7));
        assertThat(taken(group, consumer)).containsExactly(0, 1, 2, 3, 4);
        group.ack(List.of(id(1)), now);
        assertThat(group.replayDone()).isEmpty();
        group.ack(List.of(id(0)), now);
        assertThat(group.replayDone()).hasValue(2);
        group.replayDoneRecorded(2);
        assertThat(group.replayDone()).isEmpty();
        group.nack(consumer, List.of(id(2)), Nack.PARK, "again", now);
        assertThat(group.replayDone()).isEmpty();
        group.parked(group.toPark(1));
        assertThat(group.replayDone()).hasValue(3);
        group.disconnect(consumer, now);
        assertThat(group.checkpointDue(now, true))
                .as("they are none of the source's")
                .isEmpty();
    }

    @Test
    void an_event_whose_id_is_in_flight_waits_for_the_answer() {
        Group<Integer> group = group(ConsumerStrategy.ROUND_ROBIN);
        Consumer<Integer> consumer = connect(group, 10);
        group.offer(message(7), 0, now);
        group.offer(message(7), 1, now);
        assertThat(taken(group, consumer)).containsExactly(7);
        group.ack(List.of(id(7)), now);
        assertThat(taken(group, consumer)).containsExactly(7);
        assertThat(group.checkpointDue(now, true).orElseThrow().place()).isZero();
    }

    @Test
    void settings_that_make_no_sense_are_refused_by_name() {
        assertThatThrownBy(() -> new GroupSettings(0, 0, 0, 0, 0, 0, 500, 500, 500, ConsumerStrategy.PINNED))
                .hasMessage("read batch size: 500 (expected: less than the history buffer size, 500)");
        assertThatThrownBy(() -> new GroupSettings(0, 0, 0, 0, 0, 0, 0, 5, 500, ConsumerStrategy.PINNED))
                .hasMessage("live buffer size: 0 (expected: 1 or more)");
        assertThat(ConsumerStrategy.of("Unheard")).isEmpty();
        assertThat(ConsumerStrategy.of("Pinned")).contains(ConsumerStrategy.PINNED);
    }

    private Group<Integer> group(ConsumerStrategy strategy) {
        return new Group<>(new GroupSettings(1_000, 2, 2_000, 5, 20, 0, 10, 5, 64, strategy), START, 0, now);
    }

    private Consumer<Integer> connect(Group<Integer> group, int buffer) {
        return group.connect(buffer, now).orElseThrow();
    }

    private void offer(Group<Integer> group, int from, int to) {
        for (int i = from; i < to; i++) {
            group.offer(message(i), i, now);
        }
    }

    private static Message<Integer> message(int number) {
        return new Message<>(id(number), "pin-" + number % 10, 100, number);
    }

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static List<Integer> taken(Group<Integer> group, Consumer<Integer> consumer) {
        List<Integer> taken = new ArrayList<>();
        for (Message<Integer> next = group.poll(consumer); next != null; next = group.poll(consumer)) {
            taken.add(next.content());
        }
        return taken;
    }
}
