package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import java.time.Duration;
import java.util.Optional;

/** Follows a category, from a saved position, until it has caught up. */
final class OrderCounter {
    private Position saved;
    private long placed;

    /** Goes on from what an earlier one had saved; {@link Position#START} and 0 for the first. */
    OrderCounter(Position saved, long placed) {
        this.saved = saved;
        this.placed = placed;
    }

    void catchUp(EventStore store) throws InterruptedException {
        try (Subscription subscription = store.subscribe(EventQuery.category("Order"), saved)) {
            while (true) {
                Optional<Notice> next = subscription.poll(Duration.ofSeconds(10));
                if (next.isEmpty()) {
                    return;
                }
                switch (next.get()) {
                    case Notice.Event notice -> placed += notice.event().type().equals("Placed") ? 1 : 0;
                    case Notice.Checkpoint nothingHere -> {}
                    case Notice.FellBehind busy -> {}
                    case Notice.CaughtUp live -> {
                        return;
                    }
                }
                saved = subscription.position();
            }
        }
    }

    Position saved() {
        return saved;
    }

    long placed() {
        return placed;
    }
}
