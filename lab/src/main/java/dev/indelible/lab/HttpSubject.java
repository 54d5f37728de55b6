package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The HTTP API, by the client of the JDK. */
final class HttpSubject extends ServedSubject {
    private static final int CREATED = 201;

    private final HttpClient client = HttpClient.newHttpClient();
    private final boolean oneByOne;

    private HttpSubject(Path directory, boolean oneByOne) {
        super(directory);
        this.oneByOne = oneByOne;
    }

    /** Events that are given together are appended together. */
    static HttpSubject together(Path directory) {
        return new HttpSubject(directory, false);
    }

    /** Events that are given together are appended one by one, so many at once as {@link BatchSubject} has streams. */
    static HttpSubject oneByOne(Path directory) {
        return new HttpSubject(directory, true);
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public void append(String stream, NewEvent[] events) throws IOException, InterruptedException {
        if (!oneByOne) {
            check(client.send(request(stream, events), HttpResponse.BodyHandlers.discarding()));
            return;
        }
        List<CompletableFuture<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < BatchSubject.STREAMS; lane++) {
            lanes.add(oneAfterTheOther(stream + "-" + lane, events, lane));
        }
        lanes.forEach(CompletableFuture::join);
    }

    private CompletableFuture<Void> oneAfterTheOther(String stream, NewEvent[] events, int index) {
        if (index >= events.length) {
            return CompletableFuture.completedFuture(null);
        }
        return client.sendAsync(request(stream, events[index]), HttpResponse.BodyHandlers.discarding())
                .thenCompose(response -> {
                    check(response);
                    return oneAfterTheOther(stream, events, index + BatchSubject.STREAMS);
                });
    }

    private HttpRequest request(String stream, NewEvent... events) {
        StringBuilder body = new StringBuilder("{\"expected_version\":\"any\",\"events\":[");
        for (int i = 0; i < events.length; i++) {
            NewEvent event = events[i];
            body.append(i == 0 ? "{" : ",{")
                    .append("\"event_id\":\"%s\",\"event_type\":\"%s\",".formatted(event.id(), event.type()))
                    .append("\"data\":")
                    .append(event.data().text())
                    .append(",\"metadata\":")
                    .append(event.metadata().text())
                    .append(",\"tags\":[\"")
                    .append(event.tags().get(0).text())
                    .append("\"]}");
        }
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/streams/" + stream))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.append("]}").toString()))
                .build();
    }

    private static void check(HttpResponse<?> response) {
        if (response.statusCode() != CREATED) {
            throw new IllegalStateException("status " + response.statusCode() + " (expected: " + CREATED + ")");
        }
    }

    /** Lines of JSON, which are counted and not parsed. */
    @Override
    public long scan() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/events"))
                .header("accept", "application/x-ndjson")
                .build();
        try (Stream<String> lines =
                client.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            return lines.count();
        }
    }

    @Override
    public void close() {
        client.close();
        super.close();
    }
}
