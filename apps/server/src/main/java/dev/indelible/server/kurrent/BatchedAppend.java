package dev.indelible.server.kurrent;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.indelible.event.NewEvent;
import dev.indelible.server.kurrent.Written.Recorded;
import dev.indelible.server.kurrent.Written.WrongVersion;
import dev.indelible.server.kurrent.protocol.Errors;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendResp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of many appends over a call. What is wrong with it is told in its answer; the others go on. */
final class BatchedAppend {
    private static final String DETAIL_TYPES = "type.googleapis.com/event_store.client.";
    private static final Duration LONGEST_WAIT = Duration.ofDays(365);

    private final Shared.UUID correlationId;
    private final BatchAppendReq.Options options;
    private final boolean hasOptions;
    private final Instant deadline;
    private final Writer writer;
    private final AppendRoom room;
    private final List<NewEvent> events = new ArrayList<>();
    private @Nullable RuntimeException fault;
    private int held;
    private long bytes;

    BatchedAppend(BatchAppendReq first, Writer writer, AppendRoom room) {
        this.correlationId = first.getCorrelationId();
        this.options = first.getOptions();
        this.hasOptions = first.hasOptions();
        this.deadline = deadline(options);
        this.writer = writer;
        this.room = room;
    }

    Shared.StreamIdentifier stream() {
        return options.getStreamIdentifier();
    }

    /** Takes one piece; after a fault the rest is dropped. */
    void add(BatchAppendReq piece) {
        if (fault != null) {
            return;
        }
        try {
            if (!hasOptions) {
                throw Refusals.badRequest("options: missing (expected: in the first piece)");
            }
            int size = piece.getSerializedSize();
            bytes += size;
            if (bytes > 2L * writer.appendBytesMax()) {
                throw Refusals.appendTooLarge(writer.appendBytesMax());
            }
            held += room.enter(size);
            for (BatchAppendReq.ProposedMessage message : piece.getProposedMessagesList()) {
                events.add(EventForm.proposed(
                        message.getId(),
                        message.getMetadataMap(),
                        message.getCustomMetadata(),
                        message.getData(),
                        writer.keepsTags()));
            }
        } catch (RuntimeException e) {
            fault = e;
            events.clear();
        }
    }

    /** Gives back the room that it took. */
    void leave() {
        room.leave(held);
        held = 0;
    }

    BatchAppendResp write() {
        BatchAppendResp.Builder answer = BatchAppendResp.newBuilder()
                .setCorrelationId(correlationId)
                .setStreamIdentifier(options.getStreamIdentifier());
        switch (options.getExpectedStreamPositionCase()) {
            case STREAM_POSITION -> answer.setStreamPosition(options.getStreamPosition());
            case NO_STREAM -> answer.setNoStream(options.getNoStream());
            case STREAM_EXISTS -> answer.setStreamExists(options.getStreamExists());
            case ANY, EXPECTEDSTREAMPOSITION_NOT_SET -> answer.setAny(EventForm.EMPTY);
        }
        try {
            if (fault != null) {
                throw fault;
            } else if (Instant.now().isAfter(deadline)) {
                return answer.setError(error(Status.Code.DEADLINE_EXCEEDED, Shared.Timeout.getDefaultInstance()))
                        .build();
            }
            String stream = EventForm.name(options.getStreamIdentifier());
            Expectation expected = expected();
            return switch (writer.append(stream, expected, events)) {
                case Recorded recorded -> answer.setSuccess(success(recorded)).build();
                case WrongVersion wrong ->
                    answer.setError(error(Status.Code.ALREADY_EXISTS, wrongVersion(expected, wrong.actual())))
                            .build();
            };
        } catch (RuntimeException e) {
            return answer.setError(error(Refusals.of(e))).build();
        }
    }

    private Expectation expected() {
        return switch (options.getExpectedStreamPositionCase()) {
            case STREAM_POSITION -> Expectation.revision(options.getStreamPosition());
            case NO_STREAM -> Expectation.NO_STREAM;
            case STREAM_EXISTS -> Expectation.EXISTS;
            case ANY, EXPECTEDSTREAMPOSITION_NOT_SET -> Expectation.ANY;
        };
    }

