package dev.indelible.server;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.Envelope;
import dev.indelible.event.Json;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** Reads, as a JSON page, as NDJSON without end but the store's, or as Server-Sent Events. */
final class ReadService implements HttpService {
    static final MediaType NDJSON = MediaType.create("application", "x-ndjson");

    /** NDJSON is handed on in pieces of about this size; the next waits until the client has taken the one before. */
    private static final int PIECE_BYTES = 32 << 10;

    private final EventStore store;
    private final Executor threads;
    private final LiveService live;
    private final BiFunction<ServiceRequestContext, QueryParams, Selection> selection;

    ReadService(
            EventStore store,
            Executor threads,
            LiveService live,
            BiFunction<ServiceRequestContext, QueryParams, Selection> selection) {
        this.store = store;
        this.threads = threads;
        this.live = live;
        this.selection = selection;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        return HttpResponse.of(() -> answer(context, request), threads);
    }

    private HttpResponse answer(ServiceRequestContext context, HttpRequest request) {
        try {
            Selection asked = selection.apply(context, Target.query(context));
            Rights.of(context).require(Right.READ, Selection.readOf(asked.query()));
            String accept = request.headers().get(HttpHeaderNames.ACCEPT, "*/*").toLowerCase(Locale.ROOT);
            if (accept.contains("text/event-stream")) {
                return live.serve(context, request, asked);
            }
            return accept.contains(NDJSON.toString()) ? lines(context, asked) : page(asked);
        } catch (RuntimeException e) {
            return Problem.of(e).toResponse();
        }
    }

    private HttpResponse page(Selection asked) {
        int events = asked.pageEvents();
        Range range = asked.range().limit(events);
        StringBuilder json = new StringBuilder("{\"events\":[");
        Optional<RecordedEvent> last = Optional.empty();
        try (Events found = store.read(asked.query(), range.limit(events + 1L))) {
            int count = 0;
            boolean more = false;
            while (!more && found.hasNext()) {
                RecordedEvent event = found.next();
                more = count == events;
                if (!more) {
                    json.append(count++ == 0 ? "" : ",").append(Envelope.encode(event));
                    last = Optional.of(event);
                }
            }
            if (count == 0 && isUnknownStream(asked)) {
                return Problem.of(
                                HttpStatus.NOT_FOUND,
                                "no-such-stream",
                                "stream: no events in "
                                        + asked.query().singleStream().orElseThrow())
                        .toResponse();
            }
            json.append("],\"as_of\":").append(more ? last.orElseThrow().position() : asOf(found, count));
            json.append(",\"next\":");
            if (more) {
                Json.quote(asked.next(last.orElseThrow()), json);
            } else {
                json.append("null");
            }
        }
        return HttpResponse.of(
                HttpStatus.OK, MediaType.JSON_UTF_8, json.append('}').toString());
    }

    /** Who asks for what comes after a position that is not there yet has looked up to the head, and no further. */
    private Position asOf(Events read, int count) {
        Position head = count == 0 ? store.head() : Position.END;
        return read.asOf().isAfter(head) ? head : read.asOf();
    }

    private boolean isUnknownStream(Selection asked) {
        return asked.path().startsWith("/streams/")
                && store.version(asked.query().singleStream().orElseThrow()) == 0;
    }

    private HttpResponse lines(ServiceRequestContext context, Selection asked) {
        Range range = asked.hasLimit() ? asked.range() : asked.range().limit(Long.MAX_VALUE);
        Events events = store.read(asked.query(), range);
        context.clearRequestTimeout();
        HttpResponseWriter response = HttpResponse.streaming();
        response.write(ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, NDJSON));
        threads.execute(() -> writeLines(events, response));
        return response;
    }

    private static void writeLines(Events events, HttpResponseWriter response) {
        try (events) {
            StringBuilder piece = new StringBuilder();
            while (events.hasNext()) {
                piece.append(Envelope.encode(events.next())).append('\n');
                if (piece.length() >= PIECE_BYTES) {
                    if (!send(piece.toString(), response)) {
                        return;
                    }
                    piece.setLength(0);
                }
            }
            if (send(piece.toString(), response)) {
                response.close();
            }
        } catch (RuntimeException e) {
            response.close(e);
        }
    }

    /** Hands on the text and waits until the client has taken it; false if the client is gone. */
    static boolean send(String text, HttpResponseWriter response) {
        try {
            if (!response.tryWrite(HttpData.of(StandardCharsets.UTF_8, text))) {
                return false;
            }
            response.whenConsumed().join();
            return response.isOpen();
        } catch (CompletionException | CancellationException e) {
            return false;
        }
    }
}
