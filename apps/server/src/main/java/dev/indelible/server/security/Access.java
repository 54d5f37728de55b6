package dev.indelible.server.security;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what to a stream, by the {@code $acl} in its metadata, else by the defaults in the stream {@code
 * $settings}, else: streams of users are for all users, those of the system for {@code $admins}. A group, a login or
 * {@code $all} is a role. Metadata is asked each time; the defaults are remembered for a second. Blocks; for any number
 * of threads.
 */
public final class Access {
    private static final String ALL_USERS = "$all";
    private static final String META_PREFIX = "$$";
    private static final String METADATA_TYPE = "$metadata";
    private static final String SETTINGS = "$settings";
    private static final String USER_DEFAULT = "$userStreamAcl";
    private static final String SYSTEM_DEFAULT = "$systemStreamAcl";
    private static final int META_NAME_BYTES_MAX = 255;
    private static final Duration SETTINGS_LAST = Duration.ofSeconds(1);

    private final EventStore store;
    private final Users users;
    private final Predicate<String> isView;
    private volatile Settings settings = new Settings(Map.of(), 0, true);

    /**
     * To the streams of that store, for those users.
     *
     * @param isView whether a stream is made of others when it is read; all users may read those
     */
    public Access(EventStore store, Users users, Predicate<String> isView) {
        this.store = store;
        this.users = users;
        this.isView = isView;
    }

    private record Settings(Map<?, ?> members, long readAtNs, boolean isOld) {
        boolean isStale(long nowNs) {
            return isOld || nowNs - readAtNs > SETTINGS_LAST.toNanos();
        }
    }

    /** The rights of a user, as they will be at any time; without a login, those of callers without credentials. */
    public Rights rightsOf(String login) {
        return new Rights(this, login);
    }

    /** What holds for whoever has that login; nothing if there is no such user, or he is kept out. */
    Set<String> roles(String login) {
        User user = users.find(login).orElse(null);
        if (user == null || user.disabled()) {
            return Set.of();
        }
        Set<String> roles = new HashSet<>(user.groups());
        roles.add(user.login());
        roles.add(ALL_USERS);
        return roles;
    }

    boolean permits(Set<String> roles, Right right, String stream) {
        if (roles.isEmpty() || roles.contains(User.ADMINS)) {
            return !roles.isEmpty();
        } else if (!isMeta(stream)) {
            return isListed(roles, right, stream);
        }
        String owner = stream.substring(META_PREFIX.length());
        if (isMeta(owner)) {
            return false;
        }
        return switch (right) {
            case READ, READ_METADATA -> isListed(roles, Right.READ_METADATA, owner);
            case WRITE, WRITE_METADATA -> isListed(roles, Right.WRITE_METADATA, owner);
            case DELETE -> false;
        };
    }

    private boolean isListed(Set<String> roles, Right right, String stream) {
        boolean isSystem = stream.startsWith("$");
        Object acl = members(metadata(stream)).get("$acl");
        if (USER_DEFAULT.equals(acl) || SYSTEM_DEFAULT.equals(acl)) {
            isSystem = SYSTEM_DEFAULT.equals(acl);
            acl = null;
        }
        Object named = named(acl, right);
        if (named == null && isView.test(stream) && (right == Right.READ || right == Right.READ_METADATA)) {
            return true;
        } else if (named == null) {
            named = named(settings().get(isSystem ? SYSTEM_DEFAULT : USER_DEFAULT), right);
        }
        return switch (named) {
            case null -> !isSystem;
            case String role -> roles.contains(role);
            case List<?> several -> several.stream().anyMatch(roles::contains);
            default -> false;
        };
    }

    /** Whom the list names for that right; null: it says nothing of it. A list of another form names nobody. */
    private static @Nullable Object named(@Nullable Object acl, Right right) {
        if (acl == null || acl.equals(Json.NULL)) {
            return null;
        }
        if (!(acl instanceof Map<?, ?> members)) {
            return List.of();
        }
        Object named = members.get(right.member());
        return Json.NULL.equals(named) ? null : named;
    }

    private static boolean isMeta(String stream) {
        return stream.startsWith(META_PREFIX) && stream.length() > META_PREFIX.length();
    }

    private @Nullable Payload metadata(String stream) {
        String meta = META_PREFIX + stream;
        return meta.getBytes(StandardCharsets.UTF_8).length > META_NAME_BYTES_MAX ? null : last(meta, METADATA_TYPE);
    }

    private Map<?, ?> settings() {
        long now = System.nanoTime();
        Settings known = settings;
        if (known.isStale(now)) {
            known = new Settings(members(last(SETTINGS, "")), now, false);
            settings = known;
        }
        return known.members();
    }

    /** Data of the last event of that type, or of any. What stands behind it, such as a tombstone, does not count. */
    private @Nullable Payload last(String stream, String type) {
        try (Events events = store.read(EventQuery.stream(stream), Range.all().fromTheEnd())) {
            for (RecordedEvent event : events) {
                if (type.isEmpty() || event.type().equals(type)) {
                    return event.data();
                }
            }
            return null;
        }
    }

    private static Map<?, ?> members(@Nullable Payload json) {
        return json != null && json.isJson() && Json.parse("metadata", json.toBytes()) instanceof Map<?, ?> members
                ? members
                : Map.of();
    }
}
