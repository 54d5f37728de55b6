package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionListener;
import io.kurrent.dbclient.WriteResult;
import io.kurrent.dbclient.WrongExpectedVersionException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway over an engine in another process. */
@Timeout(120)
class KurrentOnPostgresTest {
    private static EmbeddedPostgres server;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        gateway = new Gateway(EventStore.open(
                "postgresql://postgres:postgres@127.0.0.1:" + server.getPort() + "/postgres?schema=kurrent"));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @Test
    void appends_repeats_and_refusals_are_as_on_any_engine() {
        EventData placed = EventData.builderAsJson("Placed", "{ \"total\" : 12.50 }".getBytes(UTF_8))
                .metadataAsBytes("{\"$correlationId\": \"c1\"}".getBytes(UTF_8))
                .build();
        EventData scanned = EventData.builderAsBinary("Scanned", new byte[] {0, -1})
                .metadataAsBytes("no JSON".getBytes(UTF_8))
                .build();
        WriteResult first = gateway.append("Sale-1", StreamState.noStream(), placed, scanned);
        WriteResult again = gateway.append("Sale-1", StreamState.noStream(), placed, scanned);
        assertThat(again.getLogPosition()).isEqualTo(first.getLogPosition());
        assertThatThrownBy(() -> gateway.append("Sale-1", StreamState.noStream(), event("A", 1)))
                .isInstanceOf(WrongExpectedVersionException.class);
        List<ResolvedEvent> read = gateway.read("Sale-1", ReadStreamOptions.get());
        assertThat(read.get(0).getEvent().getEventData()).asString().isEqualTo("{ \"total\" : 12.50 }");
        assertThat(read.get(0).getEvent().getUserMetadata()).asString().isEqualTo("{\"$correlationId\": \"c1\"}");
        assertThat(read.get(1).getEvent().getEventData()).isEqualTo(new byte[] {0, -1});
        assertThat(read.get(1).getEvent().getUserMetadata()).asString().isEqualTo("no JSON");
        assertThat(Gateway.get(gateway.client.readAll(
                                ReadAllOptions.get().backwards().fromEnd().maxCount(1)))
                        .getEvents())
                .hasSize(1);
    }

    @Test
    void links_deletion_and_subscriptions_are_as_on_any_engine() throws InterruptedException {
        gateway.append("Trip-1", StreamState.noStream(), event("A", 0), event("A", 1));
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Subscription subscription = Gateway.get(gateway.client.subscribeToStream("Trip-1", new SubscriptionListener() {
            @Override
            public void onEvent(Subscription of, ResolvedEvent event) {
                told.add(Gateway.texts(List.of(event)).get(0));
            }
        }));
        assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("0");
        assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("1");
        Gateway.get(gateway.client.deleteStream("Trip-1"));
        assertThatThrownBy(() -> gateway.texts("Trip-1")).isInstanceOf(StreamNotFoundException.class);
        gateway.append("Trip-1", StreamState.noStream(), event("A", 2));
        assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("2");
        assertThat(gateway.texts("Trip-1")).containsExactly("2");
        assertThat(gateway.read("$ce-Trip", ReadStreamOptions.get().resolveLinkTos()))
                .extracting(link -> link.getEvent() == null)
                .containsExactly(true, true, false);
        subscription.stop();
    }

    @Test
    void groups_of_consumers_park_replay_and_go_on_as_on_any_engine() throws InterruptedException {
        gateway.append("Tour-1", StreamState.noStream(), event("A", 0), event("A", 1), event("A", 2));
        var groups = KurrentDBPersistentSubscriptionsClient.from(gateway.client);
        Consuming.finish(groups.createToStream(
                "$ce-Tour",
                "guide",
                CreatePersistentSubscriptionToStreamOptions.get().fromStart().resolveLinkTos(true)));
        Consuming consumer = Consuming.stream(gateway.client, "$ce-Tour", "guide", 10);
        assertThat(consumer.done(2)).containsExactly("0", "1");
        consumer.nack(NackAction.Park, "later", consumer.next());
        gateway.append("Tour-2", StreamState.noStream(), event("A", 3));
        assertThat(consumer.done(1)).containsExactly("3");
        KurrentPersistentTest.awaitThat(() -> parked(groups) == 1);
        Consuming.finish(groups.restartSubsystem());
        assertThat(consumer.end()).contains("CANCELLED");
        Consuming again = Consuming.stream(gateway.client, "$ce-Tour", "guide", 10);
        Consuming.finish(groups.replayParkedMessagesToStream("$ce-Tour", "guide"));
        assertThat(again.done(1)).containsExactly("2");
        KurrentPersistentTest.awaitThat(() -> parked(groups) == 0);
        again.subscription().stop();
    }

    private static long parked(KurrentDBPersistentSubscriptionsClient groups) {
        return Gateway.get(groups.getInfoToStream("$ce-Tour", "guide"))
                .orElseThrow()
                .getStats()
                .getParkedMessageCount();
    }
}
