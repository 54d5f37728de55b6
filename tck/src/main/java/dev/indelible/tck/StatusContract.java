package dev.indelible.tck;

import static dev.indelible.tck.ContractBase.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.journal.Description;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Promise 12: nothing stalls silently; where things stand can be seen. */
interface StatusContract extends ContractBase {
    @Test
    default void a_journal_describes_itself() {
        append("Order-1", events(3));
        Description description = store().describe();
        assertThat(description.name()).isNotBlank();
        assertThat(description.value()).isNotBlank();
        assertThat(description.parts())
                .isNotEmpty()
                .allSatisfy(part -> assertThat(part.name()).isNotBlank());
    }

    @Test
    default void a_subscription_shows_its_position_and_how_far_the_store_is() throws InterruptedException {
        try (Subscription subscription = store().subscribe(EventQuery.all(), Position.START)) {
            subscription.poll(Racers.patience());
            assertThat(subscription.status().live()).isTrue();
            subscription.poll(Duration.ofMillis(1));
            append("Order-1", events(5));
            Position head = store().head();
            awaitHead(subscription, head);
            Subscription.Status status = store().subscriptions().get(0);
            assertThat(status.position()).isEqualTo(Position.START);
            assertThat(status.head()).isEqualTo(head);
            assertThat(status.query()).isEqualTo(EventQuery.all());
            assertThat(status.lastError()).isEmpty();
        }
        assertThat(store().subscriptions()).isEmpty();
    }

    @Test
    default void waiting_for_news_ends_with_the_news_or_the_time() throws InterruptedException {
        assertThat(journal().await(Position.START, Duration.ofMillis(1))).isFalse();
        append("Order-1", events(1));
        assertThat(journal().await(Position.START, Racers.patience())).isTrue();
        Position head = store().head();
        var waiting = Racers.start(() -> journal().await(head, Racers.patience()));
        append("Order-1", events(1));
        assertThat(Racers.result(waiting)).isTrue();
    }

    private static void awaitHead(Subscription subscription, Position head) {
        long deadline = System.nanoTime() + Racers.patience().toNanos();
        while (!subscription.status().head().equals(head)) {
            assertThat(System.nanoTime())
                    .as("lag shown within %s", Racers.patience())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
