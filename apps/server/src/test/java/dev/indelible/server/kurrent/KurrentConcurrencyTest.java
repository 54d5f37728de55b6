package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsGrpc;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadResp;
import io.grpc.Context;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.DeleteResult;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WriteResult;
import io.kurrent.dbclient.WrongExpectedVersionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KurrentConcurrencyTest {
    private static final int RACERS = 32;

    @TempDir
    Path directory;

    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = new Gateway(EventStore.open("embedded:" + directory));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void of_many_racers_on_one_revision_one_wins() {
        for (int round = 0; round < 10; round++) {
            StreamState state = round == 0 ? StreamState.noStream() : StreamState.streamRevision(round - 1);
            List<CompletableFuture<WriteResult>> racers = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                AppendToStreamOptions options = AppendToStreamOptions.get().streamState(state);
                racers.add(gateway.client.appendToStream("S", options, event("A", i)));
            }
            int won = 0;
            for (CompletableFuture<WriteResult> racer : racers) {
                try {
                    Gateway.get(racer);
                    won++;
                } catch (WrongExpectedVersionException lost) {
                    assertThat(lost.getActualState()).isEqualTo(StreamState.streamRevision(round));
                }
            }
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void nothing_is_appended_behind_a_tombstone() {
        for (int round = 0; round < 20; round++) {
            String stream = "Doomed-" + round;
            List<CompletableFuture<WriteResult>> racers = new ArrayList<>();
            for (int i = 0; i < RACERS / 2; i++) {
                racers.add(gateway.client.appendToStream(stream, event("A", i)));
            }
            CompletableFuture<DeleteResult> tombstone = gateway.client.tombstoneStream(stream);
            for (int i = 0; i < RACERS / 2; i++) {
                racers.add(gateway.client.appendToStream(stream, event("A", i)));
            }
            long end = Gateway.get(tombstone).getPosition().getCommitUnsigned();
            int acknowledged = 0;
            for (CompletableFuture<WriteResult> racer : racers) {
                try {
                    assertThat(Gateway.get(racer).getLogPosition().getCommitUnsigned())
                            .isLessThan(end);
                    acknowledged++;
                } catch (RuntimeException late) {
                    assertThat(late).hasMessageContaining("is deleted");
                }
            }
            List<RecordedEvent> recorded =
                    gateway.store.read(EventQuery.stream(stream)).toList();
            assertThat(recorded)
                    .hasSize(acknowledged)
                    .allMatch(event -> event.position().value() < end);
        }
    }

    @Test
    void what_is_acknowledged_after_a_deletion_can_be_read() {
        for (int round = 0; round < 20; round++) {
            String stream = "Renewed-" + round;
            gateway.append(stream, StreamState.any(), event("A", -1));
            List<CompletableFuture<WriteResult>> racers = new ArrayList<>();
            CompletableFuture<DeleteResult> deletion = gateway.client.deleteStream(stream);
            for (int i = 0; i < RACERS; i++) {
                racers.add(gateway.client.appendToStream(stream, event("A", i)));
            }
            long end = Gateway.get(deletion).getPosition().getCommitUnsigned();
            long after = racers.stream()
                    .map(Gateway::get)
                    .filter(written -> written.getLogPosition().getCommitUnsigned() > end)
                    .count();
            if (after > 0) {
                assertThat(gateway.texts(stream)).hasSize((int) after);
            }
        }
    }

    @Test
    void a_slow_consumer_slows_itself_only_and_gets_everything_in_order() throws InterruptedException {
        int count = 20_000;
        BlockingQueue<ReadResp> told = new LinkedBlockingQueue<>();
        SlowObserver slow = new SlowObserver(told);
        StreamsGrpc.newStub(gateway.channel).read(subscriptionToAll(), slow);
        EventData[] some = new EventData[1_000];
        for (int i = 0; i < count; i += some.length) {
            Arrays.setAll(
                    some, k -> EventData.builderAsBinary("A", new byte[1_000]).build());
            gateway.append("Fast-1", StreamState.any(), some);
        }
        assertThat(told).hasSizeLessThanOrEqualTo(1);
        long expected = 1;
        while (expected <= count) {
            slow.call.request(100);
            for (int i = 0; i < 100 && expected <= count; i++) {
                ReadResp next = told.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("message before position " + expected).isNotNull();
                if (next.hasEvent()) {
                    assertThat(next.getEvent().getCommitPosition()).isEqualTo(expected++);
                }
            }
        }
        slow.call.cancel("enough", null);
    }

    private static ReadReq subscriptionToAll() {
        ReadReq.Builder request = ReadReq.newBuilder();
        request.getOptionsBuilder()
                .setNoFilter(Shared.Empty.getDefaultInstance())
                .setSubscription(ReadReq.SubscriptionOptions.getDefaultInstance())
                .setAll(ReadReq.AllOptions.getDefaultInstance())
                .getUuidOptionBuilder()
                .setString(Shared.Empty.getDefaultInstance());
        return request.build();
    }

    @Test
    void calls_that_are_cancelled_do_not_end_the_others_of_their_connection() {
        StreamsGrpc.StreamsBlockingStub client = StreamsGrpc.newBlockingStub(gateway.channel);
        Iterator<ReadResp> stays = client.read(subscriptionToAll());
        assertThat(stays.next().hasConfirmation()).isTrue();
        for (int i = 0; i < 1_000; i++) {
            Context.CancellableContext call = Context.current().withCancellation();
            call.run(() -> assertThat(client.read(subscriptionToAll()).next().hasConfirmation())
                    .isTrue());
            call.cancel(null);
        }
        gateway.append("S", StreamState.any(), event("A", 1));
        ReadResp told = stays.next();
        while (!told.hasEvent()) {
            told = stays.next();
        }
        assertThat(told.getEvent().getCommitPosition()).isEqualTo(1);
    }

    /** Takes one message, and further ones only when it is told to. */
    private static final class SlowObserver implements ClientResponseObserver<ReadReq, ReadResp> {
        private final BlockingQueue<ReadResp> told;
        private ClientCallStreamObserver<ReadReq> call;

        SlowObserver(BlockingQueue<ReadResp> told) {
            this.told = told;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ReadReq> started) {
            call = started;
            started.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(ReadResp message) {
            told.add(message);
        }

        @Override
        public void onError(@Nullable Throwable cancelled) {}

        @Override
        public void onCompleted() {}
    }
}
