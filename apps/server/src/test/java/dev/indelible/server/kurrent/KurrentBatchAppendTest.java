package dev.indelible.server.kurrent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsGrpc;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendResp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KurrentBatchAppendTest {
    private final Gateway gateway = new Gateway(EventStore.on(new MemoryJournal()));
    private final Answers answers = new Answers();
    private final StreamObserver<BatchAppendReq> call =
            StreamsGrpc.newStub(gateway.channel).batchAppend(answers);

    private static final class Answers implements StreamObserver<BatchAppendResp> {
        private final BlockingQueue<BatchAppendResp> all = new LinkedBlockingQueue<>();
        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();

        @Override
        public void onNext(BatchAppendResp answer) {
            all.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            error.set(failure);
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void one_call_carries_many_appends_whose_pieces_mingle() throws InterruptedException {
        Shared.UUID one = id();
        Shared.UUID two = id();
        BatchAppendReq.Options any = options("S").build();
        call.onNext(piece(one, any, false, event("A", "1")));
        call.onNext(piece(two, options("T").build(), false, event("A", "4"), event("A", "5")));
        call.onNext(piece(one, null, false, event("A", "2")));
        call.onNext(piece(one, null, true, event("A", "3")));
        BatchAppendResp first = next();
        assertThat(first.getCorrelationId()).isEqualTo(one);
        assertThat(first.getSuccess().getCurrentRevision()).isEqualTo(2);
        assertThat(first.getSuccess().getPosition().getCommitPosition()).isEqualTo(3);
        assertThat(EventForm.name(first.getStreamIdentifier())).isEqualTo("S");
        assertThat(first.hasAny()).isTrue();
        call.onNext(piece(two, null, true));
        assertThat(next().getSuccess().getCurrentRevision()).isEqualTo(1);
        assertThat(gateway.texts("S")).containsExactly("1", "2", "3");
        assertThat(gateway.texts("T")).containsExactly("4", "5");
        finish();
    }

    @Test
    void errors_are_answers_and_the_call_goes_on() throws Exception {
        gateway.append("S", io.kurrent.dbclient.StreamState.any(), Gateway.event("A", 0));
        Gateway.get(gateway.client.tombstoneStream("Gone"));
        send(options("S").clearAny().setNoStream(Shared.Empty.getDefaultInstance()), event("A", "1"));
        BatchAppendResp wrong = next();
        assertThat(wrong.getError().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS.value());
        assertThat(wrong.getError().getMessage()).isEqualTo("WrongExpectedVersion");
        Shared.WrongExpectedVersion detail = Shared.WrongExpectedVersion.parseFrom(detail(wrong));
        assertThat(detail.getCurrentStreamRevision()).isZero();
        assertThat(detail.hasExpectedNoStream()).isTrue();
        assertThat(wrong.hasNoStream()).isTrue();
        send(options("Gone"), event("A", "1"));
        assertThat(name(next())).isEqualTo("StreamDeleted");
        send(options("$ce-S"), event("A", "1"));
        assertThat(name(next())).isEqualTo("AccessDenied");
        send(options(""), event("A", "1"));
        assertThat(name(next())).isEqualTo("BadRequest");
        send(options("S"), event("A", "1").toBuilder().clearMetadata().build());
        assertThat(name(next())).isEqualTo("BadRequest");
        send(options("S"), event("A", "x".repeat((1 << 20) + 1)));
        BatchAppendResp large = next();
        assertThat(name(large)).isEqualTo("MaximumAppendEventSizeExceeded");
        assertThat(Shared.MaximumAppendEventSizeExceeded.parseFrom(detail(large))
                        .getMaxAppendEventSize())
                .isEqualTo(1 << 20);
        send(options("S"), event("A", "1"));
        assertThat(next().getSuccess().getCurrentRevision()).isEqualTo(1);
        finish();
    }

    @Test
    void what_is_past_its_deadline_is_not_written() throws InterruptedException {
        send(options("S").setDeadline(Duration.newBuilder().setSeconds(-1)), event("A", "1"));
        assertThat(name(next())).isEqualTo("Timeout");
        long now = Instant.now().getEpochSecond();
        send(options("S").setDeadline21100(Timestamp.newBuilder().setSeconds(now - 1)), event("A", "1"));
        assertThat(name(next())).isEqualTo("Timeout");
        send(options("S").setDeadline21100(Timestamp.newBuilder().setSeconds(now + 3_600)), event("A", "2"));
        assertThat(next().hasSuccess()).isTrue();
        send(options("S").setDeadline(Duration.newBuilder().setSeconds(315_576_000_000L)), event("A", "3"));
        assertThat(next().hasSuccess()).isTrue();
        assertThat(gateway.texts("S")).containsExactly("2", "3");
        finish();
    }

    @Test
    void ten_thousand_appends_over_one_call_are_each_answered_and_a_stream_keeps_their_order()
            throws InterruptedException {
        int count = 10_000;
        Map<Shared.UUID, Long> expected = new HashMap<>();
        Set<Shared.UUID> unanswered = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Shared.UUID id = id();
            expected.put(id, (long) i / 10);
            unanswered.add(id);
            call.onNext(piece(id, options("S-" + i % 10).build(), true, event("A", Integer.toString(i / 10))));
        }
        call.onCompleted();
        for (int i = 0; i < count; i++) {
            BatchAppendResp answer = next();
            assertThat(unanswered.remove(answer.getCorrelationId())).isTrue();
            assertThat(answer.getSuccess().getCurrentRevision()).isEqualTo(expected.get(answer.getCorrelationId()));
        }
        assertThat(answers.ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(answers.error.get()).isNull();
        List<String> texts = gateway.texts("S-3");
        for (int i = 0; i < texts.size(); i++) {
            assertThat(texts.get(i)).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void who_says_that_he_is_done_gets_all_answers_before_the_end() throws InterruptedException {
        finish();
        for (int round = 0; round < 40; round++) {
            List<Answers> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Answers each = new Answers();
                calls.add(each);
                StreamObserver<BatchAppendReq> appends =
                        StreamsGrpc.newStub(gateway.channel).batchAppend(each);
                for (int k = 0; k < 5; k++) {
                    appends.onNext(piece(id(), options("S-" + i + "-" + k).build(), true, event("A", "1")));
                }
                appends.onCompleted();
            }
            for (Answers each : calls) {
                assertThat(each.ended.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(each.error.get()).isNull();
                assertThat(each.all).hasSize(5);
            }
        }
    }

    @Test
    void a_client_that_goes_away_in_mid_append_leaves_nothing_behind() throws InterruptedException {
        call.onNext(piece(id(), options("S").build(), false, event("A", "1")));
        send(options("T"), event("A", "2"));
        assertThat(next().hasSuccess()).isTrue();
        ((ClientCallStreamObserver<BatchAppendReq>) call).cancel("gone", null);
        assertThat(answers.ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.store.version(StreamName.of("S"))).isZero();
        assertThat(gateway.store.read(EventQuery.all()).toList()).hasSize(1);
    }

    @Test
    void a_repeat_is_answered_as_the_first_time() throws InterruptedException {
        BatchAppendReq request = piece(id(), options("S").build(), true, event("A", "1"), event("A", "2"));
        call.onNext(request);
        BatchAppendResp first = next();
        call.onNext(request);
        assertThat(next()).isEqualTo(first);
        finish();
    }

    @Test
    void a_server_that_stops_ends_the_call_so_that_its_client_comes_back() throws InterruptedException {
        send(options("S"), event("A", "1"));
        next();
        gateway.server.close();
        assertThat(answers.ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(answers.error.get())
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("UNAVAILABLE");
    }

    private void finish() throws InterruptedException {
        call.onCompleted();
        assertThat(answers.ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(answers.error.get()).isNull();
        assertThat(answers.all).isEmpty();
    }

    private BatchAppendResp next() throws InterruptedException {
        BatchAppendResp next = answers.all.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("answer; error: " + answers.error.get()).isNotNull();
        return next;
    }

    private static String name(BatchAppendResp answer) {
        String url = answer.getError().getDetails().getTypeUrl();
        assertThat(url).startsWith("type.googleapis.com/event_store.client.");
        assertThat(answer.getError().getMessage()).isEqualTo(url.substring(url.lastIndexOf('.') + 1));
        return answer.getError().getMessage();
    }

    private static ByteString detail(BatchAppendResp answer) throws InvalidProtocolBufferException {
        return answer.getError().getDetails().getValue();
    }

    private void send(BatchAppendReq.Options.Builder options, BatchAppendReq.ProposedMessage... events) {
        call.onNext(piece(id(), options.build(), true, events));
    }

    private static BatchAppendReq piece(
            Shared.UUID id,
            BatchAppendReq.@Nullable Options options,
            boolean isFinal,
            BatchAppendReq.ProposedMessage... events) {
        BatchAppendReq.Builder piece = BatchAppendReq.newBuilder()
                .setCorrelationId(id)
                .setIsFinal(isFinal)
                .addAllProposedMessages(List.of(events));
        return options == null ? piece.build() : piece.setOptions(options).build();
    }

    private static BatchAppendReq.Options.Builder options(String stream) {
        return BatchAppendReq.Options.newBuilder()
                .setStreamIdentifier(EventForm.stream(stream))
                .setAny(Shared.Empty.getDefaultInstance());
    }

    private static BatchAppendReq.ProposedMessage event(String type, String data) {
        return BatchAppendReq.ProposedMessage.newBuilder()
                .setId(id())
                .putMetadata("type", type)
                .putMetadata("content-type", "application/octet-stream")
                .setData(ByteString.copyFromUtf8(data))
                .build();
    }

    private static Shared.UUID id() {
        return EventForm.uuid(UUID.randomUUID(), false);
    }
}
