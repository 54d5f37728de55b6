package dev.indelible.examples;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.decider.Repository;
import dev.indelible.event.Position;
import dev.indelible.examples.Ordering.Approve;
import dev.indelible.examples.Ordering.Cancel;
import dev.indelible.examples.Ordering.Command;
import dev.indelible.examples.Ordering.Deliver;
import dev.indelible.examples.Ordering.Order;
import dev.indelible.examples.Ordering.OrderEvent;
import dev.indelible.examples.Ordering.Place;
import dev.indelible.examples.Ordering.Ship;
import dev.indelible.projection.Projections;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import redis.clients.jedis.exceptions.JedisException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Commands and queries over HTTP. {@code POST /orders/{id}/{command}} with an {@code Idempotency-Key} is handled once;
 * it answers the position of what it recorded, and a query with {@code ?after={position}} answers with that in it.
 */
final class OrderApi implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BODY_BYTES_MAX = 100_000;

    private final JsonMapper json = Ordering.mapper();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Repository<Command, Order, OrderEvent> orders;
    private final OrderQueries queries;
    private final Projections projections;
    private final HttpServer server;

    private OrderApi(
            Repository<Command, Order, OrderEvent> orders, OrderQueries queries, Projections projections, int port)
            throws IOException {
        this.orders = orders;
        this.queries = queries;
        this.projections = projections;
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (BindException e) {
            throw new IOException("port " + port + ": " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
    }

    static OrderApi start(
            Repository<Command, Order, OrderEvent> orders, OrderQueries queries, Projections projections, int port)
            throws IOException {
        OrderApi api = new OrderApi(orders, queries, projections, port);
        api.server.start();
        return api;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(1);
        threads.close();
    }

    record Answer(int status, Object body) {
        static Answer problem(int status, String error) {
            return new Answer(status, Map.of("error", error));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = safely(exchange);
            byte[] body = json.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer safely(HttpExchange exchange) {
        try {
            return route(exchange);
        } catch (IllegalArgumentException | JacksonException e) {
            return Answer.problem(400, String.valueOf(e.getMessage()));
        } catch (IllegalStateException | Conflict e) {
            return Answer.problem(409, String.valueOf(e.getMessage()));
        } catch (ElasticsearchException e) {
            return Answer.problem(e.status() == 400 ? 400 : 503, "search: " + e.getMessage());
        } catch (Unavailable | SQLException | IOException | JedisException e) {
            return Answer.problem(503, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return Answer.problem(500, "something went wrong here");
        }
    }

    private Answer route(HttpExchange exchange) throws Exception {
        List<String> path = Arrays.stream(exchange.getRequestURI().getRawPath().split("/", -1))
                .skip(1)
                .map(OrderApi::decoded)
                .toList();
        String shape = exchange.getRequestMethod() + " " + path.getFirst() + " " + path.size();
        return switch (shape) {
            case "POST orders 3" -> handle(exchange, path.get(1), path.get(2));
            case "GET orders 2" -> {
                await("order_summary", exchange);
                yield queries.order(path.get(1))
                        .map(order -> new Answer(200, order))
                        .orElseGet(() -> Answer.problem(404, "order " + path.get(1) + ": not there"));
            }
            case "GET customers 3" -> {
                await("order_summary", exchange);
                yield new Answer(200, queries.ofCustomer(path.get(1)));
            }
            case "GET search 1" -> {
                if (await("order_search", exchange)) {
                    queries.refreshSearch();
                }
                yield new Answer(200, queries.search(query(exchange, "q").orElse("*")));
            }
            case "GET figures 1" -> {
                await("order_figures", exchange);
                yield new Answer(200, queries.figures());
            }
            default ->
                Answer.problem(
                        404,
                        exchange.getRequestURI() + " (expected: POST /orders/{id}/{command},"
                                + " GET /orders/{id}, /customers/{id}/orders, /search?q=…, /figures)");
        };
    }

    private static String decoded(String part) {
        String text = URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(part + ": control characters (expected: text)");
        }
        return text;
    }

    private Answer handle(HttpExchange exchange, String id, String name) throws IOException {
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (key == null) {
            throw new IllegalArgumentException("Idempotency-Key: none (expected: a header with an id of this command)");
        }
        var handled = orders.handleOnce(
                key, id, command(name, id, exchange.getRequestBody().readNBytes(BODY_BYTES_MAX)));
        return new Answer(
                200,
                Map.of(
                        "order_id", id,
                        "status", handled.state(),
                        "version", handled.version(),
                        "position", handled.position().value(),
                        "repeated", handled.repeated()));
    }

    private Command command(String name, String id, byte[] body) {
        return switch (name) {
            case "place" -> {
                JsonNode given = json.readTree(body);
                yield new Place(id, text(given, "customer_id"), date(given, "estimated_delivery"));
            }
            case "approve" -> new Approve(id);
            case "ship" -> new Ship(id);
            case "deliver" -> new Deliver(id);
            case "cancel" -> new Cancel(id, text(json.readTree(body), "reason"));
            default ->
                throw new IllegalArgumentException(
                        "command: " + name + " (expected: place, approve, ship, deliver or cancel)");
        };
    }

    private static String text(JsonNode given, String member) {
        JsonNode value = given.path(member);
        if (!value.isString()) {
            throw new IllegalArgumentException(member + ": " + value + " (expected: a string)");
        }
        return value.stringValue();
    }

    private static LocalDate date(JsonNode given, String member) {
        String text = text(given, member);
        try {
            if (text.length() > "2026-11-27".length()) { // What is recorded must be what all read models can take in.
                throw new DateTimeParseException("a year of more than four digits", text, 0);
            }
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(member + ": " + e.getParsedString() + " (expected: as 2026-11-27)", e);
        }
    }

    /** Waits until the projection has taken in what the request wants to see; false if it wants nothing. */
    private boolean await(String projection, HttpExchange exchange) throws InterruptedException {
        Optional<Position> after = query(exchange, "after").map(OrderApi::position);
        if (after.isEmpty()) {
            return false;
        }
        if (!projections.named(projection).orElseThrow().await(after.get(), PATIENCE)) {
            throw new Unavailable(projection + ": not at position " + after.get() + " yet", null);
        }
        return true;
    }

    private static Position position(String text) {
        try {
            return Position.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("after: " + text + " (expected: a position)", e);
        }
    }

    private static Optional<String> query(HttpExchange exchange, String name) {
        String raw = exchange.getRequestURI().getRawQuery();
        return Arrays.stream(raw == null ? new String[0] : raw.split("&"))
                .filter(part -> part.startsWith(name + "="))
                .map(part -> URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8))
                .findFirst();
    }
}
