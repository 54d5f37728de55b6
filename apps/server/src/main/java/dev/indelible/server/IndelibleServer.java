package dev.indelible.server;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Subscription;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.Json;
import dev.indelible.event.StreamName;
import dev.indelible.server.kurrent.KurrentGateway;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store over HTTP/1.1 and HTTP/2 on one port: appends, reads as pages, NDJSON and Server-Sent Events, health, and the
 * gRPC protocol of KurrentDB; with TLS and users if its endpoint has them. Without users it serves everybody: let it
 * listen on the loopback interface then, or behind something that authenticates.
 */
public final class IndelibleServer implements AutoCloseable {
    /** Most bytes of a request's body. */
    public static final int BODY_BYTES_MAX = 32 << 20;

    /** Most bytes of the bodies of all requests at once, unless a quarter of the heap is less. */
    private static final int BODIES_BYTES_MAX = 256 << 20;

    private static final Duration DRAIN = Duration.ofSeconds(10);

    /** What is written to clients needs so long without anything new, or at most so long, to be sent. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration QUIET_WAIT = Duration.ofSeconds(1);

    /** So often it looks whether it has stopped. */
    private static final long STOPPED_LOOK_NANOS = 2_000_000;

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

    /** Who was refused before all was sent has so long to send it: one that is cut off would not see the refusal. */
    private static final Duration LATE_SENDERS = Duration.ofSeconds(2);

    /** So often it looks whether a client that follows something is still there. */
    private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    /** A connection on which nothing runs is closed after so long. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);

    /** So many calls of one connection may be cancelled, or be ended before their client has said all, in so long. */
    private static final int RESETS_MAX = 10_000;

    private static final int RESETS_SECONDS = 60;

    private final EventStore store;
    private final Endpoint endpoint;
    private final Entrance entrance;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Intake intake =
            new Intake((int) Math.min(BODIES_BYTES_MAX, Runtime.getRuntime().maxMemory() / 4));
    private final LiveService live;
    private final KurrentGateway gateway;
    private final ProjectionAgents agents;
    private final Server server;

    private IndelibleServer(EventStore store, Endpoint endpoint, ProjectionSources sources) {
        this.store = store;
        this.endpoint = endpoint;
        this.entrance = new Entrance(store, endpoint);
        this.agents = new ProjectionAgents(sources.agents());
        this.live = new LiveService(store, threads);
        this.gateway = new KurrentGateway(store, threads, intake, endpoint.users());
        ServerBuilder builder = Server.builder()
                .service("/", (context, request) -> onlyGet(request, this::index))
                .service("/health", Entrance.forUsers((context, request) -> onlyGet(request, this::health)))
                .route()
                .get("/events")
                .build(reading((c, given) -> Selection.ofAll(given)))
                .route()
                .get("regex:^/categories(/.*)?$")
                .build(reading((c, given) -> Selection.ofCategory(category(c), given)))
                .route()
                .get("regex:^/streams(/.*)?$")
                .build(reading((c, given) -> Selection.ofStream(stream(c), given)))
                .route()
                .post("regex:^/streams(/.*)?$")
                .build(Entrance.forUsers(appending(this::appendToStream)))
                .route()
                .post("/append")
                .build(Entrance.forUsers(appending(this::appendToSeveral)))
                .route()
                .path("regex:^/projections(/.*)?$")
                .build(Entrance.forOperators(new ProjectionsService(sources.projections(), agents, threads)))
                .decorator(entrance::serve)
                .maxRequestLength(BODY_BYTES_MAX)
                .requestTimeout(REQUEST_TIMEOUT)
                .requestAutoAbortDelay(LATE_SENDERS)
                .idleTimeout(IDLE_TIMEOUT)
                .pingInterval(PING_INTERVAL)
                .gracefulShutdownTimeout(QUIET, QUIET_WAIT)
                .connectionDrainDuration(QUIET)
                .http2MaxResetFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .errorHandler(new ProblemHandler())
                // Armeria would report what clients did wrong, too, with a stack trace.
                .unloggedExceptionsReportIntervalMillis(0);
        gateway.addTo(builder);
        listen(builder);
        this.server = builder.build();
    }

    /**
     * Starts a server for the store.
     *
     * @param port 0: any that is free
     * @throws IllegalStateException if it cannot listen there
     */
    public static IndelibleServer start(EventStore store, String host, int port) {
        return start(store, host, port, ProjectionSources.none());
    }

