package dev.indelible.server.security;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of a request may do. It is asked anew each time, so it follows the user, his groups and the streams'
 * metadata as they are at that moment. For any number of threads; what concerns a stream blocks.
 */
public final class Rights {
    /** Everything, as where nobody is authenticated. */
    public static final Rights ALL = new Rights(null, "");

    private static final AttributeKey<Rights> KEY = AttributeKey.valueOf(Rights.class, "OF_CALLER");

    private final @Nullable Access access;
    private final String login;

    /** Those of that user; without a login, those of nobody in particular. */
    Rights(@Nullable Access access, String login) {
        this.access = access;
        this.login = login;
    }

    /** Those of whoever sent the request that this thread is handed, as methods of gRPC are. */
    public static Rights current() {
        return of(ServiceRequestContext.current());
    }

    /** Those of whoever sent the request. */
    public static Rights of(ServiceRequestContext context) {
        Rights rights = context.attr(KEY);
        if (rights == null) {
            throw new IllegalStateException("nobody has asked who sent " + context.path());
        }
        return rights;
    }

    /** Whoever answers the request acts by these. */
    public void assignTo(ServiceRequestContext context) {
        context.setAttr(KEY, this);
    }

    /** What the caller calls himself; empty if he does not say, or nobody asks. */
    public String login() {
        return login;
    }

    /** Whether the caller is a user, or nobody asks. */
    public boolean isUser() {
        return access == null || !roles(access).isEmpty();
    }

    /** Whether the caller may do that to the stream; {@code $all} stands for the whole store. */
    public boolean permits(Right right, String stream) {
        return access == null || access.permits(roles(access), right, stream);
    }

    /** Throws {@link AccessDenied} unless the caller may do that to the stream. */
    public void require(Right right, String stream) {
        if (!permits(right, stream)) {
            throw new AccessDenied("stream " + stream + ": " + right + " is not for " + who());
        }
    }

    /** Throws {@link AccessDenied} unless the caller is a user, or nobody asks. */
    public void requireUser() {
        if (!isUser()) {
            throw new AccessDenied("not for " + who() + " (expected: a user)");
        }
    }

    /** Throws {@link AccessDenied} unless the caller looks after the server, or may do everything. */
    public void requireOperator() {
        if (access != null && !isAdmin() && !roles(access).contains(User.OPERATORS)) {
            throw new AccessDenied(
                    "not for " + who() + " (expected: the group " + User.OPERATORS + " or " + User.ADMINS + ")");
        }
    }

    /** Throws {@link AccessDenied} unless the caller may do everything. */
    public void requireAdmin() {
        if (!isAdmin()) {
            throw new AccessDenied("not for " + who() + " (expected: the group " + User.ADMINS + ")");
        }
    }

    private boolean isAdmin() {
        return access == null || roles(access).contains(User.ADMINS);
    }

    private Set<String> roles(Access of) {
        return of.roles(login);
    }

    private String who() {
        return login.isEmpty() ? "callers without credentials" : "user " + login;
    }
}
