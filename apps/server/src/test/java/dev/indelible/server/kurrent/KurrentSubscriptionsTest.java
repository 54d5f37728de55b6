package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.memory.MemoryJournal;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscribeToAllOptions;
import io.kurrent.dbclient.SubscribeToStreamOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionFilter;
import io.kurrent.dbclient.SubscriptionListener;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KurrentSubscriptionsTest {
    private final Gateway gateway = new Gateway(EventStore.on(new MemoryJournal()));

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void a_stream_is_followed_from_its_start_and_then_live() throws InterruptedException {
        append("S", "0", "1");
        append("T", "other");
        Told told = new Told();
        Subscription subscription = Gateway.get(gateway.client.subscribeToStream("S", told));
        assertThat(told.next(3)).containsExactly("0", "1", "caught up at 1");
        append("S", "2");
        append("T", "other");
        append("S", "3");
        assertThat(told.next(2)).containsExactly("2", "3");
        assertThat(gateway.store.subscriptions()).hasSize(1);
        subscription.stop();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!gateway.store.subscriptions().isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(gateway.store.subscriptions()).isEmpty();
    }

    @Test
    void a_stream_is_followed_after_a_revision_or_from_its_end_or_before_it_exists() throws InterruptedException {
        append("S", "0", "1", "2");
        Told after = new Told();
        Gateway.get(gateway.client.subscribeToStream(
                "S", after, SubscribeToStreamOptions.get().fromRevision(1)));
        assertThat(after.next(2)).containsExactly("2", "caught up at 2");
        Told end = new Told();
        Gateway.get(gateway.client.subscribeToStream(
                "S", end, SubscribeToStreamOptions.get().fromEnd()));
        assertThat(end.next(1)).containsExactly("caught up at 2");
        Told beyond = new Told();
        Gateway.get(gateway.client.subscribeToStream(
                "S", beyond, SubscribeToStreamOptions.get().fromRevision(3)));
        beyond.next(1);
        Told unborn = new Told();
        Gateway.get(gateway.client.subscribeToStream("U", unborn));
        assertThat(unborn.next(1)).containsExactly("caught up at null");
        append("S", "3", "4");
        append("U", "0");
        assertThat(after.next(2)).containsExactly("3", "4");
        assertThat(end.next(2)).containsExactly("3", "4");
        assertThat(beyond.next(1)).containsExactly("4");
        assertThat(unborn.next(1)).containsExactly("0");
    }

    @Test
    void all_is_followed_from_anywhere() throws InterruptedException {
        append("S", "1", "2");
        append("T", "3");
        Told start = new Told();
        Gateway.get(gateway.client.subscribeToAll(start));
        assertThat(start.next(4)).containsExactly("1", "2", "3", "caught up at 3/3");
        Told after = new Told();
        Gateway.get(
                gateway.client.subscribeToAll(after, SubscribeToAllOptions.get().fromPosition(new Position(2, 2))));
        assertThat(after.next(2)).containsExactly("3", "caught up at 3/3");
        Told end = new Told();
        Gateway.get(
                gateway.client.subscribeToAll(end, SubscribeToAllOptions.get().fromEnd()));
        assertThat(end.next(1)).containsExactly("caught up at 3/3");
        append("U", "4");
        assertThat(start.next(1)).containsExactly("4");
        assertThat(after.next(1)).containsExactly("4");
        assertThat(end.next(1)).containsExactly("4");
    }

    @Test
    void a_filter_takes_streams_or_types_by_prefix_or_regular_expression() throws InterruptedException {
        Gateway.get(gateway.client.appendToStream("Order-1", event("Placed", 1), event("Paid", 2)));
        Gateway.get(gateway.client.appendToStream("Stock-1", event("Taken", 3), event("Placed", 4)));
        Gateway.get(gateway.client.deleteStream("Stock-1"));
        assertThat(filtered(SubscriptionFilter.newBuilder()
                        .addStreamNamePrefix("Order-")
                        .build()))
                .containsExactly("1", "2");
        assertThat(filtered(SubscriptionFilter.newBuilder()
                        .addEventTypePrefix("Pla")
                        .build()))
                .containsExactly("1", "4");
        assertThat(filtered(SubscriptionFilter.newBuilder()
                        .withStreamNameRegularExpression("^Stock-\\d")
                        .build()))
                .containsExactly("3", "4");
        assertThat(filtered(SubscriptionFilter.newBuilder()
                        .withEventTypeRegularExpression("^P.*d$")
                        .build()))
                .containsExactly("1", "2", "4");
        assertThat(filtered(SubscriptionFilter.newBuilder()
                        .withEventTypeRegularExpression("^[^\\$].*")
                        .build()))
                .containsExactly("1", "2", "3", "4");
    }

    private List<String> filtered(SubscriptionFilter filter) throws InterruptedException {
        Told told = new Told();
        Subscription subscription = Gateway.get(
                gateway.client.subscribeToAll(told, SubscribeToAllOptions.get().filter(filter)));
        List<String> events = new ArrayList<>();
        for (String next = told.next(1).get(0);
                !next.startsWith("caught up");
                next = told.next(1).get(0)) {
            events.add(next);
        }
        subscription.stop();
        return events;
    }

    @Test
    void a_filter_that_takes_little_tells_checkpoints_each_once() throws InterruptedException {
        EventData[] many = new EventData[100];
        Arrays.setAll(many, i -> event("A", i));
        Gateway.get(gateway.client.appendToStream("Many-1", many));
        Told told = new Told();
        SubscriptionFilter filter = SubscriptionFilter.newBuilder()
                .addStreamNamePrefix("Few-")
                .withMaxWindow(10)
                .withCheckpointer(
                        (subscription, position) -> {
                            told.all.add("checkpoint " + position);
                            return CompletableFuture.completedFuture(null);
                        },
                        4)
                .build();
        Gateway.get(
                gateway.client.subscribeToAll(told, SubscribeToAllOptions.get().filter(filter)));
        assertThat(told.next(4))
                .containsExactly("checkpoint 40/40", "checkpoint 80/80", "checkpoint 100/100", "caught up at 100/100");
        append("Few-1", "mine");
        assertThat(told.next(1)).containsExactly("mine");
        Gateway.get(gateway.client.appendToStream("Many-2", event("A", 1)));
        EventData[] more = new EventData[38];
        Arrays.setAll(more, i -> event("A", i));
        Gateway.get(gateway.client.appendToStream("Many-1", more));
        assertThat(told.next(1)).containsExactly("checkpoint 140/140");
    }

    @Test
    void deleting_a_followed_stream_says_nothing_and_its_tombstone_ends_it() throws InterruptedException {
        append("S", "0");
        Told told = new Told();
        Gateway.get(gateway.client.subscribeToStream("S", told));
        assertThat(told.next(2)).containsExactly("0", "caught up at 0");
        Gateway.get(gateway.client.deleteStream("S"));
        append("S", "1");
        assertThat(told.next(1)).containsExactly("1");
        Gateway.get(gateway.client.tombstoneStream("S"));
        List<String> end = told.next(2);
        assertThat(end.get(0)).isEqualTo("{}");
        assertThat(end.get(1)).contains("Event stream 'S' is deleted.");
    }

    @Test
    void what_is_appended_while_a_subscription_catches_up_comes_once_and_in_order() throws InterruptedException {
        int count = 5_000;
        Told told = new Told();
        Gateway.get(gateway.client.subscribeToStream("S", told));
        EventData[] half = new EventData[count / 2];
        Arrays.setAll(half, i -> event("A", i));
        Gateway.get(gateway.client.appendToStream("S", half));
        Told late = new Told();
        Gateway.get(gateway.client.subscribeToStream("S", late));
        Arrays.setAll(half, i -> event("A", count / 2 + i));
        Gateway.get(gateway.client.appendToStream("S", half));
        for (Told each : List.of(told, late)) {
            for (int i = 0; i < count; i++) {
                assertThat(each.nextEvent()).isEqualTo(Integer.toString(i));
            }
        }
    }

    @Test
    void a_server_that_stops_ends_subscriptions_so_that_their_clients_come_back() throws InterruptedException {
        Told told = new Told();
        Gateway.get(gateway.client.subscribeToAll(told));
        assertThat(told.next(1)).containsExactly("caught up at 0/0");
        gateway.server.close();
        assertThat(told.next(1).get(0)).contains("UNAVAILABLE");
    }

    private void append(String stream, String... texts) {
        EventData[] events = Arrays.stream(texts)
                .map(text -> EventData.builderAsBinary("A", text.getBytes(StandardCharsets.UTF_8))
                        .build())
                .toArray(EventData[]::new);
        gateway.append(stream, StreamState.any(), events);
    }

    /** What a subscription told, in order. */
    private static final class Told extends SubscriptionListener {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(Subscription subscription, ResolvedEvent event) {
            all.add(Gateway.texts(List.of(event)).get(0));
        }

        @Override
        public void onCaughtUp(Subscription subscription, Instant time, Long revision, Position position) {
            all.add("caught up at " + (position == null ? revision : position));
        }

        @Override
        public void onCancelled(Subscription subscription, @Nullable Throwable error) {
            all.add(error == null ? "ended" : error.toString());
        }

        String nextEvent() throws InterruptedException {
            String next = next(1).get(0);
            return next.startsWith("caught up") ? nextEvent() : next;
        }

        List<String> next(int count) throws InterruptedException {
            List<String> some = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String next = all.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("after " + some).isNotNull();
                some.add(next);
            }
            return some;
        }
    }
}
