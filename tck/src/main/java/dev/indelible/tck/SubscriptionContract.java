package dev.indelible.tck;

import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Promise 10: catch-up, then live, without a seam; each event once, in order; a slow consumer slows itself. */
interface SubscriptionContract extends ContractBase {
    @Test
    default void the_past_comes_first_then_what_happens() throws InterruptedException {
        append("Order-1", events(3));
        try (Subscription subscription = store().subscribe(EventQuery.all(), Position.START)) {
            for (long version = 1; version <= 3; version++) {
                assertThat(subscription.next().version()).isEqualTo(version);
            }
            assertThat(next(subscription)).isInstanceOf(Notice.CaughtUp.class);
            for (long version = 4; version <= 13; version++) {
                append("Order-1", events(1));
                assertThat(subscription.next().version()).isEqualTo(version);
            }
        }
    }

    @Test
    default void no_event_is_missed_or_repeated_at_the_seam_under_load() {
        int writers = 4;
        int each = 150;
        List<FutureTask<List<RecordedEvent>>> readers = new ArrayList<>();
        Racers.race(writers + 1, racer -> () -> {
            if (racer == writers) {
                for (int i = 0; i < 4; i++) {
                    readers.add(Racers.start(() -> take(EventQuery.all(), Position.START, writers * each)));
                    append("Seam-" + i, event("Other", i));
                }
                return true;
            }
            for (int i = 0; i < each; i++) {
                append("Order-" + racer, event("A", i));
            }
            return true;
        });
        List<RecordedEvent> all = all();
        readers.forEach(reader -> assertThat(Racers.result(reader)).isEqualTo(all.subList(0, writers * each)));
    }

    @Test
    default void a_subscription_resumes_after_its_position() {
        append("Order-1", events(6));
        Position saved;
        try (Subscription first = store().subscribe(EventQuery.category("Order"), Position.START)) {
            first.next();
            first.next();
            saved = first.position();
        }
        try (Subscription second = store().subscribe(EventQuery.category("Order"), saved)) {
            assertThat(second.next().version()).isEqualTo(3);
        }
        assertThat(take(EventQuery.all(), saved, 4)).isEqualTo(all().subList(2, 6));
    }

    @Test
    default void only_what_matches_is_delivered() {
        append("Order-1", event("A", 1), event("B", 2));
        append("Stock-1", event("A", 3));
        try (Subscription subscription =
                store().subscribe(EventQuery.category("Order").withTypes("A"), Position.START)) {
            assertThat(subscription.next().stream().value()).isEqualTo("Order-1");
            append("Stock-1", event("A", 4));
            append("Order-2", event("B", 5), event("A", 6));
            assertThat(subscription.next().version()).isEqualTo(2);
        }
    }

    @Test
    default void a_filter_that_matches_nothing_still_moves_the_position() throws InterruptedException {
        append("Order-1", events(20));
        try (Subscription subscription = store().subscribe(EventQuery.category("Stock"), Position.START)) {
            awaitPosition(subscription, store().head());
            append("Order-1", events(20));
            awaitPosition(subscription, store().head());
        }
    }

    @Test
    default void caught_up_is_told_once_and_again_after_falling_behind() throws InterruptedException {
        try (Subscription subscription = store().subscribe(EventQuery.all(), Position.START)) {
            assertThat(next(subscription)).isInstanceOf(Notice.CaughtUp.class);
            append("Order-1", events(1));
            assertThat(next(subscription)).isInstanceOf(Notice.Event.class);
            int together = Math.min(100, journal().limits().eventsMax());
            int more = 0;
            while (more < 1_200) {
                append("Order-1", events(together));
                more += together;
            }
            int count = 0;
            boolean fellBehind = false;
            Notice notice = next(subscription);
            while (!(notice instanceof Notice.CaughtUp)) {
                count += notice instanceof Notice.Event ? 1 : 0;
                fellBehind |= notice instanceof Notice.FellBehind;
                notice = next(subscription);
            }
            assertThat(fellBehind).isTrue();
            assertThat(count).isEqualTo(more);
            assertThat(subscription.status().live()).isTrue();
        }
    }

