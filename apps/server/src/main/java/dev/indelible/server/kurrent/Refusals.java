package dev.indelible.server.kurrent;

import dev.indelible.EventStoreException;
import dev.indelible.server.security.AccessDenied;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors as the protocol tells them: a status, a text, and trailers of which {@code exception} names the kind. */
final class Refusals {
    static final String STREAM_DELETED = "stream-deleted";
    static final String APPEND_SIZE = "maximum-append-size-exceeded";
    static final String EVENT_SIZE = "maximum-append-event-size-exceeded";
    static final String ACCESS_DENIED = "access-denied";

    private static final Logger LOG = LoggerFactory.getLogger(KurrentGateway.class);

    private Refusals() {}

    static StatusRuntimeException badRequest(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
    }

    static StatusRuntimeException streamDeleted(String stream) {
        return of(
                Status.FAILED_PRECONDITION,
                "Event stream '" + stream + "' is deleted.",
                STREAM_DELETED,
                "stream-name",
                stream);
    }

    static StatusRuntimeException accessDenied(String why) {
        return of(Status.PERMISSION_DENIED, "Access Denied: " + why, ACCESS_DENIED);
    }

    static StatusRuntimeException userNotFound(String login) {
        return of(Status.NOT_FOUND, "User '" + login + "' is not found.", "user-not-found", "login-name", login);
    }

    static StatusRuntimeException userConflict(String login) {
        return of(Status.FAILED_PRECONDITION, "User '" + login + "' exists.", "user-conflict", "login-name", login);
    }

    static StatusRuntimeException wrongVersion(String stream, Expectation expected, long actual) {
        return of(
                Status.FAILED_PRECONDITION,
                "Delete failed due to WrongExpectedVersion. Stream: %s, Expected version: %d, Actual version: %d"
                        .formatted(stream, expected.raw(), actual),
                "wrong-expected-version",
                "stream-name",
                stream,
                "expected-version",
                Long.toString(expected.raw()),
                "actual-version",
                Long.toString(actual));
    }

    static StatusRuntimeException missingProperty() {
        return of(
                Status.INVALID_ARGUMENT,
                "Required Metadata Property Missing: type, content-type",
                "missing-required-metadata-property",
                "required-metadata-properties",
                "type,content-type");
    }

    static StatusRuntimeException appendTooLarge(int limit) {
        return of(
                Status.INVALID_ARGUMENT,
                "Maximum Append Size of " + limit + " Exceeded.",
                APPEND_SIZE,
                "maximum-append-size",
                Integer.toString(limit));
    }

    static StatusRuntimeException eventTooLarge(String eventId, int size, int limit) {
        return of(
                Status.INVALID_ARGUMENT,
                "Event with Id: %s, Size: %d, exceeds Maximum Append Event Size of %d.".formatted(eventId, size, limit),
                EVENT_SIZE,
                "maximum-append-event-size",
                Integer.toString(limit),
                "event-id",
                eventId,
                "proposed-append-event-size",
                Integer.toString(size));
    }

    static StatusRuntimeException indexNotFound(String name) {
        return of(
                Status.NOT_FOUND,
                "Index '" + name + "' not found (expected: $idx-all, $idx-ce-<category> or $idx-et-<type>).",
                "index-not-found",
                "index-name",
                name);
    }

    static StatusRuntimeException stopping() {
        return Status.UNAVAILABLE
                .withDescription("Server Is Not Ready: it is stopping")
                .asRuntimeException();
    }

    /** What a client is told of an exception. */
    static StatusRuntimeException of(Throwable error) {
        return switch (error) {
            case StatusRuntimeException known -> known;
            case AccessDenied denied -> accessDenied(String.valueOf(denied.getMessage()));
            case IllegalArgumentException bad -> badRequest(String.valueOf(bad.getMessage()));
            case EventStoreException.Conflict conflict -> badRequest(String.valueOf(conflict.getMessage()));
            case EventStoreException.Unavailable down -> told(Status.UNAVAILABLE, "Server Is Not Ready: ", down);
            case EventStoreException.Unsupported no -> told(Status.UNIMPLEMENTED, "", no);
            case EventStoreException.Corrupted corrupted -> told(Status.DATA_LOSS, "", corrupted);
            default -> {
                LOG.error("an error of the server", error);
                yield told(Status.INTERNAL, "an error of the server: ", error);
            }
        };
    }

    /** The text of a trailer, for example of {@code exception}, or an empty text. */
    static String trailer(StatusRuntimeException refusal, String name) {
        Metadata trailers = refusal.getTrailers();
        String value = trailers == null ? null : trailers.get(key(name));
        return value == null ? "" : value;
    }

    private static StatusRuntimeException told(Status status, String what, Throwable error) {
        return status.withDescription(what + error.getMessage()).asRuntimeException();
    }

    static StatusRuntimeException of(Status status, String text, String kind, String... trailers) {
        Metadata metadata = new Metadata();
        metadata.put(key("exception"), kind);
        for (int i = 0; i < trailers.length; i += 2) {
            metadata.put(key(trailers[i]), ascii(trailers[i + 1]));
        }
        return status.withDescription(text).asRuntimeException(metadata);
    }

    /** Trailers hold visible ASCII only. */
    private static String ascii(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
