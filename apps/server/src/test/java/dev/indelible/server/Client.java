package dev.indelible.server;

import dev.indelible.event.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Asks a server as any client would. */
final class Client implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI server;
    private final HttpClient http = HttpClient.newHttpClient();

    Client(URI server) {
        this.server = server;
    }

    /** An answer's status, type and text. */
    record Answer(int status, String type, String text) {
        Map<?, ?> json() {
            return (Map<?, ?>) Json.parse("answer", text.getBytes(StandardCharsets.UTF_8));
        }

        List<String> types() {
            List<String> types = new ArrayList<>();
            ((List<?>) json().get("events"))
                    .forEach(event -> types.add((String) ((Map<?, ?>) event).get("event_type")));
            return types;
        }

        @Nullable
        String next() {
            return json().get("next") instanceof String next ? next : null;
        }
    }

    Answer get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    Answer post(String path, String body) {
        return send(request(path, "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    Answer send(String method, String path, String type, byte[] body) {
        return send(request(path, "Content-Type", type)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    /** Server-Sent Events until one is the last that is wanted, each with its lines. */
    List<String> events(String path, Predicate<String> isLast, String... headers) throws Exception {
        HttpResponse<java.io.InputStream> response = http.send(
                request(path, headers).header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        List<String> events = new ArrayList<>();
        try (var in =
                new java.io.BufferedReader(new java.io.InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            StringBuilder event = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isEmpty()) {
                    event.append(line).append('\n');
                } else {
                    events.add(event.toString());
                    if (isLast.test(event.toString())) {
                        return events;
                    }
                    event.setLength(0);
                }
            }
        }
        return events;
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server + path)).timeout(PATIENCE);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            String type = response.headers().firstValue("content-type").orElse("");
            return new Answer(response.statusCode(), type, response.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
