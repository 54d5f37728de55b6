package dev.indelible.server.kurrent;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.indelible.server.kurrent.JointlyWritten.Violation;
import dev.indelible.server.kurrent.protocol.Errors;
import dev.indelible.server.kurrent.protocol.ErrorsV2.AppendConsistencyViolationErrorDetails;
import dev.indelible.server.kurrent.protocol.ErrorsV2.AppendRecordSizeExceededErrorDetails;
import dev.indelible.server.kurrent.protocol.ErrorsV2.AppendTransactionSizeExceededErrorDetails;
import dev.indelible.server.kurrent.protocol.ErrorsV2.ConsistencyViolation;
import dev.indelible.server.kurrent.protocol.ErrorsV2.StreamAlreadyInAppendSessionErrorDetails;
import dev.indelible.server.kurrent.protocol.ErrorsV2.StreamRevisionConflictErrorDetails;
import dev.indelible.server.kurrent.protocol.ErrorsV2.StreamTombstonedErrorDetails;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Errors of appends to several streams as the newer protocol tells them: a status, a text, and beside it a status with
 * details, first the reason and then a message with the values.
 */
final class JointRefusals {
    static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final String TYPES = "type.googleapis.com/";
    private static final String DOMAIN = "streams";

    private JointRefusals() {}

    static StatusRuntimeException noRequests() {
        return of(
                Status.FAILED_PRECONDITION.withDescription("requests: 0 (expected: at least 1)"),
                "APPEND_SESSION_NO_REQUESTS",
                null);
    }

    static StatusRuntimeException twice(String stream) {
        return of(
                Status.ABORTED.withDescription(
                        "stream: \"" + stream + "\" twice in a session, whatever its case (expected: once)"),
                "STREAM_ALREADY_IN_APPEND_SESSION",
                StreamAlreadyInAppendSessionErrorDetails.newBuilder()
                        .setStream(stream)
                        .build());
    }

    static StatusRuntimeException recordTooLarge(String stream, String recordId, int size, int limit) {
        return of(
                Status.INVALID_ARGUMENT.withDescription(
                        "record %s in stream %s: %d bytes (limit: %d)".formatted(recordId, stream, size, limit)),
                "APPEND_RECORD_SIZE_EXCEEDED",
                AppendRecordSizeExceededErrorDetails.newBuilder()
                        .setStream(stream)
                        .setRecordId(recordId)
                        .setSize(size)
                        .setMaxSize(limit)
                        .build());
    }

    static StatusRuntimeException appendTooLarge(long size, int limit) {
        return of(
                Status.ABORTED.withDescription("append: %d bytes (limit: %d)".formatted(size, limit)),
                "APPEND_TRANSACTION_SIZE_EXCEEDED",
                AppendTransactionSizeExceededErrorDetails.newBuilder()
                        .setSize((int) Math.min(size, Integer.MAX_VALUE))
                        .setMaxSize(limit)
                        .build());
    }

    /** The first of the violations, as a session tells it. */
    static StatusRuntimeException conflict(Violation violation) {
        String stream = violation.condition().stream();
        if (violation.actual() == Condition.TOMBSTONED || violation.actual() == Condition.DELETED) {
            return of(
                    Status.FAILED_PRECONDITION.withDescription("stream " + stream + " is deleted"),
                    "STREAM_TOMBSTONED",
                    StreamTombstonedErrorDetails.newBuilder().setStream(stream).build());
        }
        return of(
                Status.FAILED_PRECONDITION.withDescription("stream %s: revision %d (expected: %d)"
                        .formatted(
                                stream,
                                violation.actual(),
                                violation.condition().expected())),
                "STREAM_REVISION_CONFLICT",
                StreamRevisionConflictErrorDetails.newBuilder()
                        .setStream(stream)
                        .setExpectedRevision(violation.condition().expected())
                        .setActualRevision(violation.actual())
                        .build());
    }

    /** All violations. */
    static StatusRuntimeException inconsistent(List<Violation> violations) {
        AppendConsistencyViolationErrorDetails.Builder details = AppendConsistencyViolationErrorDetails.newBuilder();
        StringBuilder text = new StringBuilder();
        for (Violation violation : violations) {
            Condition condition = violation.condition();
            ConsistencyViolation.Builder told = details.addViolationsBuilder();
            if (condition.isAsked()) {
                told.setCheckIndex(condition.index());
            }
            told.getStreamStateBuilder()
                    .setStream(condition.stream())
                    .setExpectedState(condition.expected())
                    .setActualState(violation.actual());
            text.append(text.isEmpty() ? "" : "; ")
                    .append("stream %s: state %d (expected: %d)"
                            .formatted(condition.stream(), violation.actual(), condition.expected()));
        }
        return of(
                Status.FAILED_PRECONDITION.withDescription(text.toString()),
                "APPEND_CONSISTENCY_VIOLATION",
                details.build());
    }

    private static StatusRuntimeException of(Status status, String reason, @Nullable Message detail) {
        Errors.DetailedStatus.Builder told = Errors.DetailedStatus.newBuilder()
                .setCode(status.getCode().value())
                .setMessage(String.valueOf(status.getDescription()))
                .addDetails(Any.newBuilder()
                        .setTypeUrl(TYPES + "google.rpc.ErrorInfo")
                        .setValue(Errors.ErrorInfo.newBuilder()
                                .setReason(reason)
                                .setDomain(DOMAIN)
                                .build()
                                .toByteString()));
        if (detail != null) {
            told.addDetails(Any.newBuilder()
                    .setTypeUrl(TYPES + detail.getDescriptorForType().getFullName())
                    .setValue(detail.toByteString()));
        }
        Metadata trailers = new Metadata();
        trailers.put(DETAILS, told.build().toByteArray());
        return status.asRuntimeException(trailers);
    }
}
