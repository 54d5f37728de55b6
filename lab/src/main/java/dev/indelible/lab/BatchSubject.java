package dev.indelible.lab;

import com.google.protobuf.ByteString;
import dev.indelible.event.NewEvent;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsGrpc;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendResp;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** BatchAppend as clients for Node and .NET use it: each event an append of its own, all of them over one call. */
final class BatchSubject extends ServedSubject {
    /** So many streams get the events in turn. */
    static final int STREAMS = 50;

    private final ManagedChannel channel;

    BatchSubject(Path directory) {
        super(directory);
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port())
                .usePlaintext()
                .build();
    }

    @Override
    public String name() {
        return "kurrent";
    }

    @Override
    public void append(String stream, NewEvent[] events) {
        Answers answers = new Answers();
        StreamObserver<BatchAppendReq> call = StreamsGrpc.newStub(channel).batchAppend(answers);
        for (int i = 0; i < events.length; i++) {
            call.onNext(request(stream + "-" + i % STREAMS, events[i]));
        }
        call.onCompleted();
        int recorded = answers.all.join();
        if (recorded != events.length) {
            throw new IllegalStateException(recorded + " appended (expected: " + events.length + ")");
        }
    }

    private static BatchAppendReq request(String stream, NewEvent event) {
        Shared.UUID id =
                Shared.UUID.newBuilder().setString(event.id().toString()).build();
        BatchAppendReq.Builder request =
                BatchAppendReq.newBuilder().setCorrelationId(id).setIsFinal(true);
        request.getOptionsBuilder()
                .setAny(Shared.Empty.getDefaultInstance())
                .getStreamIdentifierBuilder()
                .setStreamName(ByteString.copyFromUtf8(stream));
        request.addProposedMessagesBuilder()
                .setId(id)
                .putMetadata("type", event.type())
                .putMetadata("content-type", "application/json")
                .setCustomMetadata(ByteString.copyFromUtf8(KurrentSubject.metadata(event)))
                .setData(ByteString.copyFrom(event.data().toBytes()));
        return request.build();
    }

    private static final class Answers implements StreamObserver<BatchAppendResp> {
        private final CompletableFuture<Integer> all = new CompletableFuture<>();
        private int recorded;

        @Override
        public void onNext(BatchAppendResp answer) {
            recorded += answer.hasSuccess() ? 1 : 0;
        }

        @Override
        public void onError(Throwable error) {
            all.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            all.complete(recorded);
        }
    }

    @Override
    public long scan() {
        return -1;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        super.close();
    }
}
