package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Range;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Outcome;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.ForwardingJournal;
import dev.indelible.server.kurrent.protocol.FeaturesProtocol;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.CreateReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.DeleteReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.GetInfoReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.GroupOptions;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ListReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReplayParkedReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.Settings;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.UpdateReq;
import dev.indelible.server.kurrent.protocol.PersistentSubscriptionsGrpc;
import dev.indelible.server.kurrent.protocol.PersistentSubscriptionsGrpc.PersistentSubscriptionsBlockingStub;
import dev.indelible.server.kurrent.protocol.ServerFeaturesGrpc;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kurrent.dbclient.CreatePersistentSubscriptionToAllOptions;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.PersistentSubscriptionInfo;
import io.kurrent.dbclient.PersistentSubscriptionToAllInfo;
import io.kurrent.dbclient.PersistentSubscriptionToStreamInfo;
import io.kurrent.dbclient.StreamPosition;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.UpdatePersistentSubscriptionToStreamOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Groups are made, changed, looked at and removed. */
@Timeout(120)
class KurrentGroupsTest {
    private static final String STREAM = "Order-1";
    private static final String GROUP = "mailer";

    private final AtomicBoolean parksNothing = new AtomicBoolean();
    private final AtomicBoolean readsNothing = new AtomicBoolean();
    private final Gateway gateway = new Gateway(EventStore.on(new ForwardingJournal(new MemoryJournal()) {
        @Override
        public Outcome append(Append append) {
            if (parksNothing.get() && append.parts().get(0).stream().value().endsWith("-parked")) {
                throw new Unavailable("the disk is full", null);
            }
            return super.append(append);
        }

        @Override
        public Cursor read(EventQuery query, Range range) {
            if (readsNothing.get() && !range.backwards() && query.equals(EventQuery.stream("Broken-1"))) {
                throw new Unavailable("the disk is gone", null);
            }
            return super.read(query, range);
        }
    }));
    private final KurrentDBPersistentSubscriptionsClient groups =
            KurrentDBPersistentSubscriptionsClient.from(gateway.client);
    private final PersistentSubscriptionsBlockingStub bare =
            PersistentSubscriptionsGrpc.newBlockingStub(gateway.channel);

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void a_group_is_told_with_all_it_was_made_with_and_how_it_stands() throws InterruptedException {
        append(0, 5);
        Consuming.finish(groups.createToStream(
                STREAM,
                GROUP,
                options()
                        .maxRetryCount(3)
                        .messageTimeoutInMs(9_000)
                        .checkpointLowerBound(1)
                        .checkpointAfterInMs(1)
                        .maxSubscriberCount(4)
                        .enableExtraStatistics()));
        Consuming consumer = Consuming.stream(gateway.client, STREAM, GROUP, 7);
        assertThat(consumer.done(3)).hasSize(3);
        consumer.nack(NackAction.Park, "", consumer.next());
        KurrentPersistentTest.awaitThat(() -> info().getStats().getParkedMessageCount() == 1);
        PersistentSubscriptionToStreamInfo info = info();
        assertThat(info.getEventSource()).isEqualTo(STREAM);
        assertThat(info.getGroupName()).isEqualTo(GROUP);
        assertThat(info.getStatus()).isEqualTo("Live");
        assertThat(info.getSettings().getMaxRetryCount()).isEqualTo(3);
        assertThat(info.getSettings().getMessageTimeoutMs()).isEqualTo(9_000);
        assertThat(info.getSettings().getMaxSubscriberCount()).isEqualTo(4);
        assertThat(info.getSettings().getReadBatchSize()).isEqualTo(20);
        assertThat(info.getSettings().isExtraStatistics()).isTrue();
        assertThat(info.getSettings().getNamedConsumerStrategy().isRoundRobin()).isTrue();
        assertThat(info.getStats().getTotalInFlightMessages()).isEqualTo(1);
        assertThat(info.getStats().getTotalItems()).isEqualTo(4);
        assertThat(info.getStats().getLastKnownEventRevision()).contains(4L);
        assertThat(info.getConnections()).hasSize(1);
        assertThat(info.getConnections().get(0).getAvailableSlots()).isEqualTo(6);
        assertThat(info.getConnections().get(0).getInFlightMessages()).isEqualTo(1);
        assertThat(info.getConnections().get(0).getFrom()).contains("127.0.0.1:");
        KurrentPersistentTest.awaitThat(() -> checkpointed() == 3);
    }

