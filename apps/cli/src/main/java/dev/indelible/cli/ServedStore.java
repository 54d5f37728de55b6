package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.Envelope;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Description;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A store that a server holds, through its HTTP API. An append is sent again when its answer is lost, which its event
 * id makes safe.
 */
final class ServedStore implements Connection {
    private static final int APPENDS_IN_FLIGHT = 32;
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(10);
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(30);
    private static final int ATTEMPTS_MAX = 5;
    private static final long BACK_OFF_MS_FIRST = 100;

    private final ServerAddress server;
    private final String address;
    private final HttpClient http;

    private ServedStore(ServerAddress server) {
        this.server = server;
        this.address = server.toString();
        this.http = server.client()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_WAIT)
                .build();
    }

    static ServedStore at(String url) {
        return new ServedStore(ServerAddress.parse(url));
    }

    @Override
    public int appendsInFlight() {
        return APPENDS_IN_FLIGHT;
    }

    @Override
    public Appended append(StreamName stream, ExpectedVersion expected, NewEvent event) {
        String version = expected instanceof ExpectedVersion.Exactly exactly
                ? Long.toString(exactly.version())
                : "\"" + expected + "\"";
        // The envelope of an event at no place: what the store sets is passed over by whoever records it.
        RecordedEvent placeless = RecordedEvent.of(event, stream, 1, Position.START, Instant.EPOCH);
        String body = "{\"expected_version\":" + version + ",\"events\":[" + Envelope.encode(placeless) + "]}";
        HttpRequest request = server.request("/streams/" + encoded(stream.value()))
                .timeout(ANSWER_WAIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = sendUntilAnswered(request);
        if (answer.statusCode() != 200 && answer.statusCode() != 201) {
            throw Answers.problem(address, answer.statusCode(), answer.body(), Append.to(stream, expected, event));
        }
        return Answers.appended(address, answer.body());
    }

    @Override
    public void read(EventQuery query, Range range, LineOutput to) {
        try {
            lines(query, range, to::line);
        } catch (IOException e) {
            to.flush();
            throw unavailable(e);
        }
        to.flush();
    }

    @Override
    public void read(EventQuery query, Range range, Consumer<RecordedEvent> to) {
        try {
            lines(query, range, line -> to.accept(Envelope.decode(line.getBytes(UTF_8))));
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private void lines(EventQuery query, Range range, Consumer<String> to) throws IOException {
        if (range.limit() == 0) {
            return;
        }
        try (InputStream body = open(path(query.items().get(0), range), "application/x-ndjson");
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                to.accept(line);
            }
        }
    }

    @Override
    public void tail(EventQuery query, Optional<Position> after, LineOutput to) throws InterruptedException {
        EventQuery.Item item = query.items().get(0);
        ServedTail tail = new ServedTail(position -> {
            return open(path(item, Range.all().after(position)), ServedTail.CONTENT_TYPE);
        });
        tail.run(after.orElseGet(() -> Answers.head(address, health())), to);
    }

    @Override
    public Description describe() {
        return Answers.description(address, health());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private JsonNode health() {
        HttpRequest request = server.request("/health").timeout(ANSWER_WAIT).build();
        HttpResponse<String> answer = sendUntilAnswered(request);
        if (answer.statusCode() != 200) {
            throw Answers.problem(address, answer.statusCode(), answer.body(), null);
        }
        return Answers.json(address, answer.body());
    }

    /** The body of the answer to a GET, or an exception with what the server said instead. */
    private InputStream open(String path, String contentType) throws IOException {
        HttpRequest request = server.request(path).header("Accept", contentType).build();
        HttpResponse<InputStream> answer;
        try {
            answer = send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw unavailable(e);
        }
        if (answer.statusCode() != 200) {
            try (InputStream body = answer.body()) {
                String text = new String(body.readAllBytes(), UTF_8);
                if (Answers.isNoSuchStream(answer.statusCode(), text)) {
                    return InputStream.nullInputStream();
                }
                throw Answers.problem(address, answer.statusCode(), text, null);
            }
        }
        return answer.body();
    }

    private HttpResponse<String> sendUntilAnswered(HttpRequest request) {
        for (int attempt = 1; ; attempt++) {
            try {
                HttpResponse<String> answer = send(request, BodyHandlers.ofString());
                if (answer.statusCode() != 503 || attempt == ATTEMPTS_MAX) {
                    return answer;
                }
            } catch (IOException e) {
                if (attempt == ATTEMPTS_MAX || e instanceof HttpTimeoutException) {
                    throw unavailable(e);
                }
            }
            pause(BACK_OFF_MS_FIRST << (attempt - 1));
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) throws IOException {
        try {
            return http.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(address + ": interrupted", e);
        }
    }

    private void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(address + ": interrupted", e);
        }
    }

    private Unavailable unavailable(IOException e) {
        return new Unavailable(address + ": " + server.silence(e), e);
    }

    /** Only the path of a stream takes versions. */
    private static String path(EventQuery.Item item, Range range) {
        String stream = item.stream() == null ? "" : encoded(item.stream().value());
        String asked = range.usesVersions()
                ? "/streams/" + stream + "?from_version=" + range.fromVersion() + "&to_version=" + range.toVersion()
                : "/events?" + (stream.isEmpty() ? "" : "stream=" + stream);
        return (asked + filters(item) + bounds(range)).replace("?&", "?");
    }

    private static String bounds(Range range) {
        return (range.after().equals(Position.START) ? "" : "&after=" + range.after())
                + (range.before().equals(Position.END) ? "" : "&before=" + range.before())
                + (range.backwards() ? "&backwards=true" : "")
                + (range.limit() == Long.MAX_VALUE ? "" : "&limit=" + range.limit());
    }

    private static String filters(EventQuery.Item item) {
        Stream<String> types = item.types().stream().sorted().map(type -> "&type=" + encoded(type));
        Stream<String> tags = item.tags().stream().sorted().map(tag -> "&tag=" + encoded(tag.text()));
        return (item.category() == null ? "" : "&category=" + encoded(item.category()))
                + Stream.concat(types, tags).collect(Collectors.joining());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
