package dev.indelible.server.kurrent;

import dev.indelible.server.security.Rights;
import java.util.Set;

/**
 * Whom a service of the protocol lets in, before it has looked at the request. A service that is not named here lets in
 * {@code $admins} only.
 */
enum Doors {
    /** Everybody: it tells nothing of what is stored. */
    OPEN {
        @Override
        void pass(Rights rights) {}
    },

    /** All users: it asks for their rights itself. */
    FOR_USERS {
        @Override
        void pass(Rights rights) {
            rights.requireUser();
        }
    },

    /** Those who look after the server. */
    FOR_OPERATORS {
        @Override
        void pass(Rights rights) {
            rights.requireOperator();
        }
    },

    /** Those who may do everything. */
    FOR_ADMINS {
        @Override
        void pass(Rights rights) {
            rights.requireAdmin();
        }
    };

    private static final String PREFIX = "/event_store.client.";
    private static final String STREAMS_V2 = "/kurrentdb.protocol.v2.streams.StreamsService/";
    private static final String GROUPS = "persistent_subscriptions.PersistentSubscriptions";
    private static final Set<String> OPEN_SERVICES = Set.of("gossip.Gossip", "server_features.ServerFeatures");
    private static final Set<String> USERS_SERVICES = Set.of("streams.Streams");
    private static final Set<String> USERS_METHODS =
            Set.of("users.Users/ChangePassword", "users.Users/Details", GROUPS + "/Read", GROUPS + "/GetInfo");
    private static final Set<String> OPERATORS_SERVICES = Set.of("projections.Projections", GROUPS);

    static Doors of(String path) {
        int slash = path.lastIndexOf('/');
        if (path.startsWith(STREAMS_V2)) {
            return FOR_USERS;
        } else if (!path.startsWith(PREFIX) || slash < PREFIX.length()) {
            return FOR_ADMINS;
        }
        String service = path.substring(PREFIX.length(), slash);
        if (OPEN_SERVICES.contains(service)) {
            return OPEN;
        } else if (USERS_SERVICES.contains(service) || USERS_METHODS.contains(path.substring(PREFIX.length()))) {
            return FOR_USERS;
        }
        return OPERATORS_SERVICES.contains(service) ? FOR_OPERATORS : FOR_ADMINS;
    }

    /** Throws {@link dev.indelible.server.security.AccessDenied} unless whoever has those rights is let in. */
    abstract void pass(Rights rights);
}