    private PersistentSubscriptionToStreamInfo info() {
        return Gateway.get(groups.getInfoToStream(STREAM, GROUP)).orElseThrow();
    }

    @Test
    void a_group_that_fails_says_so_until_it_works_again() throws InterruptedException {
        append(0, 2);
        Consuming.finish(groups.createToStream(STREAM, GROUP, options()));
        parksNothing.set(true);
        Consuming consumer = Consuming.stream(gateway.client, STREAM, GROUP, 7);
        consumer.nack(NackAction.Park, "", consumer.next());
        KurrentPersistentTest.awaitThat(() -> info().getStatus().equals("Live, failing: the disk is full"));
        parksNothing.set(false);
        KurrentPersistentTest.awaitThat(() -> info().getStatus().equals("Live"));
        assertThat(info().getStats().getParkedMessageCount()).isEqualTo(1);
    }

    @Test
    void a_group_without_consumers_does_nothing_that_could_fail() throws InterruptedException {
        gateway.append("Broken-1", StreamState.any(), event("A", 1));
        Consuming.finish(groups.createToStream("Broken-1", GROUP, options()));
        readsNothing.set(true);
        Consuming consumer = Consuming.stream(gateway.client, "Broken-1", GROUP, 7);
        KurrentPersistentTest.awaitThat(() -> broken().endsWith(", failing: the disk is gone"));
        consumer.subscription().stop();
        KurrentPersistentTest.awaitThat(() -> broken().equals("Behind"));
    }

    private String broken() {
        return bare.getInfo(GetInfoReq.newBuilder()
                        .setOptions(GetInfoReq.Options.newBuilder()
                                .setStreamIdentifier(EventForm.stream("Broken-1"))
                                .setGroupName(GROUP))
                        .build())
                .getSubscriptionInfo()
                .getStatus();
    }

