package dev.indelible.server.kurrent;

import dev.indelible.event.NewEvent;
import dev.indelible.server.kurrent.Written.Recorded;
import dev.indelible.server.kurrent.Written.WrongVersion;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.AppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.AppendResp;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One append: its options, its events one by one, and then the answer. Its methods are called one after the other. */
final class AppendCall implements StreamObserver<AppendReq> {
    private final Outbox<AppendResp> outbox;
    private final OpenCalls calls;
    private final Writer writer;
    private final AppendRoom room;
    private final List<NewEvent> events = new ArrayList<>();
    private AppendReq.@Nullable Options options;
    private boolean over;
    private int held;
    private long bytes;

    AppendCall(Outbox<AppendResp> outbox, OpenCalls calls, Writer writer, AppendRoom room) {
        this.outbox = outbox;
        this.calls = calls;
        this.writer = writer;
        this.room = room;
    }

    @Override
    public void onNext(AppendReq request) {
        if (over) {
            return;
        }
        try {
            take(request);
        } catch (RuntimeException e) {
            end();
            outbox.fail(e);
        }
    }

    private void take(AppendReq request) {
        switch (request.getContentCase()) {
            case OPTIONS -> {
                if (options != null) {
                    throw Refusals.badRequest("options: twice (expected: once, first)");
                }
                options = request.getOptions();
            }
            case PROPOSED_MESSAGE -> {
                if (options == null) {
                    throw Refusals.badRequest("message: before the options (expected: the options first)");
                }
                AppendReq.ProposedMessage message = request.getProposedMessage();
                int size = message.getSerializedSize();
                bytes += size;
                if (bytes > 2L * writer.appendBytesMax()) {
                    throw Refusals.appendTooLarge(writer.appendBytesMax());
                }
                held += room.enter(size);
                events.add(EventForm.proposed(
                        message.getId(),
                        message.getMetadataMap(),
                        message.getCustomMetadata(),
                        message.getData(),
                        writer.keepsTags()));
            }
            case CONTENT_NOT_SET -> throw Refusals.badRequest("message: empty (expected: options or an event)");
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
        AppendReq.Options asked = options;
        if (over) {
            return;
        }
        over = true;
        calls.run(outbox, () -> {
            try {
                if (asked == null) {
                    throw Refusals.badRequest("options: missing (expected: first)");
                }
                held += room.enter(1);
                outbox.send(append(asked), 1);
            } finally {
                room.leave(held);
            }
        });
    }

    private void end() {
        over = true;
        room.leave(held);
        events.clear();
    }

    private AppendResp append(AppendReq.Options asked) {
        String stream = EventForm.name(asked.getStreamIdentifier());
        Expectation expected = switch (asked.getExpectedStreamRevisionCase()) {
            case REVISION -> Expectation.revision(asked.getRevision());
            case NO_STREAM -> Expectation.NO_STREAM;
            case STREAM_EXISTS -> Expectation.EXISTS;
            case ANY, EXPECTEDSTREAMREVISION_NOT_SET -> Expectation.ANY;
        };
        return switch (writer.append(stream, expected, events)) {
            case Recorded recorded -> success(recorded);
            case WrongVersion wrong ->
                AppendResp.newBuilder()
                        .setWrongExpectedVersion(wrongVersion(expected, wrong.actual()))
                        .build();
        };
    }

    private static AppendResp success(Recorded recorded) {
        AppendResp.Success.Builder success = AppendResp.Success.newBuilder();
        if (recorded.revision() < 0) {
            success.setNoStream(EventForm.EMPTY);
        } else {
            success.setCurrentRevision(recorded.revision());
        }
        if (recorded.position() == 0) {
            success.setNoPosition(EventForm.EMPTY);
        } else {
            success.setPosition(StreamsProtocol.Position.newBuilder()
                    .setCommitPosition(recorded.position())
                    .setPreparePosition(recorded.position()));
        }
        return AppendResp.newBuilder().setSuccess(success).build();
    }

    /** In the fields of today, and in those of older clients. */
    private static AppendResp.WrongExpectedVersion wrongVersion(Expectation expected, long actual) {
        AppendResp.WrongExpectedVersion.Builder wrong = AppendResp.WrongExpectedVersion.newBuilder();
        if (actual < 0) {
            wrong.setCurrentNoStream(EventForm.EMPTY).setNoStream2060(EventForm.EMPTY);
        } else {
            wrong.setCurrentRevision(actual).setCurrentRevision2060(actual);
        }
        if (expected.isAny()) {
            wrong.setExpectedAny(EventForm.EMPTY).setAny2060(EventForm.EMPTY);
        } else if (expected.isExists()) {
            wrong.setExpectedStreamExists(EventForm.EMPTY).setStreamExists2060(EventForm.EMPTY);
        } else if (expected.isNoStream()) {
            wrong.setExpectedNoStream(EventForm.EMPTY).setExpectedRevision2060(-1);
        } else {
            wrong.setExpectedRevision(expected.raw()).setExpectedRevision2060(expected.raw());
        }
        return wrong.build();
    }
}