    private static BatchAppendResp.Success success(Recorded recorded) {
        BatchAppendResp.Success.Builder success = BatchAppendResp.Success.newBuilder();
        if (recorded.revision() < 0) {
            success.setNoStream(EventForm.EMPTY);
        } else {
            success.setCurrentRevision(recorded.revision());
        }
        if (recorded.position() == 0) {
            success.setNoPosition(EventForm.EMPTY);
        } else {
            success.setPosition(Shared.AllStreamPosition.newBuilder()
                    .setCommitPosition(recorded.position())
                    .setPreparePosition(recorded.position()));
        }
        return success.build();
    }

    private static Shared.WrongExpectedVersion wrongVersion(Expectation expected, long actual) {
        Shared.WrongExpectedVersion.Builder wrong = Shared.WrongExpectedVersion.newBuilder();
        if (actual < 0) {
            wrong.setCurrentNoStream(EventForm.EMPTY);
        } else {
            wrong.setCurrentStreamRevision(actual);
        }
        if (expected.isAny()) {
            wrong.setExpectedAny(EventForm.EMPTY);
        } else if (expected.isExists()) {
            wrong.setExpectedStreamExists(EventForm.EMPTY);
        } else if (expected.isNoStream()) {
            wrong.setExpectedNoStream(EventForm.EMPTY);
        } else {
            wrong.setExpectedStreamPosition(expected.raw());
        }
        return wrong.build();
    }

    private Errors.Status error(StatusRuntimeException refusal) {
        Status.Code code = refusal.getStatus().getCode();
        String text = String.valueOf(refusal.getStatus().getDescription());
        return switch (Refusals.trailer(refusal, "exception")) {
            case Refusals.STREAM_DELETED ->
                error(
                        Status.Code.NOT_FOUND,
                        Shared.StreamDeleted.newBuilder()
                                .setStreamIdentifier(options.getStreamIdentifier())
                                .build());
            case Refusals.ACCESS_DENIED -> error(code, Shared.AccessDenied.getDefaultInstance());
            case Refusals.APPEND_SIZE ->
                error(
                        code,
                        Shared.MaximumAppendSizeExceeded.newBuilder()
                                .setMaxAppendSize(number(refusal, "maximum-append-size"))
                                .build());
            case Refusals.EVENT_SIZE ->
                error(
                        code,
                        Shared.MaximumAppendEventSizeExceeded.newBuilder()
                                .setEventId(Refusals.trailer(refusal, "event-id"))
                                .setProposedEventSize(number(refusal, "proposed-append-event-size"))
                                .setMaxAppendEventSize(number(refusal, "maximum-append-event-size"))
                                .build());
            default -> otherError(code, text);
        };
    }

    private static Errors.Status otherError(Status.Code code, String text) {
        return switch (code) {
            case INVALID_ARGUMENT ->
                error(code, Shared.BadRequest.newBuilder().setMessage(text).build());
            case ABORTED -> error(Status.Code.DEADLINE_EXCEEDED, Shared.Timeout.getDefaultInstance());
            default ->
                Errors.Status.newBuilder()
                        .setCode(code.value())
                        .setMessage(text)
                        .setDetails(detail(Shared.Unknown.getDefaultInstance()))
                        .build();
        };
    }

    private static int number(StatusRuntimeException refusal, String trailer) {
        return Integer.parseInt(Refusals.trailer(refusal, trailer));
    }

    private static Errors.Status error(Status.Code code, Message detail) {
        return Errors.Status.newBuilder()
                .setCode(code.value())
                .setMessage(detail.getDescriptorForType().getName())
                .setDetails(detail(detail))
                .build();
    }

    private static Any detail(Message message) {
        return Any.newBuilder()
                .setTypeUrl(DETAIL_TYPES + message.getDescriptorForType().getName())
                .setValue(ByteString.copyFrom(message.toByteArray()))
                .build();
    }

    private static Instant deadline(BatchAppendReq.Options options) {
        return switch (options.getDeadlineOptionCase()) {
            case DEADLINE_21_10_0 ->
                Instant.ofEpochSecond(
                        options.getDeadline21100().getSeconds(),
                        options.getDeadline21100().getNanos());
            case DEADLINE -> {
                Duration wait = Duration.ofSeconds(
                        options.getDeadline().getSeconds(),
                        options.getDeadline().getNanos());
                yield Instant.now().plus(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
            }
            case DEADLINEOPTION_NOT_SET -> Instant.MAX;
        };
    }
}
