package dev.indelible.server;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.EventStore;
import dev.indelible.server.kurrent.KurrentGateway;
import dev.indelible.server.security.Access;
import dev.indelible.server.security.AccessDenied;
import dev.indelible.server.security.Passwords;
import dev.indelible.server.security.Rights;
import dev.indelible.server.security.User;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What every request goes through before anything else: whether it came by TLS if it has to, and who sent it. Wrong
 * credentials end it here; without any it goes on as that of a stranger, who may do next to nothing. Passwords are
 * compared on other threads than those that serve.
 */
final class Entrance implements AutoCloseable {
    private static final String BASIC = "basic ";

    private final boolean tls;
    private final @Nullable Passwords passwords;
    private final Rights strangers;
    private final @Nullable Access access;

    Entrance(EventStore store, Endpoint endpoint) {
        this.tls = endpoint.tls() != null;
        var users = endpoint.users();
        this.passwords = users == null ? null : new Passwords(users);
        this.access = users == null ? null : new Access(store, users, KurrentGateway::isView);
        this.strangers = access == null ? Rights.ALL : access.rightsOf("");
    }

    /** Lets a request in to the service, or answers it. */
    HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request) throws Exception {
        if (tls && !context.sessionProtocol().isTls()) {
            return refusal(
                    request,
                    Status.FAILED_PRECONDITION.withDescription("this port speaks TLS (expected: tls=true)"),
                    Problem.of(HttpStatus.BAD_REQUEST, "plaintext", "http: this port speaks TLS (expected: https)"));
        }
        List<String> credentials = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        if (access == null || passwords == null || credentials.isEmpty()) {
            strangers.assignTo(context);
            return service.serve(context, request);
        }
        CompletableFuture<Optional<User>> verified = verify(passwords, credentials);
        if (verified.isDone() && !verified.isCompletedExceptionally()) {
            return enter(service, context, request, verified.join().orElse(null));
        }
        return HttpResponse.of(verified.handleAsync(
                (user, error) -> {
                    try {
                        return error == null
                                ? enter(service, context, request, user.orElse(null))
                                : refusal(
                                        request,
                                        Status.UNAVAILABLE.withDescription("Server Is Too Busy: " + error.getMessage()),
                                        Problem.of(error));
                    } catch (Exception e) {
                        return HttpResponse.ofFailure(e);
                    }
                },
                context.eventLoop()));
    }

    private HttpResponse enter(
            HttpService service, ServiceRequestContext context, HttpRequest request, @Nullable User user)
            throws Exception {
        if (user == null || access == null) {
            return refusal(request, Status.UNAUTHENTICATED.withDescription("Unauthenticated"), unauthenticated());
        }
        access.rightsOf(user.login()).assignTo(context);
        return service.serve(context, request);
    }

    private static CompletableFuture<Optional<User>> verify(Passwords passwords, List<String> credentials) {
        String given = credentials.get(0);
        if (credentials.size() == 1 && given.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
            try {
                byte[] bytes = Base64.getDecoder()
                        .decode(given.substring(BASIC.length()).strip());
                String text = new String(bytes, StandardCharsets.UTF_8);
                int colon = text.indexOf(':');
                if (colon > 0) {
                    return passwords.verify(text.substring(0, colon), text.substring(colon + 1));
                }
            } catch (IllegalArgumentException noBase64) {
                // No credentials that could be right.
            }
        }
        return CompletableFuture.completedFuture(Optional.empty());
    }

    private static HttpResponse refusal(HttpRequest request, Status status, Problem problem) {
        MediaType type = request.contentType();
        if (type == null || !type.toString().startsWith("application/grpc")) {
            return problem.toResponse();
        }
        return KurrentGateway.refusal(status, "");
    }

    private static Problem unauthenticated() {
        return Problem.of(
                HttpStatus.UNAUTHORIZED,
                "unauthenticated",
                "authorization: (expected: Basic, a user and his password)");
    }

    /** The service for users only. */
    static HttpService forUsers(HttpService service) {
        return (context, request) -> Rights.of(context).isUser()
                ? service.serve(context, request)
                : unauthenticated().toResponse();
    }

    /** The service for those who look after the server. */
    static HttpService forOperators(HttpService service) {
        return forUsers((context, request) -> {
            try {
                Rights.of(context).requireOperator();
            } catch (AccessDenied e) {
                return Problem.of(e).toResponse();
            }
            return service.serve(context, request);
        });
    }

    @Override
    public void close() {
        if (passwords != null) {
            passwords.close();
        }
    }
}
