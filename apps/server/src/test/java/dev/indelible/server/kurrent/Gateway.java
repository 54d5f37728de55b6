package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStore;
import dev.indelible.server.IndelibleServer;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WriteResult;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server over a store, the official Java client of the protocol, and a bare channel for what it cannot say. */
final class Gateway implements AutoCloseable {
    private static final long DEADLINE_S = 30;

    final EventStore store;
    final IndelibleServer server;
    final KurrentDBClient client;
    final ManagedChannel channel;

    Gateway(EventStore store) {
        this.store = store;
        this.server = IndelibleServer.start(store, "127.0.0.1", 0);
        this.client = connect("esdb://localhost:" + server.port() + "?tls=false");
        this.channel = NettyChannelBuilder.forAddress("localhost", server.port())
                .usePlaintext()
                .build();
    }

    static KurrentDBClient connect(String url) {
        return KurrentDBClient.create(KurrentDBConnectionString.parseOrThrow(url));
    }

    WriteResult append(String stream, StreamState state, EventData... events) {
        return get(client.appendToStream(
                stream,
                AppendToStreamOptions.get().streamState(state),
                List.of(events).iterator()));
    }

    List<ResolvedEvent> read(String stream, ReadStreamOptions options) {
        return get(client.readStream(stream, options)).getEvents();
    }

    List<String> texts(String stream) {
        return texts(read(stream, ReadStreamOptions.get()));
    }

    static List<String> texts(List<ResolvedEvent> events) {
        return events.stream()
                .map(event -> new String(event.getEvent().getEventData(), UTF_8))
                .toList();
    }

    static EventData event(String type, int number) {
        return event(UUID.randomUUID(), type, number);
    }

    static EventData event(UUID id, String type, int number) {
        return EventData.builderAsJson(id, type, Integer.toString(number).getBytes(UTF_8))
                .build();
    }

    /** Waits, at most for the deadline; throws what the call threw. */
    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(DEADLINE_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server first: while something is followed, the client would wait. */
    @Override
    public void close() {
        server.close();
        get(client.shutdown());
        channel.shutdownNow();
        store.close();
    }
}
