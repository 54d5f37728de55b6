package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.server.kurrent.protocol.StreamsServiceGrpc;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecordsRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.SchemaFormat;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.AppendStreamRequest;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.MultiStreamAppendResponse;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
                .metadataAsBytes("{ \"by\" : 1.0 }".getBytes(UTF_8))
                .build();
        WriteResult first = gateway.append("Sale-1", StreamState.noStream(), placed, scanned);
        WriteResult again = gateway.append("Sale-1", StreamState.noStream(), placed, scanned);
        assertThat(again.getLogPosition()).isEqualTo(first.getLogPosition());
        assertThatThrownBy(() -> gateway.append("Sale-1", StreamState.noStream(), event("A", 1)))
                .isInstanceOf(WrongExpectedVersionException.class);
        List<ResolvedEvent> read = gateway.read("Sale-1", ReadStreamOptions.get());
        assertThat(read.get(0).getEvent().getEventData()).asString().isEqualTo("{ \"total\" : 12.50 }");
        assertThat(read.get(0).getEvent().getUserMetadata())
                .asString()
                .isEqualToIgnoringWhitespace("{\"$correlationId\":\"c1\"}");
        assertThat(read.get(1).getEvent().getEventData()).isEqualTo(new byte[] {0, -1});
        assertThat(read.get(1).getEvent().getUserMetadata()).asString().isEqualTo("{ \"by\" : 1.0 }");
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

    @Test
    void several_streams_are_appended_to_at_once_or_none_is() {
        EventData placed = event("Placed", 1);
        EventData taken = event("Taken", 2);
        MultiStreamAppendResponse first = append(to("Lot-1", StreamState.noStream(), placed), to("Lot-2", taken));
        MultiStreamAppendResponse again = append(to("Lot-1", StreamState.noStream(), placed), to("Lot-2", taken));
        assertThat(again.getPosition()).isEqualTo(first.getPosition());
        assertThatThrownBy(() ->
                        append(to("Lot-2", event("Taken", 3)), to("Lot-1", StreamState.noStream(), event("Placed", 4))))
                .isInstanceOf(WrongExpectedVersionException.class);
        Gateway.get(gateway.client.deleteStream("Lot-1"));
        append(to("Lot-2", event("Taken", 5)), to("Lot-1", StreamState.noStream(), event("Placed", 6)));
        assertThat(gateway.texts("Lot-1")).containsExactly("6");
        assertThat(gateway.texts("Lot-2")).containsExactly("2", "5");
    }

    @Test
    void of_many_racers_on_one_check_one_wins() {
        gateway.append("Flight-1", StreamState.noStream(), event("Opened", 0));
        List<CompletableFuture<Boolean>> racers = IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> wins("Seat-" + i)))
                .toList();
        assertThat(racers.stream().filter(Gateway::get).count()).isEqualTo(1);
        assertThat(gateway.texts("Flight-1")).hasSize(2);
    }

    private static boolean wins(String seat) {
        AppendRecordsRequest.Builder request = AppendRecordsRequest.newBuilder();
        for (String stream : List.of(seat, "Flight-1")) {
            request.addRecordsBuilder()
                    .setStream(stream)
                    .getSchemaBuilder()
                    .setName("Taken")
                    .setFormat(SchemaFormat.SCHEMA_FORMAT_BYTES);
        }
        request.addChecksBuilder().getStreamStateBuilder().setStream("Flight-1").setExpectedState(0);
        try {
            return StreamsServiceGrpc.newBlockingStub(gateway.channel)
                            .appendRecords(request.build())
                            .getRevisionsCount()
                    == 2;
        } catch (StatusRuntimeException lost) {
            assertThat(lost.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            return false;
        }
    }

    private static MultiStreamAppendResponse append(AppendStreamRequest... requests) {
        return Gateway.get(gateway.client.multiStreamAppend(List.of(requests).iterator()));
    }

    private static AppendStreamRequest to(String stream, EventData event) {
        return to(stream, StreamState.any(), event);
    }

    private static AppendStreamRequest to(String stream, StreamState expected, EventData event) {
        return new AppendStreamRequest(stream, List.of(event).iterator(), expected);
    }
}
