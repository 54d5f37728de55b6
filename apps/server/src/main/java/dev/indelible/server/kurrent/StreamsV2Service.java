package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.server.kurrent.JointlyWritten.Recorded;
import dev.indelible.server.kurrent.JointlyWritten.Violated;
import dev.indelible.server.kurrent.protocol.StreamsServiceGrpc;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecordsRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecordsResponse;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendSessionResponse;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.StreamRevision;
import dev.indelible.server.security.Rights;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The newer protocol's service: appends to several streams, all or nothing. */
final class StreamsV2Service extends StreamsServiceGrpc.StreamsServiceImplBase {
    private final EventStore store;
    private final OpenCalls calls;
    private final AppendRoom room;
    private final JointWriter writer;

    StreamsV2Service(EventStore store, OpenCalls calls, AppendRoom room) {
        this.store = store;
        this.calls = calls;
        this.room = room;
        this.writer = new JointWriter(store);
    }

    @Override
    public StreamObserver<AppendRequest> appendSession(StreamObserver<AppendSessionResponse> response) {
        Outbox<AppendSessionResponse> outbox = new Outbox<>((ServerCallStreamObserver<AppendSessionResponse>) response);
        return new AppendSessionCall(outbox, calls, writer.by(Rights.current()), new JointRequests(store), room);
    }

    @Override
    public void appendRecords(AppendRecordsRequest request, StreamObserver<AppendRecordsResponse> response) {
        Outbox<AppendRecordsResponse> outbox = new Outbox<>((ServerCallStreamObserver<AppendRecordsResponse>) response);
        JointWriter callers = writer.by(Rights.current());
        calls.run(outbox, () -> {
            int held = room.enter(1L + request.getSerializedSize());
            try {
                outbox.send(append(callers, new JointRequests(store).of(request)), 1);
            } finally {
                room.leave(held);
            }
        });
    }

    private AppendRecordsResponse append(JointWriter callers, JointWriter.Request request) {
        return switch (callers.append(request)) {
            case Recorded recorded -> {
                AppendRecordsResponse.Builder answer =
                        AppendRecordsResponse.newBuilder().setPosition(recorded.position());
                for (int i = 0; i < recorded.revisions().size(); i++) {
                    answer.addRevisions(StreamRevision.newBuilder()
                            .setStream(request.shares().get(i).stream())
                            .setRevision(recorded.revisions().get(i)));
                }
                yield answer.build();
            }
            case Violated violated -> throw JointRefusals.inconsistent(violated.violations());
        };
    }
}
