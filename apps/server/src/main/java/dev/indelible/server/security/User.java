package dev.indelible.server.security;

import dev.indelible.event.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Somebody who may call a server.
 *
 * @param login what he calls himself
 * @param fullName for people
 * @param groups whose rights he has, beside his own
 * @param disabled whether he is kept out for the time being
 * @param password hash of his password
 * @param changedAt when one of these was last changed
 */
public record User(
        String login,
        String fullName,
        List<String> groups,
        boolean disabled,
        PasswordHash password,
        Instant changedAt) {
    /** The group that may do everything. */
    public static final String ADMINS = "$admins";

    /** The group that looks after a server: projections, subscriptions, figures, stopping. */
    public static final String OPERATORS = "$ops";

    private static final int LOGIN_CHARS_MAX = 100;
    private static final int FULL_NAME_CHARS_MAX = 1_000;
    private static final int GROUPS_MAX = 100;

    /** Throws if a name could not be told from another thing. */
    public User {
        groups = List.copyOf(groups);
        if (login.isEmpty()
                || login.length() > LOGIN_CHARS_MAX
                || login.startsWith("$")
                || login.indexOf(':') >= 0
                || login.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("login: \"" + login + "\" (expected: 1 to " + LOGIN_CHARS_MAX
                    + " characters, no : among them, and no $ at the start)");
        }
        if (fullName.length() > FULL_NAME_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "full name: " + fullName.length() + " characters (limit: " + FULL_NAME_CHARS_MAX + ")");
        }
        if (groups.size() > GROUPS_MAX || groups.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("groups: " + groups + " (expected: at most " + GROUPS_MAX + " names)");
        }
    }

    User withFullName(String name, Instant now) {
        return new User(login, name, groups, disabled, password, now);
    }

    User withGroups(List<String> others, Instant now) {
        return new User(login, fullName, others, disabled, password, now);
    }

    User withDisabled(boolean isDisabled, Instant now) {
        return new User(login, fullName, groups, isDisabled, password, now);
    }

    User withPassword(PasswordHash other, Instant now) {
        return new User(login, fullName, groups, disabled, other, now);
    }

    /** One line of JSON. */
    String toLine() {
        StringBuilder json = new StringBuilder("{\"login\":");
        Json.quote(login, json);
        json.append(",\"password\":");
        Json.quote(password.text(), json);
        json.append(",\"groups\":[");
        for (String group : groups) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",");
            Json.quote(group, json);
        }
        json.append("],\"full_name\":");
        Json.quote(fullName, json);
        json.append(",\"disabled\":").append(disabled);
        json.append(",\"changed_at_ms\":").append(changedAt.toEpochMilli());
        return json.append('}').toString();
    }

    /** Reads what {@link #toLine} has written; full name, disabled and the time may be left out. */
    static User ofLine(String line) {
        if (!(Json.parse("user", line.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> members)
                || !(members.get("login") instanceof String login)
                || !(members.get("password") instanceof String password)
                || !(members.get("groups") instanceof List<?> listed)) {
            throw new IllegalArgumentException("expected: an object with login, password and groups");
        }
        List<String> groups = new ArrayList<>();
        listed.forEach(group -> groups.add(String.valueOf(group)));
        Instant changedAt = members.get("changed_at_ms") instanceof BigDecimal ms
                ? Instant.ofEpochMilli(ms.longValueExact())
                : Instant.EPOCH;
        return new User(
                login,
                members.get("full_name") instanceof String name ? name : "",
                groups,
                Boolean.TRUE.equals(members.get("disabled")),
                PasswordHash.parse(password),
                changedAt);
    }
}
