package dev.indelible.server;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.EventStore;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.Envelope;
import dev.indelible.event.Position;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Subscriptions as Server-Sent Events: catch-up, then live. The id is the position, so a client that comes back with
 * {@code Last-Event-ID} goes on where it was. The next event is taken from the store when the client has taken the one
 * before, so a slow client costs one event of memory.
 */
final class LiveService {
    /** A comment is sent when nothing was for so long, so that proxies and clients know that the line is up. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** How long clients that read slowly keep the server from stopping. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final EventStore store;
    private final Executor threads;
    private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
    private final Set<HttpResponseWriter> unfinished = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LiveService(EventStore store, Executor threads) {
        this.store = store;
        this.threads = threads;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the future is the end of the response itself
    HttpResponse serve(ServiceRequestContext context, HttpRequest request, Selection asked) {
        for (String name : Set.of("before", "limit", "backwards", "from_version", "to_version")) {
            if (asked.given().contains(name)) {
                throw new IllegalArgumentException(
                        name + ": not with text/event-stream (expected: after, or Last-Event-ID)");
            }
        }
        Position after = resumeAfter(request).orElse(asked.range().after());
        context.clearRequestTimeout();
        Subscription subscription = store.subscribe(asked.query(), after);
        open.add(subscription);
        HttpResponseWriter response = HttpResponse.streaming();
        response.write(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.EVENT_STREAM)
                .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .build());
        unfinished.add(response);
        response.whenComplete().whenComplete((done, error) -> {
            unfinished.remove(response);
            end(subscription);
        });
        threads.execute(() -> run(subscription, response));
        if (closed) {
            end(subscription);
        }
        return response;
    }

    /** Ends all of them and waits until their clients have been told; these come back later, with their last id. */
    void close() {
        closed = true;
        open.forEach(this::end);
        CompletableFuture<?> all = CompletableFuture.allOf(
                unfinished.stream().map(HttpResponseWriter::whenComplete).toArray(CompletableFuture[]::new));
        try {
            all.get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException gone) {
            // A client that left, or does not read: it cannot be told.
        }
    }

    private void end(Subscription subscription) {
        subscription.close();
        open.remove(subscription);
    }

    private void run(Subscription subscription, HttpResponseWriter response) {
        try {
            boolean goesOn = true;
            while (goesOn) {
                Optional<Notice> notice = subscription.poll(HEARTBEAT);
                goesOn = !subscription.isClosed()
                        && ReadService.send(notice.map(LiveService::format).orElse(": still here\n\n"), response);
            }
            response.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.close();
        } catch (RuntimeException e) {
            response.close(e);
        } finally {
            end(subscription);
        }
    }

    private static String format(Notice notice) {
        String id = "id: " + notice.position() + "\n";
        String position = "data: {\"position\":" + notice.position() + "}\n\n";
        return switch (notice) {
            case Notice.Event event -> id + "data: " + Envelope.encode(event.event()) + "\n\n";
            case Notice.Checkpoint checkpoint -> id + "event: checkpoint\n" + position;
            case Notice.CaughtUp caughtUp -> id + "event: caught_up\n" + position;
            case Notice.FellBehind fellBehind -> id + "event: fell_behind\n" + position;
        };
    }

    private static Optional<Position> resumeAfter(HttpRequest request) {
        String last = request.headers().get("last-event-id");
        return last == null || last.isEmpty()
                ? Optional.empty()
                : Optional.of(Position.of(Selection.number("Last-Event-ID", last, 0)));
    }
}
