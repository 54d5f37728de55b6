package dev.indelible.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.security.Users;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HttpUsersTest {
    private static final String ZOE = "zoe:zoe's";
    private static final String BOB = "bob:bob's";
    private static final String OPERATOR = "ops:ops's";
    private static final String ADMIN = "admin:first";
    private static final String EVENT = "{\"events\":[{\"event_type\":\"Placed\",\"data\":{}}]}";

    @TempDir
    static Path directory;

    private static Certificates certificates;
    private static Users users;
    private static EventStore store;
    private static IndelibleServer server;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.in(directory, "EC");
        users = Users.open(directory.resolve("users"));
        users.addFirst("first");
        users.create("zoe", "zoe's", "Zoe", List.of("sales"));
        users.create("bob", "bob's", "Bob", List.of());
        users.create("ops", "ops's", "", List.of("$ops"));
        store = EventStore.on(new MemoryJournal());
        Endpoint endpoint = Endpoint.of("127.0.0.1", 0)
                .withTls(certificates.certificate(), certificates.key())
                .withUsers(users);
        server = IndelibleServer.start(store, endpoint, ProjectionSources.none());
        http = HttpClient.newBuilder().sslContext(certificates.trust()).build();
        record("Order-1", NewEvent.of("Placed", Payload.EMPTY_OBJECT));
        record("Closed-1", NewEvent.of("Placed", Payload.EMPTY_OBJECT));
        record(
                "$$Closed-1",
                NewEvent.of("$metadata", Payload.json("{\"$acl\":{\"$r\":[\"sales\"],\"$w\":\"sales\"}}")));
    }

    private static void record(String stream, NewEvent event) {
        store.appendAsSystem(Append.to(StreamName.of(stream), ExpectedVersion.any(), event));
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
        store.close();
        users.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/events",
                "/events?stream=Order-1",
                "/streams/Order-1",
                "/categories/Order",
                "/projections"
            })
    void without_credentials_or_with_wrong_ones_there_is_no_answer_but_how_to_come_in(String path) throws Exception {
        for (String wrong : List.of("", "bob:wrong", "nobody:bob's", "bob", ":")) {
            HttpResponse<String> answer = get(path, wrong);

            assertThat(answer.statusCode()).as(wrong).isEqualTo(401);
            assertThat(answer.headers().firstValue("www-authenticate"))
                    .hasValue("Basic realm=\"Indelible\", charset=\"UTF-8\"");
            assertThat(answer.body()).contains("urn:indelible:unauthenticated");
        }
    }

    @Test
    void appends_without_credentials_record_nothing() throws Exception {
        long before = store.head().value();

        assertThat(post("/streams/Order-1", EVENT, "").statusCode()).isEqualTo(401);
        assertThat(post("/append", "{\"appends\":[{\"stream\":\"Order-1\"," + EVENT.substring(1) + "]}", "")
                        .statusCode())
                .isEqualTo(401);
        HttpRequest asGrpc = request("/streams/Order-1", "")
                .header("Content-Type", "application/grpc")
                .POST(HttpRequest.BodyPublishers.ofString(EVENT))
                .build();
        assertThat(http.send(asGrpc, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
        assertThat(store.head().value()).isEqualTo(before);
    }

    @Test
    void who_sends_much_without_credentials_sees_that_he_is_refused() throws Exception {
        assertThat(post("/streams/Order-1", " ".repeat(500_000), "").statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_tombstone_lets_nobody_in_who_was_not_before() throws Exception {
        record("Buried-1", NewEvent.of("Placed", Payload.EMPTY_OBJECT));
        record(
                "$$Buried-1",
                NewEvent.of("$metadata", Payload.json("{\"$acl\":{\"$r\":\"$admins\",\"$w\":\"$admins\"}}")));
        record("$$Buried-1", NewEvent.of("$streamDeleted", Payload.EMPTY_OBJECT));
        assertThat(get("/streams/Buried-1", "bob:bob's").statusCode()).isEqualTo(403);
        assertThat(post("/streams/Buried-1", EVENT, "bob:bob's").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health/live"})
    void what_tells_nothing_is_for_everybody(String path) throws Exception {
        assertThat(get(path, "").statusCode()).isBetween(200, 204);
        assertThat(get(path, "bob:wrong").statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "/health, 200, 200, 200",
        "/streams/Order-1, 200, 200, 200",
        "/streams/Closed-1, 403, 200, 200",
        "/events?stream=Closed-1, 403, 200, 200",
        "/events?stream=Order-1&tag=a:b, 200, 200, 200",
        "/streams/%24%24Order-1, 404, 404, 404",
        "/streams/%24settings, 403, 403, 404",
        "/events, 403, 403, 200",
        "/categories/Order, 403, 403, 200",
        "/projections, 403, 403, 200"
    })
    void who_may_read_what(String path, int bob, int zoe, int admin) throws Exception {
        assertThat(get(path, BOB).statusCode()).isEqualTo(bob);
        assertThat(get(path, ZOE).statusCode()).isEqualTo(zoe);
        assertThat(get(path, ADMIN).statusCode()).isEqualTo(admin);
        if (bob == 403) {
            assertThat(get(path, BOB).body()).contains("urn:indelible:access-denied", "user bob");
        }
    }

    @Test
    void operators_see_projections() throws Exception {
        assertThat(get("/projections", OPERATOR).statusCode()).isEqualTo(200);
        assertThat(get("/events", OPERATOR).statusCode()).isEqualTo(403);
    }

    @Test
    void who_may_append_where() throws Exception {
        assertThat(post("/streams/Order-2", EVENT, BOB).statusCode()).isEqualTo(201);
        assertThat(post("/streams/Closed-1", EVENT, BOB).statusCode()).isEqualTo(403);
        assertThat(post("/streams/Closed-1", EVENT, ZOE).statusCode()).isEqualTo(201);
        String one = "{\"stream\":\"Order-3\"," + EVENT.substring(1);
        String other = "{\"stream\":\"Closed-1\"," + EVENT.substring(1);
        assertThat(post("/append", "{\"appends\":[" + one + "," + other + "]}", BOB)
                        .statusCode())
                .isEqualTo(403);
        assertThat(store.version(StreamName.of("Order-3"))).isZero();
        assertThat(post("/append", "{\"appends\":[" + one + "," + other + "]}", ZOE)
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void a_guard_asks_only_about_what_its_caller_may_read() throws Exception {
        String append = "{\"appends\":[{\"stream\":\"Guarded-1\"," + EVENT.substring(1)
                + "],\"guards\":[{\"query\":[%s],\"after\":" + store.head() + "}]}";

        assertThat(post("/append", append.formatted("{\"stream\":\"Closed-1\"}"), BOB)
                        .statusCode())
                .isEqualTo(403);
        assertThat(post("/append", append.formatted("{\"category\":\"Order\"}"), ZOE)
                        .statusCode())
                .isEqualTo(403);
        assertThat(post("/append", append.formatted("{\"stream\":\"Order-1\"}"), BOB)
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void a_user_follows_what_he_may_read() throws Exception {
        HttpRequest denied = request("/streams/Closed-1", BOB)
                .header("Accept", "text/event-stream")
                .build();
        assertThat(http.send(denied, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        var response = http.send(
                request("/streams/Closed-1", ZOE)
                        .header("Accept", "text/event-stream")
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
            assertThat(lines.lines().anyMatch(line -> line.contains("\"Placed\"")))
                    .isTrue();
        }
    }

    @Test
    void passwords_are_not_taken_in_the_clear_unless_that_is_asked_for() throws Exception {
        Endpoint plain = Endpoint.of("127.0.0.1", 0).withUsers(users);
        assertThatThrownBy(() -> IndelibleServer.start(store, plain, ProjectionSources.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("users: without TLS their passwords could be read on the way");
        try (Users none = Users.open(directory.resolve("none"))) {
            assertThatThrownBy(() -> IndelibleServer.start(
                            store, plain.withUsers(none).withPasswordsInTheClear(), ProjectionSources.none()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("users: there are none");
        }
        try (IndelibleServer behindProxy =
                IndelibleServer.start(store, plain.withPasswordsInTheClear(), ProjectionSources.none())) {
            HttpRequest.Builder events =
                    HttpRequest.newBuilder(behindProxy.uri().resolve("/events"));
            assertThat(http.send(events.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
            events.header("Authorization", basic(ADMIN));
            assertThat(http.send(events.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_server_without_users_looks_at_no_credentials() throws Exception {
        try (IndelibleServer open = IndelibleServer.start(store, "127.0.0.1", 0)) {
            HttpRequest request = HttpRequest.newBuilder(open.uri().resolve("/events"))
                    .header("Authorization", basic("admin:changeit"))
                    .build();
            assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    private static HttpResponse<String> get(String path, String credentials) throws Exception {
        return http.send(request(path, credentials).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String body, String credentials) throws Exception {
        HttpRequest request = request(path, credentials)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path, String credentials) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.uri().resolve(path)).timeout(Duration.ofSeconds(60));
        return credentials.isEmpty() ? request : request.header("Authorization", basic(credentials));
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    }
}
