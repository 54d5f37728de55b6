package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.PersistentSubscription;
import io.kurrent.dbclient.PersistentSubscriptionListener;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.SubscribePersistentSubscriptionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A consumer of a group, by the official Java client. It answers what the test tells it to. */
final class Consuming extends PersistentSubscriptionListener {
    private static final long DEADLINE_S = 30;

    /**
     * An event as it came.
     *
     * @param retries as the client says
     * @param event the event
     */
    record Came(int retries, ResolvedEvent event) {
        String text() {
            return event.getEvent() == null
                    ? "hidden"
                    : new String(event.getEvent().getEventData(), UTF_8);
        }
    }

    final BlockingQueue<Came> came = new LinkedBlockingQueue<>();
    final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private @Nullable PersistentSubscription subscription;

    static Consuming stream(KurrentDBClient client, String stream, String group, int buffer) {
        Consuming consuming = new Consuming();
        consuming.subscription = Gateway.get(KurrentDBPersistentSubscriptionsClient.from(client)
                .subscribeToStream(stream, group, buffer(buffer), consuming));
        return consuming;
    }

    static Consuming all(KurrentDBClient client, String group, int buffer) {
        Consuming consuming = new Consuming();
        consuming.subscription = Gateway.get(
                KurrentDBPersistentSubscriptionsClient.from(client).subscribeToAll(group, buffer(buffer), consuming));
        return consuming;
    }

    /** Waits for what the client gives no type. */
    static void finish(CompletableFuture<?> future) {
        Gateway.get(future);
    }

    private static SubscribePersistentSubscriptionOptions buffer(int size) {
        return SubscribePersistentSubscriptionOptions.get().bufferSize(size);
    }

    @Override
    public void onEvent(PersistentSubscription from, int retries, ResolvedEvent event) {
        came.add(new Came(retries, event));
    }

    @Override
    public void onCancelled(PersistentSubscription from, @Nullable Throwable error) {
        ended.add(error == null ? "ended" : error.toString());
    }

    PersistentSubscription subscription() {
        assertThat(subscription).isNotNull();
        return subscription;
    }

    Came next() throws InterruptedException {
        Came next = came.poll(DEADLINE_S, TimeUnit.SECONDS);
        assertThat(next).as("ended: " + ended).isNotNull();
        return next;
    }

    List<Came> next(int count) throws InterruptedException {
        List<Came> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(next());
        }
        return some;
    }

    /** The next events, each acknowledged as it comes. */
    List<String> done(int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Came each = next();
            texts.add(each.text());
            ack(each);
        }
        return texts;
    }

    void ack(Came each) {
        subscription().ack(each.event());
    }

    void nack(NackAction action, String reason, Came each) {
        subscription().nack(action, reason, each.event());
    }

    String end() throws InterruptedException {
        String end = ended.poll(DEADLINE_S, TimeUnit.SECONDS);
        assertThat(end).isNotNull();
        return end;
    }

    static List<String> texts(List<Came> came) {
        return came.stream().map(Came::text).toList();
    }
}
