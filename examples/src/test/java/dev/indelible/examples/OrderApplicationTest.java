package dev.indelible.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.postgres.PostgresJournal;
import dev.indelible.postgres.PostgresOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The application as its users see it, over HTTP, with real engines for its read models. */
class OrderApplicationTest {
    private static final String ANNAS = "{\"customer_id\":\"anna\",\"estimated_delivery\":\"2026-11-27\"}";

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private LocalEngines engines;

    @BeforeEach
    void startEngines() throws IOException {
        engines = LocalEngines.start();
    }

    @AfterEach
    void stopEngines() {
        engines.close();
    }

    @Test
    void on_an_embedded_store() throws Exception {
        try (EventStore store = EventStore.open("embedded:" + directory.resolve("store"))) {
            takesCommandsAndAnswersQueries(store);
        }
    }

    @Test
    void on_a_store_in_postgresql() throws Exception {
        var dataSource = engines.readModels().postgres();
        try (EventStore store =
                EventStore.on(PostgresJournal.on(dataSource, PostgresOptions.DEFAULT.withSchema("events")))) {
            takesCommandsAndAnswersQueries(store);
        }
    }

    private void takesCommandsAndAnswersQueries(EventStore store) throws Exception {
        String latest;
        try (OrderApplication application = OrderApplication.start(store, engines.readModels(), 0, 0)) {
            URI orders = application.uri();
            post(orders, "/orders/1/place", "a", ANNAS, 200);
            post(orders, "/orders/1/approve", "b", "", 200);
            post(orders, "/orders/1/ship", "c", "", 200);
            post(orders, "/orders/2/place", "d", ANNAS, 200);
            JsonNode cancelled = post(orders, "/orders/2/cancel", "e", "{\"reason\":\"much too late\"}", 200);
            latest = cancelled.path("position").asString();
            assertThat(cancelled.path("status").stringValue()).isEqualTo("CANCELLED");
            assertThat(post(orders, "/orders/2/cancel", "e", "{\"reason\":\"much too late\"}", 200)
                            .path("repeated")
                            .booleanValue())
                    .isTrue();
            assertAnswers(orders, latest);
            assertRefuses(orders);
            rebuild(application.operations());
            assertAnswers(orders, latest);
        }
        try (OrderApplication application = OrderApplication.start(store, engines.readModels(), 0, 0)) {
            assertAnswers(application.uri(), latest);
        }
    }

    private void assertAnswers(URI orders, String after) throws Exception {
        assertThat(get(orders, "/orders/1?after=" + after, 200)).hasToString("""
                {"order_id":"1","customer_id":"anna","status":"shipped","estimated_delivery":"2026-11-27"}""");
        JsonNode ofAnna = get(orders, "/customers/anna/orders?after=" + after, 200);
        assertThat(ofAnna.valueStream().map(order -> order.path("status").stringValue()))
                .containsExactly("shipped", "cancelled");
        JsonNode found = get(orders, "/search?q=reason:late+AND+status:cancelled&after=" + after, 200);
        assertThat(found.path("total").intValue()).isEqualTo(1);
        assertThat(found.path("orders").path(0).path("order_id").stringValue()).isEqualTo("2");
        JsonNode figures = get(orders, "/figures?after=" + after, 200);
        assertThat(figures.path("statuses").path("placed").intValue()).isEqualTo(2);
        assertThat(figures.path("statuses").path("cancelled").intValue()).isEqualTo(1);
        assertThat(figures.path("best_customers").path("anna").intValue()).isEqualTo(2);
    }

    private void assertRefuses(URI orders) throws Exception {
        assertThat(post(orders, "/orders/1/cancel", "f", "{\"reason\":\"late\"}", 409)
                        .toString())
                .contains("Cancel: the order is SHIPPED");
        assertThat(post(
                                orders,
                                "/orders/3/place",
                                "g",
                                "{\"customer_id\":\"anna\",\"estimated_delivery\":\"soon\"}",
                                400)
                        .toString())
                .contains("estimated_delivery: soon (expected: as 2026-11-27)");
        assertThat(post(orders, "/orders/3/place", "g", "{", 400).toString()).contains("error");
        assertThat(post(orders, "/orders/3/paint", "g", "", 400).toString()).contains("command: paint");
        assertThat(post(orders, "/orders/3/place", "g", ANNAS.replace("2026", "+999999999"), 400)
                        .toString())
                .contains("estimated_delivery: +999999999-11-27 (expected");
        assertThat(get(orders, "/orders/%00", 400).toString()).contains("control characters");
        assertThat(get(orders, "/search?q=(", 400).toString()).contains("search: ");
        assertThat(get(orders, "/orders/3", 404).toString()).contains("order 3: not there");
        assertThat(get(orders, "/", 404).toString()).contains("expected: POST /orders/{id}/{command}");
    }

    /** Of all three, while they are read. */
    private void rebuild(URI operations) throws Exception {
        for (String name : new String[] {"order_summary", "order_search", "order_figures"}) {
            post(operations, "/projections/" + name + "/rebuild", "", "{}", 200);
        }
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (get(operations, "/projections", 200).toString().contains("\"version\":1,")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    private JsonNode post(URI at, String path, String key, String body, int expected) throws Exception {
        return send(
                HttpRequest.newBuilder(at.resolve(path))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                expected);
    }

    private JsonNode get(URI at, String path, int expected) throws Exception {
        return send(HttpRequest.newBuilder(at.resolve(path)), expected);
    }

    private JsonNode send(HttpRequest.Builder request, int expected) throws Exception {
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(expected);
        return Ordering.mapper().readTree(response.body());
    }
}
