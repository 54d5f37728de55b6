package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.JointlyWritten.Recorded;
import dev.indelible.server.kurrent.JointlyWritten.Violated;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendResponse;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendSessionResponse;
import io.grpc.stub.StreamObserver;

/** One append to several streams: stream by stream, and then the answer. Its methods are called one after the other. */
final class AppendSessionCall implements StreamObserver<AppendRequest> {
    private final Outbox<AppendSessionResponse> outbox;
    private final OpenCalls calls;
    private final JointWriter writer;
    private final JointRequests requests;
    private final AppendRoom room;
    private boolean over;
    private int held;

    AppendSessionCall(
            Outbox<AppendSessionResponse> outbox,
            OpenCalls calls,
            JointWriter writer,
            JointRequests requests,
            AppendRoom room) {
        this.outbox = outbox;
        this.calls = calls;
        this.writer = writer;
        this.requests = requests;
        this.room = room;
    }

    @Override
    public void onNext(AppendRequest request) {
        if (over) {
            return;
        }
        try {
            held += room.enter(request.getSerializedSize());
            requests.add(request);
        } catch (RuntimeException e) {
            end();
            outbox.fail(e);
        }
    }

    @Override
    public void onError(Throwable gone) {
        if (!over) {
            end();
        }
    }

    @Override
    public void onCompleted() {
        if (over) {
            return;
        }
        over = true;
        calls.run(outbox, () -> {
            try {
                held += room.enter(1);
                outbox.send(append(requests.session()), 1);
            } finally {
                room.leave(held);
            }
        });
    }

    private void end() {
        over = true;
        room.leave(held);
    }

    private AppendSessionResponse append(JointWriter.Request request) {
        return switch (writer.append(request)) {
            case Recorded recorded -> {
                AppendSessionResponse.Builder answer =
                        AppendSessionResponse.newBuilder().setPosition(recorded.position());
                for (int i = 0; i < recorded.revisions().size(); i++) {
                    answer.addOutput(AppendResponse.newBuilder()
                            .setStream(request.shares().get(i).stream())
                            .setStreamRevision(recorded.revisions().get(i)));
                }
                yield answer.build();
            }
            case Violated violated ->
                throw JointRefusals.conflict(violated.violations().get(0));
        };
    }
}