    @Test
    void groups_are_listed_all_or_those_of_one_source() {
        assertThat(Gateway.get(groups.listAll())).isEmpty();
        Consuming.finish(groups.createToStream(STREAM, "a", options()));
        Consuming.finish(groups.createToStream(STREAM, "b", options().fromEnd()));
        Consuming.finish(groups.createToStream("Other-1", "a", options()));
        Consuming.finish(groups.createToAll(
                "a", CreatePersistentSubscriptionToAllOptions.get().fromEnd()));
        assertThat(Gateway.get(groups.listAll()))
                .extracting(PersistentSubscriptionInfo::getEventSource)
                .containsExactly(STREAM, STREAM, "Other-1", "$all");
        assertThat(Gateway.get(groups.listToStream(STREAM)))
                .extracting(PersistentSubscriptionInfo::getGroupName)
                .containsExactly("a", "b");
        List<PersistentSubscriptionToAllInfo> all = Gateway.get(groups.listToAll());
        assertThat(all).hasSize(1);
        assertThat(all.get(0).getSettings().getStartFrom())
                .isInstanceOf(StreamPosition.end().getClass());
        assertThat(Gateway.get(groups.getInfoToAll("none"))).isEmpty();
        assertThat(Gateway.get(groups.getInfoToStream(STREAM, "none"))).isEmpty();
        StatusRuntimeException refused = refusal(() -> bare.list(ListReq.newBuilder()
                .setOptions(ListReq.Options.newBuilder()
                        .setListForStream(ListReq.StreamOption.newBuilder().setStream(EventForm.stream("Unheard-1"))))
                .build()));
        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void an_update_drops_the_consumers_and_the_group_goes_on_where_it_was() throws InterruptedException {
        append(0, 10);
        Consuming.finish(groups.createToStream(STREAM, GROUP, options()));
        Consuming before = Consuming.stream(gateway.client, STREAM, GROUP, 4);
        assertThat(before.done(3)).containsExactly("0", "1", "2");
        KurrentPersistentTest.awaitThat(() -> info().getStats().getTotalItems() == 3);
        Consuming.finish(groups.updateToStream(
                STREAM,
                GROUP,
                UpdatePersistentSubscriptionToStreamOptions.get().fromEnd().maxRetryCount(5)));
        assertThat(before.end()).contains("CANCELLED");
        assertThat(info().getSettings().getMaxRetryCount()).isEqualTo(5);
        assertThat(info().getStats().getLastCheckpointedEventRevision()).contains(2L);
        assertThat(Consuming.stream(gateway.client, STREAM, GROUP, 10).done(7))
                .containsExactly("3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void a_deleted_group_is_gone_and_another_one_of_its_name_begins_anew() throws InterruptedException {
        append(0, 3);
        Consuming.finish(groups.createToStream(STREAM, GROUP, options()));
        Consuming consumer = Consuming.stream(gateway.client, STREAM, GROUP, 10);
        assertThat(consumer.done(2)).containsExactly("0", "1");
        consumer.nack(NackAction.Park, "", consumer.next());
        KurrentPersistentTest.awaitThat(() -> info().getStats().getParkedMessageCount() == 1);
        Consuming.finish(groups.deleteToStream(STREAM, GROUP));
        assertThat(consumer.end()).contains("CANCELLED");
        assertThat(Gateway.get(groups.getInfoToStream(STREAM, GROUP))).isEmpty();
        Consuming.finish(groups.createToStream(STREAM, GROUP, options()));
        assertThat(info().getStats().getParkedMessageCount()).isZero();
        assertThat(info().getStats().getLastCheckpointedEventRevision()).isEmpty();
        assertThat(Consuming.stream(gateway.client, STREAM, GROUP, 10).done(3)).containsExactly("0", "1", "2");
    }

    @Test
    void a_restart_of_the_subsystem_drops_the_consumers_and_loses_nothing() throws InterruptedException {
        append(0, 4);
        Consuming.finish(groups.createToStream(STREAM, GROUP, options()));
        Consuming before = Consuming.stream(gateway.client, STREAM, GROUP, 10);
        assertThat(before.done(2)).containsExactly("0", "1");
        KurrentPersistentTest.awaitThat(() -> info().getStats().getTotalItems() == 2);
        Consuming.finish(groups.restartSubsystem());
        assertThat(before.end()).contains("CANCELLED");
        assertThat(Consuming.stream(gateway.client, STREAM, GROUP, 10).done(2)).containsExactly("2", "3");
    }

    @Test
    void what_cannot_be_made_is_refused_by_the_protocols_names() {
        CreateReq good = CreateReq.newBuilder().setOptions(toStream()).build();
        bare.create(good);
        expect(refusal(() -> bare.create(good)), Status.Code.ALREADY_EXISTS, "persistent-subscription-exists");
        GroupOptions.Builder batch = toStream().setGroupName("x");
        batch.getSettingsBuilder().setReadBatchSize(500);
        StatusRuntimeException failed = refusal(
                () -> bare.create(CreateReq.newBuilder().setOptions(batch).build()));
        expect(failed, Status.Code.INTERNAL, "persistent-subscription-failed");
        assertThat(Refusals.trailer(failed, "reason")).contains("read batch size: 500");
        batch.setGroupName(GROUP);
        expect(
                refusal(() ->
                        bare.update(UpdateReq.newBuilder().setOptions(batch).build())),
                Status.Code.INTERNAL,
                "persistent-subscription-failed");
        GroupOptions.Builder strategy = toStream().setGroupName("y");
        strategy.getSettingsBuilder().setConsumerStrategy("Unheard");
        failed = refusal(
                () -> bare.create(CreateReq.newBuilder().setOptions(strategy).build()));
        expect(failed, Status.Code.INTERNAL, "persistent-subscription-failed");
        assertThat(Refusals.trailer(failed, "reason")).isEqualTo("Consumer strategy Unheard does not exist.");
        GroupOptions.Builder beyond = toStream().clearStream().setGroupName("z");
        beyond.getAllBuilder().setPosition(StreamsProtocol.Position.newBuilder().setCommitPosition(1_000));
        expect(
                refusal(() ->
                        bare.create(CreateReq.newBuilder().setOptions(beyond).build())),
                Status.Code.INTERNAL,
                "persistent-subscription-failed");
        GroupOptions.Builder twins = toStream().setGroupName("b::c");
        twins.getStreamBuilder().setStreamIdentifier(EventForm.stream("a"));
        bare.create(CreateReq.newBuilder().setOptions(twins).build());
        twins.setGroupName("c").getStreamBuilder().setStreamIdentifier(EventForm.stream("a::b"));
        expect(
                refusal(() ->
                        bare.create(CreateReq.newBuilder().setOptions(twins).build())),
                Status.Code.INTERNAL,
                "persistent-subscription-failed");
        assertThat(refusal(() -> bare.create(CreateReq.newBuilder()
                                .setOptions(toStream().setGroupName(""))
                                .build()))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void a_group_that_is_not_there_is_refused_everywhere() throws InterruptedException {
        String kind = "persistent-subscription-does-not-exist";
        GroupOptions missing = toStream().build();
        Shared.StreamIdentifier stream = EventForm.stream(STREAM);
        for (Runnable call : List.<Runnable>of(
                () -> bare.update(UpdateReq.newBuilder().setOptions(missing).build()),
                () -> bare.delete(DeleteReq.newBuilder()
                        .setOptions(DeleteReq.Options.newBuilder()
                                .setStreamIdentifier(stream)
                                .setGroupName(GROUP))
                        .build()),
                () -> bare.getInfo(GetInfoReq.newBuilder()
                        .setOptions(GetInfoReq.Options.newBuilder()
                                .setStreamIdentifier(stream)
                                .setGroupName(GROUP))
                        .build()),
                () -> bare.truncateParked(replay(stream)),
                () -> bare.replayParked(replay(stream)))) {
            StatusRuntimeException refused = refusal(call);
            expect(refused, Status.Code.NOT_FOUND, kind);
            assertThat(Refusals.trailer(refused, "stream-name")).isEqualTo(STREAM);
            assertThat(Refusals.trailer(refused, "group-name")).isEqualTo(GROUP);
        }
        expect(end(read(STREAM, 10)), Status.Code.NOT_FOUND, kind);
    }

    private static ReplayParkedReq replay(Shared.StreamIdentifier stream) {
        return ReplayParkedReq.newBuilder()
                .setOptions(ReplayParkedReq.Options.newBuilder()
                        .setStreamIdentifier(stream)
                        .setGroupName(GROUP))
                .build();
    }

    @Test
    void there_are_no_more_consumers_than_allowed_and_whoever_is_dropped_is_told_so() throws InterruptedException {
        GroupOptions.Builder one = toStream();
        one.getSettingsBuilder().setMaxSubscriberCount(1);
        bare.create(CreateReq.newBuilder().setOptions(one).build());
        Consuming first = Consuming.stream(gateway.client, STREAM, GROUP, 1);
        StatusRuntimeException full = end(read(STREAM, 10));
        expect(full, Status.Code.FAILED_PRECONDITION, "maximum-subscribers-reached");
        assertThat(full.getStatus().getDescription()).startsWith("Maximum subscriptions reached");
        assertThat(end(read(STREAM, 0)).getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        first.subscription().stop();
        assertThat(first.end()).isEqualTo("ended");
        CompletableFuture<StatusRuntimeException> dropped = read(STREAM, 10);
        KurrentPersistentTest.awaitThat(() -> info().getConnections().size() == 1);
        gateway.server.close();
        expect(end(dropped), Status.Code.CANCELLED, "persistent-subscription-dropped");
    }

    @Test
    void truncated_parked_events_are_not_replayed() throws InterruptedException {
        append(0, 3);
        Consuming.finish(groups.createToStream(STREAM, GROUP, options()));
        Consuming consumer = Consuming.stream(gateway.client, STREAM, GROUP, 10);
        for (Consuming.Came each : consumer.next(3)) {
            consumer.nack(NackAction.Park, "", each);
        }
        KurrentPersistentTest.awaitThat(() -> info().getStats().getParkedMessageCount() == 3);
        ReplayParkedReq.Builder two = replay(EventForm.stream(STREAM)).toBuilder();
        two.getOptionsBuilder().setStopAt(2);
        bare.truncateParked(two.build());
        assertThat(info().getStats().getParkedMessageCount()).isEqualTo(1);
        bare.replayParked(replay(EventForm.stream(STREAM)));
        assertThat(consumer.done(1)).containsExactly("2");
        two.getOptionsBuilder().setStopAt(-1);
        assertThat(refusal(() -> bare.replayParked(two.build())).getStatus().getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void features_name_the_methods_for_streams_and_for_everything() {
        FeaturesProtocol.SupportedMethods features = ServerFeaturesGrpc.newBlockingStub(gateway.channel)
                .getSupportedMethods(Shared.Empty.getDefaultInstance());
        assertThat(features.getMethodsList())
                .filteredOn(method -> method.getServiceName()
                        .equals("event_store.client.persistent_subscriptions.persistentsubscriptions"))
                .allMatch(method -> List.copyOf(method.getFeaturesList()).equals(List.of("stream", "all")))
                .extracting(FeaturesProtocol.SupportedMethod::getMethodName)
                .containsExactly(
                        "create", "update", "delete", "read", "getinfo", "list", "replayparked", "restartsubsystem");
    }

    @Test
    void another_server_of_the_same_store_sees_the_groups_and_neither_goes_back() throws InterruptedException {
        append(0, 40);
        Consuming.finish(groups.createToStream(
                STREAM, GROUP, options().checkpointLowerBound(1).checkpointAfterInMs(1)));
        try (dev.indelible.server.IndelibleServer other =
                dev.indelible.server.IndelibleServer.start(gateway.store, "127.0.0.1", 0)) {
            var client = Gateway.connect("esdb://localhost:" + other.port() + "?tls=false");
            Consuming here = Consuming.stream(gateway.client, STREAM, GROUP, 40);
            Consuming there = Consuming.stream(client, STREAM, GROUP, 40);
            assertThat(there.done(40))
                    .as("each server delivers the whole group")
                    .hasSize(40);
            KurrentPersistentTest.awaitThat(() -> checkpointed() == 39);
            assertThat(here.done(40)).hasSize(40);
            KurrentPersistentTest.awaitThat(() -> info().getStats().getTotalItems() == 40);
            Consuming.finish(groups.restartSubsystem());
            assertThat(checkpointed()).isEqualTo(39);
            Gateway.get(client.shutdown());
        }
    }

    private long checkpointed() {
        return info().getStats().getLastCheckpointedEventRevision().orElse(-1L);
    }

    private CompletableFuture<StatusRuntimeException> read(String stream, int buffer) {
        CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
        StreamObserver<ReadReq> call = PersistentSubscriptionsGrpc.newStub(gateway.channel)
                .read(new StreamObserver<ReadResp>() {
                    @Override
                    public void onNext(ReadResp response) {}

                    @Override
                    public void onError(Throwable error) {
                        end.complete((StatusRuntimeException) error);
                    }

                    @Override
                    public void onCompleted() {
                        end.completeExceptionally(new IllegalStateException("it ended well"));
                    }
                });
        call.onNext(ReadReq.newBuilder()
                .setOptions(ReadReq.Options.newBuilder()
                        .setStreamIdentifier(EventForm.stream(stream))
                        .setGroupName(GROUP)
                        .setBufferSize(buffer)
                        .setUuidOption(
                                StreamsProtocol.ReadReq.UuidOption.newBuilder().setString(EventForm.EMPTY)))
                .build());
        return end;
    }

    private static StatusRuntimeException end(CompletableFuture<StatusRuntimeException> read) {
        return Gateway.get(read);
    }

    private static StatusRuntimeException refusal(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }

    private static void expect(StatusRuntimeException refused, Status.Code code, String exception) {
        assertThat(refused.getStatus().getCode()).as(refused.toString()).isEqualTo(code);
        assertThat(Refusals.trailer(refused, "exception")).isEqualTo(exception);
    }

    private static CreatePersistentSubscriptionToStreamOptions options() {
        return CreatePersistentSubscriptionToStreamOptions.get().fromStart();
    }

    private static GroupOptions.Builder toStream() {
        GroupOptions.Builder options = GroupOptions.newBuilder()
                .setGroupName(GROUP)
                .setSettings(Settings.newBuilder()
                        .setLiveBufferSize(500)
                        .setHistoryBufferSize(500)
                        .setReadBatchSize(20)
                        .setMaxCheckpointCount(1_000));
        options.getStreamBuilder().setStreamIdentifier(EventForm.stream(STREAM)).setStart(EventForm.EMPTY);
        return options;
    }

    private void append(int from, int to) {
        for (int i = from; i < to; i++) {
            gateway.append(STREAM, StreamState.any(), event("A", i));
        }
    }
}
