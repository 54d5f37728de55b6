package dev.indelible.dynamodb;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.indelible.event.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntPredicate;

/** Stands between a client and the service, and does to their talk what networks and the service do now and then. */
final class Between implements AutoCloseable {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI service;
    private volatile Mischief mischief;

    /** What it does. By default nothing. */
    interface Mischief {
        /** The type of an error to answer with instead of asking the service, or nothing. */
        default String error(Call call) {
            return "";
        }

        /** The service has answered, or was not asked. */
        default void ended(Call call) {}

        /** Whether the answer is lost: the service has done it, and the client does not learn. */
        default boolean loses(Call call) {
            return false;
        }

        /** Whether the call leaves out that item of so many, which the service has, but not yet everywhere. */
        default IntPredicate hides(Call call, int items) {
            return item -> false;
        }
    }

    /**
     * A request.
     *
     * @param operation for example Query
     * @param body as JSON
     */
    record Call(String operation, String body) {
        boolean isCommit() {
            return operation.equals("TransactWriteItems");
        }

        boolean isOnIndex() {
            return body.contains("\"IndexName\":\"GSI1\"");
        }

        /** Whether it asks for the latest of something: what an older answer would be is not known here. */
        boolean isBackwards() {
            return body.contains("\"ScanIndexForward\":false");
        }
    }

    Between(URI service, Mischief mischief) throws IOException {
        this.service = service;
        this.mischief = mischief;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void now(Mischief other) {
        mischief = other;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] request = exchange.getRequestBody().readAllBytes();
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            Call call =
                    new Call(target.substring(target.indexOf('.') + 1), new String(request, StandardCharsets.UTF_8));
            Mischief now = mischief;
            String error = now.error(call);
            if (!error.isEmpty()) {
                now.ended(call);
                answer(exchange, BAD_REQUEST, error(error));
                return;
            }
            HttpResponse<byte[]> response = answerOfTheService(exchange, request, call, now);
            if (!now.loses(call)) {
                byte[] body = response.statusCode() == OK ? without(call, now, response.body()) : response.body();
                answer(exchange, response.statusCode(), body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<byte[]> answerOfTheService(HttpExchange exchange, byte[] request, Call call, Mischief now)
            throws IOException, InterruptedException {
        try {
            return client.send(forward(exchange, request), HttpResponse.BodyHandlers.ofByteArray());
        } finally {
            now.ended(call);
        }
    }

    private HttpRequest forward(HttpExchange exchange, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(service).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        for (String header : List.of("X-Amz-Target", "X-Amz-Date", "Authorization", "Content-Type")) {
            request.header(header, exchange.getRequestHeaders().getFirst(header));
        }
        return request.build();
    }

    private static byte[] error(String type) {
        String reasons = type.equals("TransactionCanceledException")
                ? ",\"CancellationReasons\":[" + "{\"Code\":\"TransactionConflict\"},".repeat(99)
                        + "{\"Code\":\"TransactionConflict\"}]"
                : "";
        return ("{\"__type\":\"com.amazonaws.dynamodb.v20120810#" + type + "\",\"message\":\"as a test\"" + reasons
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] without(Call call, Mischief mischief, byte[] body) {
        if (call.operation().equals("Query")) {
            Map<String, byte[]> members = new LinkedHashMap<>(Json.members("answer", body));
            members.put("Items", without(call, mischief, Json.elements("items", members.get("Items"))));
            return object(members);
        } else if (call.operation().equals("BatchGetItem")) {
            Map<String, byte[]> members = new LinkedHashMap<>(Json.members("answer", body));
            Map<String, byte[]> tables = new LinkedHashMap<>(Json.members("tables", members.get("Responses")));
            tables.replaceAll((table, items) -> without(call, mischief, Json.elements("items", items)));
            members.put("Responses", object(tables));
            return object(members);
        }
        return body;
    }

    private static byte[] without(Call call, Mischief mischief, List<byte[]> items) {
        IntPredicate hidden = mischief.hides(call, items.size());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('[');
        for (int i = 0; i < items.size(); i++) {
            if (!hidden.test(i)) {
                out.writeBytes(out.size() == 1 ? new byte[0] : new byte[] {','});
                out.writeBytes(items.get(i));
            }
        }
        out.write(']');
        return out.toByteArray();
    }

    private static byte[] object(Map<String, byte[]> members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('{');
        members.forEach((name, value) -> {
            StringBuilder quoted = new StringBuilder(out.size() == 1 ? "" : ",");
            Json.quote(name, quoted);
            out.writeBytes(quoted.append(':').toString().getBytes(StandardCharsets.UTF_8));
            out.writeBytes(value);
        });
        out.write('}');
        return out.toByteArray();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
        client.close();
    }
}