    /**
     * Starts a server for the store, and for projections.
     *
     * @param port 0: any that is free
     * @param sources whose projections it serves under {@code /projections}
     * @throws IllegalStateException if it cannot listen there
     */
    public static IndelibleServer start(EventStore store, String host, int port, ProjectionSources sources) {
        return start(store, Endpoint.of(host, port), sources);
    }

    /**
     * Starts a server for the store, and for projections, at an endpoint that may have TLS and users.
     *
     * @throws IllegalArgumentException if there are users and no TLS, or no user among them
     * @throws IllegalStateException if it cannot listen there
     */
    public static IndelibleServer start(EventStore store, Endpoint endpoint, ProjectionSources sources) {
        IndelibleServer server = new IndelibleServer(store, endpoint, sources);
        try {
            server.server.start().join();
            return server;
        } catch (CompletionException e) {
            server.entrance.close();
            server.threads.close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "cannot listen on %s:%d: %s".formatted(endpoint.host(), endpoint.port(), cause.getMessage()),
                    cause);
        }
    }

    private void listen(ServerBuilder builder) {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        TlsKeyPair tls = endpoint.tls();
        if (tls == null) {
            builder.port(address, SessionProtocol.HTTP);
        } else {
            // Plaintext is understood, too: only so can it be told that it is refused.
            builder.port(address, SessionProtocol.HTTPS, SessionProtocol.HTTP).tls(tls);
        }
    }

    private HttpService reading(BiFunction<ServiceRequestContext, QueryParams, Selection> selection) {
        return Entrance.forUsers(new ReadService(store, threads, live, selection));
    }

    /** The port that it listens on. */
    public int port() {
        return server.activeLocalPort();
    }

    /** Where it listens. */
    public URI uri() {
        String host = endpoint.host();
        String scheme = endpoint.tls() == null ? "http" : "https";
        return URI.create(scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /**
     * Refuses new appends, waits until those that run are answered, at most for ten seconds, ends the subscriptions and
     * stops. The store stays open.
     */
    @Override
    public void close() {
        intake.close(DRAIN);
        live.close();
        gateway.close();
        stop();
        entrance.close();
        end(threads);
        agents.close();
    }

    /** A store that hangs keeps its callers, and nobody else. */
    private static void end(ExecutorService threads) {
        threads.shutdown();
        try {
            if (threads.awaitTermination(QUIET_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
    }

    /**
     * Stops to listen and ends every connection. Armeria itself waits two seconds longer, for work of its thread that
     * takes connections; there is none.
     */
    private void stop() {
        CompletableFuture<Void> stopped = server.stop();
        while (!stopped.isDone() && (!server.activePorts().isEmpty() || server.numConnections() > 0)) {
            LockSupport.parkNanos(STOPPED_LOOK_NANOS);
        }
        if (stopped.isDone()) {
            stopped.join();
        }
    }

    private HttpResponse appendToStream(ServiceRequestContext context, byte[] body) {
        StreamName stream = StreamName.of(stream(context));
        Rights.of(context).require(Right.WRITE, stream.value());
        Appended appended = store.append(AppendBody.toStream(stream, body));
        return recorded(appended, AppendBody.answer(appended.parts().get(0), appended.repeated()));
    }

    private HttpResponse appendToSeveral(ServiceRequestContext context, byte[] body) {
        Append append = AppendBody.several(body);
        Rights rights = Rights.of(context);
        append.parts().forEach(part -> rights.require(Right.WRITE, part.stream().value()));
        append.guards().forEach(guard -> rights.require(Right.READ, Selection.readOf(guard.query())));
        Appended appended = store.append(append);
        return recorded(appended, AppendBody.answer(appended));
    }

    private static HttpResponse recorded(Appended appended, String json) {
        HttpStatus status = appended.repeated() ? HttpStatus.OK : HttpStatus.CREATED;
        return HttpResponse.of(status, MediaType.JSON_UTF_8, json);
    }

    private interface Appending {
        HttpResponse append(ServiceRequestContext context, byte[] body);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the future is the end of the response itself
    private HttpService appending(Appending appending) {
        return (context, request) -> {
            MediaType type = request.contentType();
            if (type == null || !type.is(MediaType.JSON)) {
                return Problem.of(
                                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                                "media-type",
                                "content-type: " + type + " (expected: application/json)")
                        .toResponse();
            }
            int held;
            try {
                Selection.allow(Target.query(context), Set.of());
                held = intake.enter(request.headers().contentLength());
            } catch (IllegalArgumentException | Unavailable e) {
                HttpResponse refusal = Problem.of(e).toResponse();
                return intake.isClosed() ? refusal.mapHeaders(IndelibleServer::closing) : refusal;
            }
            Function<AggregatedHttpRequest, HttpResponse> answer = whole -> {
                try {
                    return appending.append(context, whole.content().array());
                } catch (RuntimeException e) {
                    return Problem.of(e).toResponse();
                }
            };
            HttpResponse response = HttpResponse.of(request.aggregate().thenApplyAsync(answer, threads));
            response.whenComplete().whenComplete((done, error) -> intake.leave(held));
            return response;
        };
    }

    private static ResponseHeaders closing(ResponseHeaders headers) {
        return headers.toBuilder().set(HttpHeaderNames.CONNECTION, "close").build();
    }

    private interface Answer {
        HttpResponse get();
    }

    private HttpResponse onlyGet(HttpRequest request, Answer answer) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            return Problem.of(HttpStatus.METHOD_NOT_ALLOWED, "method", request.method() + " (expected: GET)")
                    .toResponse();
        }
        return HttpResponse.of(
                () -> {
                    try {
                        return answer.get();
                    } catch (RuntimeException e) {
                        Problem problem = Problem.of(e);
                        return new Problem(
                                        HttpStatus.SERVICE_UNAVAILABLE,
                                        problem.kind(),
                                        problem.detail(),
                                        problem.members())
                                .toResponse();
                    }
                },
                threads);
    }

    private HttpResponse index() {
        return HttpResponse.of(
                HttpStatus.OK,
                MediaType.JSON_UTF_8,
                "{\"name\":\"Indelible\",\"links\":[\"/events\",\"/streams/{stream}\",\"/categories/{category}\","
                        + "\"/append\",\"/projections\",\"/health\"]}");
    }

    private HttpResponse health() {
        StringBuilder json = new StringBuilder("{\"status\":\"up\",\"journal\":");
        Json.quote(store.describe().name(), json);
        json.append(",\"head\":").append(store.head()).append(",\"subscriptions\":[");
        for (Subscription.Status status : store.subscriptions()) {
            json.append(json.charAt(json.length() - 1) == '[' ? "{\"query\":" : ",{\"query\":");
            Json.quote(status.query().toString(), json);
            json.append(",\"position\":").append(status.position());
            json.append(",\"head\":").append(status.head());
            json.append(",\"live\":").append(status.live()).append(",\"last_error\":");
            if (status.lastError().isPresent()) {
                Json.quote(status.lastError().get().toString(), json);
            } else {
                json.append("null");
            }
            json.append('}');
        }
        return HttpResponse.of(
                HttpStatus.OK, MediaType.JSON_UTF_8, json.append("]}").toString());
    }

    private static String stream(ServiceRequestContext context) {
        return Target.name(context, "/streams/", "stream");
    }

    private static String category(ServiceRequestContext context) {
        return Target.name(context, "/categories/", "category");
    }

    /** What Armeria itself refuses, in the same form as everything else. */
    private static final class ProblemHandler implements ServerErrorHandler {
        @Override
        public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
            return null;
        }

        @Override
        public AggregatedHttpResponse renderStatus(
                @Nullable ServiceRequestContext context,
                ServiceConfig config,
                @Nullable RequestHeaders headers,
                HttpStatus status,
                @Nullable String description,
                @Nullable Throwable cause) {
            if (cause instanceof Error) {
                Problem.log(cause);
            }
            String asked = headers == null ? "request" : headers.method() + " " + headers.path();
            String detail = switch (status.code()) {
                case 404 -> asked + " (expected: a path that GET / lists)";
                case 405 -> asked + ": method not allowed here";
                case 413 -> "body: too large (limit: " + BODY_BYTES_MAX + " bytes)";
                default -> asked + ": " + (description == null ? status.reasonPhrase() : description);
            };
            return Problem.of(status, "http-" + status.code(), detail).aggregated();
        }
    }
}
