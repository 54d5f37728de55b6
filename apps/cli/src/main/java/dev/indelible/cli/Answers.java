package dev.indelible.cli;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Description;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.Refused;
import dev.indelible.journal.Outcome.VersionConflict;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a server answers, in the words of the store. */
final class Answers {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int SHOWN_CHARS_MAX = 200;

    private Answers() {}

    static JsonNode json(String address, String body) {
        try {
            return MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw notUnderstood(address, body, e);
        }
    }

    static Appended appended(String address, String body) {
        JsonNode answer = json(address, body);
        try {
            Appended.Part part = new Appended.Part(
                    StreamName.of(answer.required("stream").asString()),
                    answer.required("first_version").asLong(),
                    answer.required("last_version").asLong(),
                    Position.of(answer.required("first_position").asLong()),
                    Position.of(answer.required("last_position").asLong()));
            return new Appended(List.of(part), answer.required("repeated").asBoolean());
        } catch (JacksonException | IllegalArgumentException e) {
            throw notUnderstood(address, body, e);
        }
    }

    static Position head(String address, JsonNode health) {
        JsonNode head = health.get("head");
        if (head == null || !head.isIntegralNumber()) {
            throw notUnderstood(address, health.toString(), null);
        }
        return Position.of(head.asLong());
    }

    /** The exception that the store threw at the server, as far as the problem details (RFC 9457) tell. */
    static RuntimeException problem(String address, int status, String body, @Nullable Append append) {
        JsonNode problem = members(body);
        String detail = problem.path("detail").asString("");
        if (detail.isEmpty()) {
            detail = address + ": HTTP " + status + (body.isBlank() ? "" : ": " + shown(body));
        }
        return switch (status) {
            case 409 -> conflict(problem, detail, append);
            case 501 -> new Unsupported(detail);
            case 401 ->
                new IllegalStateException(address + ": no login, or not its password"
                        + " (expected: https://LOGIN@HOST:PORT and the password that belongs to it)");
            case 403 -> new IllegalStateException(detail);
            case 400, 404, 405, 413, 415 -> new IllegalArgumentException(detail);
            default -> isOfType(problem, "corrupted") ? new Corrupted(detail, null) : new Unavailable(detail, null);
        };
    }

    /** Whether the problem is only that a stream has no events. */
    static boolean isNoSuchStream(int status, String body) {
        return status == 404 && isOfType(members(body), "no-such-stream");
    }

    /** Nothing if it is no JSON: then it is not from the server itself, but from something in between. */
    private static JsonNode members(String body) {
        try {
            return MAPPER.readTree(body);
        } catch (JacksonException e) {
            return MAPPER.missingNode();
        }
    }

    private static boolean isOfType(JsonNode problem, String kind) {
        return problem.path("type").asString("").equals("urn:indelible:" + kind);
    }

    private static RuntimeException conflict(JsonNode problem, String detail, @Nullable Append append) {
        Refused refusal = append == null ? null : refusal(problem, append);
        return refusal == null ? new IllegalStateException(detail) : new Conflict(refusal);
    }

    private static @Nullable Refused refusal(JsonNode problem, Append append) {
        Append.Part part = append.parts().get(0);
        try {
            if (isOfType(problem, "version-conflict")) {
                long actual = problem.required("actual_version").asLong();
                return new VersionConflict(part.stream(), part.expected(), actual);
            } else if (isOfType(problem, "id-conflict")) {
                String difference = problem.required("difference").asString();
                return new IdConflict(
                        UUID.fromString(problem.required("event_id").asString()),
                        IdConflict.Difference.valueOf(difference.toUpperCase(Locale.ROOT)));
            }
        } catch (JacksonException | IllegalArgumentException e) {
            return null;
        }
        return null;
    }

    /** What the server says of its journal and itself, member by member. */
    static Description description(String address, JsonNode health) {
        Description all = Description.of("server", address);
        for (var member : health.properties()) {
            all = all.with(tree(member.getKey(), member.getValue()));
        }
        return all;
    }

    private static Description tree(String name, JsonNode value) {
        boolean isDescription = value.has("name") && value.has("value");
        if (isDescription) {
            Description node = Description.of(
                    value.get("name").asString(), value.get("value").asString());
            for (JsonNode part : value.path("parts")) {
                node = node.with(tree("", part));
            }
            return node;
        }
        if (value.isValueNode()) {
            return Description.of(name, value.asString());
        }
        Description node = Description.of(name, value.isArray() ? value.size() : "");
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                node = node.with(tree(Integer.toString(i + 1), value.get(i)));
            }
        } else {
            for (var member : value.properties()) {
                node = node.with(tree(member.getKey(), member.getValue()));
            }
        }
        return node;
    }

    private static Unavailable notUnderstood(String address, String body, @Nullable Exception cause) {
        return new Unavailable(
                address + ": answered \"" + shown(body) + "\" (expected: an event store's answer)", cause);
    }

    private static String shown(String body) {
        return body.length() > SHOWN_CHARS_MAX ? body.substring(0, SHOWN_CHARS_MAX) + "…" : body;
    }
}
