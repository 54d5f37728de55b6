package dev.indelible.server;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.indelible.EventStoreException;
import dev.indelible.event.Json;
import dev.indelible.journal.Outcome;
import dev.indelible.server.security.AccessDenied;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An error as problem details (RFC 9457), which every answer from 400 on carries.
 *
 * @param status the HTTP status
 * @param kind last part of the type {@code urn:indelible:…}
 * @param detail what is wrong, with value and expectation
 * @param members further members, in their order
 */
record Problem(HttpStatus status, String kind, String detail, Map<String, Object> members) {
    private static final Logger LOG = LoggerFactory.getLogger(IndelibleServer.class);
    private static final MediaType PROBLEM_JSON = MediaType.create("application", "problem+json");
    private static final long RETRY_AFTER_S = 1;

    static Problem of(HttpStatus status, String kind, String detail) {
        return new Problem(status, kind, detail, Map.of());
    }

    /** What the client is told of an exception. */
    static Problem of(Throwable error) {
        return switch (error) {
            case IllegalArgumentException e ->
                of(HttpStatus.BAD_REQUEST, "bad-request", String.valueOf(e.getMessage()));
            case AccessDenied e -> of(HttpStatus.FORBIDDEN, "access-denied", String.valueOf(e.getMessage()));
            case EventStoreException.Conflict e -> conflict(e);
            case EventStoreException.Unavailable e ->
                of(HttpStatus.SERVICE_UNAVAILABLE, "unavailable", String.valueOf(e.getMessage()));
            case EventStoreException.Unsupported e ->
                of(HttpStatus.NOT_IMPLEMENTED, "unsupported", String.valueOf(e.getMessage()));
            case EventStoreException.Corrupted e ->
                of(HttpStatus.INTERNAL_SERVER_ERROR, "corrupted", String.valueOf(e.getMessage()));
            default -> {
                log(error);
                yield of(HttpStatus.INTERNAL_SERVER_ERROR, "internal", "an error of the server: " + error);
            }
        };
    }

    /** What is nobody's fault but the server's is for whoever runs it. */
    static void log(Throwable error) {
        LOG.error("an error of the server", error);
    }

    private static Problem conflict(EventStoreException.Conflict conflict) {
        Map<String, Object> members = new LinkedHashMap<>();
        String kind = switch (conflict.refusal()) {
            case Outcome.VersionConflict version -> {
                members.put("stream", version.stream().value());
                members.put("expected_version", version.expected().toString());
                members.put("actual_version", version.actual());
                yield "version-conflict";
            }
            case Outcome.IdConflict id -> {
                members.put("event_id", id.eventId().toString());
                members.put("difference", id.difference().name().toLowerCase(java.util.Locale.ROOT));
                yield "id-conflict";
            }
            case Outcome.GuardConflict guard -> {
                members.put("query", guard.guard().query().toString());
                members.put("after", guard.guard().after().value());
                members.put("position", guard.found().value());
                yield "guard-conflict";
            }
        };
        return new Problem(HttpStatus.CONFLICT, kind, conflict.refusal().reason(), members);
    }

    HttpResponse toResponse() {
        return aggregated().toHttpResponse();
    }

    AggregatedHttpResponse aggregated() {
        StringBuilder json = new StringBuilder("{\"type\":\"urn:indelible:").append(kind);
        json.append("\",\"title\":");
        Json.quote(status.reasonPhrase(), json);
        json.append(",\"status\":").append(status.code()).append(",\"detail\":");
        Json.quote(detail, json);
        members.forEach((name, value) -> {
            json.append(",\"").append(name).append("\":");
            if (value instanceof Long number) {
                json.append(number.longValue());
            } else {
                Json.quote(value.toString(), json);
            }
        });
        var headers = ResponseHeaders.builder(status).contentType(PROBLEM_JSON);
        if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            headers.add("retry-after", Long.toString(RETRY_AFTER_S));
        }
        if (status.equals(HttpStatus.UNAUTHORIZED)) {
            headers.add("www-authenticate", "Basic realm=\"Indelible\", charset=\"UTF-8\"");
        }
        return AggregatedHttpResponse.of(
                headers.build(), HttpData.ofUtf8(json.append('}').toString()));
    }
}
