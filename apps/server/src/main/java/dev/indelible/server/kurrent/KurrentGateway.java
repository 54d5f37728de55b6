package dev.indelible.server.kurrent;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpHeadersBuilder;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import dev.indelible.EventStore;
import dev.indelible.server.security.AccessDenied;
import dev.indelible.server.security.Rights;
import dev.indelible.server.security.Users;
import io.grpc.Status;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients of KurrentDB and EventStoreDB use a store, over the gRPC protocol that they know. For any number of
 * threads.
 */
public final class KurrentGateway implements AutoCloseable {
    /** Most bytes of one message. */
    public static final int MESSAGE_BYTES_MAX = 17 << 20;

    private final OpenCalls calls;
    private final Groups groups;
    private final GrpcService service;

    /**
     * A gateway to the store.
     *
     * @param threads run what may block
     * @param room for the appends that run
     * @param users whom it lets clients look after; null: it has none
     */
    public KurrentGateway(EventStore store, Executor threads, AppendRoom room, @Nullable Users users) {
        this.calls = new OpenCalls(threads);
        DerivedStreams derived = new DerivedStreams(store);
        this.groups = new Groups(store, calls, derived);
        GrpcServiceBuilder services = GrpcService.builder();
        if (users != null) {
            services.addService(new UsersService(users, calls));
        }
        this.service = services.addService(new StreamsService(store, calls, room, derived))
                .addService(new StreamsV2Service(store, calls, room))
                .addService(new FeaturesService(store))
                .addService(new GossipService())
                .addService(new ProjectionsService(store, calls))
                .addService(new PersistentSubscriptionsService(groups, calls))
                .maxRequestMessageLength(MESSAGE_BYTES_MAX)
                .build();
    }

    /** Lets the server answer the protocol's calls beside whatever else it does. */
    public void addTo(ServerBuilder server) {
        server.service("/health/live", (context, request) -> HttpResponse.of(HttpStatus.NO_CONTENT));
        server.service(service, delegate -> (context, request) -> {
            try {
                Doors.of(context.path()).pass(Rights.of(context));
            } catch (AccessDenied denied) {
                return refusal(
                        Status.PERMISSION_DENIED.withDescription("Access Denied: " + denied.getMessage()),
                        Refusals.ACCESS_DENIED);
            }
            // Calls may last for ever and carry any number of messages; each message has a limit.
            context.setMaxRequestLength(0);
            context.clearRequestTimeout();
            return delegate.serve(context, request);
        });
        HttpService unknown =
                (context, request) -> refusal(Status.UNIMPLEMENTED.withDescription("not served here"), "");
        server.route()
                .post("regex:^/(event_store|kurrent|kurrentdb)\\.[A-Za-z0-9_.]+/[A-Za-z]+$")
                .build(unknown);
    }

    /** What refuses a call of gRPC. */
    public static HttpResponse refusal(Status status, String exception) {
        HttpHeadersBuilder trailers = HttpHeaders.builder();
        trailers.add("grpc-status", Integer.toString(status.getCode().value()));
        trailers.add("grpc-message", String.valueOf(status.getDescription()));
        if (!exception.isEmpty()) {
            trailers.add("exception", exception);
        }
        return HttpResponse.of(
                ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, "application/grpc"),
                HttpData.empty(),
                trailers.build());
    }

    /** Whether a stream of that name is made of others when it is read. */
    public static boolean isView(String stream) {
        return DerivedStreams.isView(stream);
    }

    /** Ends the calls that are open; their clients come back later. */
    @Override
    public void close() {
        groups.close();
        calls.close();
    }
}