    @Test
    default void a_slow_consumer_slows_only_itself() {
        Payload large = Payload.json("\"" + "x".repeat(100_000) + "\"");
        try (Subscription slow = store().subscribe(EventQuery.all(), Position.START)) {
            append("Order-1", NewEvent.of("Large", large));
            assertThat(slow.next().version()).isEqualTo(1);
            for (int i = 0; i < 200; i++) {
                append("Order-1", NewEvent.of("Large", large));
            }
            assertThat(take(EventQuery.all(), Position.START, 201)).hasSize(201);
            assertThat(slow.position()).isEqualTo(all().get(0).position());
            for (long version = 2; version <= 201; version++) {
                assertThat(slow.next().version()).isEqualTo(version);
            }
        }
    }

    @Test
    default void closing_ends_a_consumer_that_waits() {
        Subscription subscription = store().subscribe(EventQuery.all(), Position.START);
        FutureTask<Boolean> waiting = Racers.start(subscription::hasNext);
        awaitLive(subscription);
        subscription.close();
        assertThat(Racers.result(waiting)).isFalse();
        assertThat(subscription.isClosed()).isTrue();
    }

    @Test
    default void closing_the_store_ends_all_consumers() {
        List<FutureTask<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Subscription subscription = store().subscribe(EventQuery.all(), Position.START);
            waiting.add(Racers.start(subscription::hasNext));
            awaitLive(subscription);
        }
        store().close();
        waiting.forEach(consumer -> assertThat(Racers.result(consumer)).isFalse());
    }

    @Test
    default void an_interrupt_ends_the_wait_and_the_subscription_goes_on_afterwards() {
        Subscription subscription = store().subscribe(EventQuery.all(), Position.START);
        FutureTask<Boolean> interrupted = Racers.start(() -> {
            Thread.currentThread().interrupt();
            return subscription.hasNext() || !Thread.currentThread().isInterrupted();
        });
        assertThat(Racers.result(interrupted)).isFalse();
        append("Order-1", events(1));
        assertThat(subscription.next().version()).isEqualTo(1);
        subscription.close();
    }

    @Test
    default void a_position_that_the_store_has_not_reached_is_an_error_and_no_silence() throws InterruptedException {
        append("Order-1", events(2));
        Position head = store().head();
        Position beyond = Position.of(head.value() + 1_000_000);
        try (Subscription subscription = store().subscribe(EventQuery.all(), beyond)) {
            assertThatThrownBy(() -> subscription.poll(Racers.patience()))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining(beyond.toString())
                    .hasMessageContaining(head.toString());
            assertThat(subscription.status().lastError()).isPresent();
        }
    }

    @Test
    default void polling_ends_when_its_time_is_over() throws InterruptedException {
        try (Subscription subscription = store().subscribe(EventQuery.all(), Position.START)) {
            assertThat(next(subscription)).isInstanceOf(Notice.CaughtUp.class);
            assertThat(subscription.poll(Duration.ofMillis(20))).isEmpty();
            assertThat(subscription.poll(Duration.ZERO)).isEmpty();
            append("Order-1", events(1));
            assertThat(next(subscription)).isInstanceOf(Notice.Event.class);
        }
    }

    private List<RecordedEvent> take(EventQuery query, Position after, int count) {
        List<RecordedEvent> taken = new ArrayList<>();
        try (Subscription subscription = store().subscribe(query, after)) {
            for (RecordedEvent event : subscription) {
                taken.add(event);
                if (taken.size() == count) {
                    break;
                }
            }
        }
        return taken;
    }

    private static Notice next(Subscription subscription) throws InterruptedException {
        Optional<Notice> notice = subscription.poll(Racers.patience());
        assertThat(notice).as("a notice within %s", Racers.patience()).isPresent();
        return notice.get();
    }

    private static void awaitPosition(Subscription subscription, Position position) throws InterruptedException {
        while (subscription.position().compareTo(position) < 0) {
            assertThat(next(subscription)).isNotInstanceOf(Notice.Event.class);
        }
    }

    private static void awaitLive(Subscription subscription) {
        long deadline = System.nanoTime() + Racers.patience().toNanos();
        while (!subscription.status().live()) {
            assertThat(System.nanoTime())
                    .as("live within %s", Racers.patience())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
