package dev.indelible.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndelibleServerTest {
    private static final String ID = "01890000-0000-7000-8000-000000000001";

    private final EventStore store = EventStore.on(new MemoryJournal());
    private final IndelibleServer server = IndelibleServer.start(store, "127.0.0.1", 0);
    private final Client client = new Client(server.uri());

    @AfterEach
    void stop() {
        client.close();
        server.close();
        store.close();
    }

    @Test
    void an_append_answers_201_with_versions_and_positions_and_its_repeat_200_with_the_same() {
        String body = "{\"expected_version\":\"no_stream\",\"events\":[{\"event_id\":\"" + ID
                + "\",\"event_type\":\"Placed\",\"data\":{\"total\":12.50},\"metadata\":{\"user_id\":\"u1\"},"
                + "\"schema_version\":2,\"tags\":[\"customer:42\"]}]}";
        Client.Answer first = client.post("/streams/Order-1", body);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.text())
                .isEqualTo("{\"stream\":\"Order-1\",\"first_version\":1,\"last_version\":1,\"first_position\":1,"
                        + "\"last_position\":1,\"repeated\":false}");
        Client.Answer again = client.post("/streams/Order-1", body);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text()).isEqualTo(first.text().replace("false", "true"));
        RecordedEvent recorded = store.read(EventQuery.all()).next();
        assertThat(recorded.data().text()).isEqualTo("{\"total\":12.50}");
        assertThat(recorded.schemaVersion()).isEqualTo(2);
        assertThat(recorded.tags().toString()).isEqualTo("[customer:42]");
        assertThat(recorded.id()).hasToString(ID);
    }

    @Test
    void every_form_of_expected_version_is_understood_and_a_conflict_names_the_actual_one() {
        assertThat(append("Order-1", "\"exists\"").status()).isEqualTo(409);
        assertThat(append("Order-1", "0").status()).isEqualTo(201);
        assertThat(append("Order-1", "\"any\"").status()).isEqualTo(201);
        assertThat(append("Order-1", "\"exists\"").status()).isEqualTo(201);
        assertThat(append("Order-1", "3").status()).isEqualTo(201);
        Client.Answer conflict = append("Order-1", "\"no_stream\"");
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.type()).startsWith("application/problem+json");
        assertThat(conflict.json().get("type")).isEqualTo("urn:indelible:version-conflict");
        assertThat(conflict.json().get("actual_version")).hasToString("4");
        assertThat(conflict.json().get("stream")).isEqualTo("Order-1");
    }

    @Test
    void several_streams_are_appended_together_under_a_guard() {
        String appends = "{\"appends\":[{\"stream\":\"Order-1\",\"expected_version\":0,\"events\":["
                + event("Placed") + "]},{\"stream\":\"Stock-7\",\"events\":[" + event("Taken") + "," + event("Taken")
                + "]}],\"guards\":[{\"query\":[{\"category\":\"Order\",\"types\":[\"Placed\"]},{\"tags\":[\"a:b\"]}],"
                + "\"after\":0}]}";
        Client.Answer first = client.post("/append", appends);
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.text()).contains("\"stream\":\"Stock-7\",\"first_version\":1,\"last_version\":2");
        Client.Answer refused = client.post("/append", appends.replace("\"expected_version\":0,", ""));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().get("type")).isEqualTo("urn:indelible:guard-conflict");
        assertThat(store.head().value()).isEqualTo(3);
    }

    @Test
    void an_id_with_other_content_is_a_conflict_that_names_it() {
        String body = "{\"events\":[{\"event_id\":\"" + ID + "\",\"event_type\":\"A\",\"data\":1}]}";
        client.post("/streams/Order-1", body);
        Client.Answer refused = client.post("/streams/Order-1", body.replace("\"data\":1", "\"data\":2"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().get("event_id")).isEqualTo(ID);
        assertThat(refused.json().get("difference")).isEqualTo("other_content");
    }

    @Test
    void bad_input_is_a_problem_that_names_the_field_and_records_nothing() {
        String good = event("A");
        assertBad("/streams/Order-1", "{\"events\":[" + good, "body: invalid JSON at byte");
        assertBad("/streams/Order-1", "[]", "body: invalid JSON at byte 0: expected '{'");
        assertBad("/streams/Order-1", "{}", "events: missing");
        assertBad("/streams/Order-1", "{\"events\":[]}", "events: 0 (expected: at least 1)");
        assertBad("/streams/Order-1", "{\"events\":7}", "events: not a list");
        assertBad("/streams/Order-1", "{\"evnts\":[]}", "evnts: unknown (expected: events, expected_version)");
        assertBad("/streams/Order-1", appendOf("\"some\"", good), "expected_version: \"some\" (expected: any");
        assertBad("/streams/Order-1", appendOf("-1", good), "expected version: -1");
        assertBad("/streams/Order-1", appendOf("1.5", good), "expected_version: 1.5");
        assertBad("/streams/Order-1", appendOf("0", good + ",{\"data\":1}"), "events[1].event_type: missing");
        assertBad("/streams/Order-1", appendOf("0", "{\"event_type\":\"A\"}"), "events[0].data: missing");
        assertBad(
                "/streams/Order-1",
                appendOf("0", "{\"event_id\":\"x\",\"event_type\":\"A\",\"data\":1}"),
                "events[0].event_id: \"x\" (expected: a UUID)");
        assertBad(
                "/streams/Order-1",
                appendOf("0", "{\"stream_id\":\"Order-2\",\"event_type\":\"A\",\"data\":1}"),
                "events[0].stream_id: \"Order-2\" (expected: \"Order-1\")");
        assertBad("/streams/$stats", appendOf("0", good), "\"$stats\" is reserved");
        assertBad("/streams/" + "x".repeat(256), appendOf("0", good), "stream: 256 bytes");
        assertBad("/append", "{\"appends\":[{\"events\":[]}]}", "appends[0].stream: missing");
        assertBad(
                "/append",
                "{\"appends\":[{\"stream\":\"A-1\",\"events\":[" + good + "]}],\"guards\":[{\"query\":[]}]}",
                "guards[0].after: missing");
        assertThat(store.head().value()).isZero();
    }

    @Test
    void bad_parameters_are_problems_that_name_them() {
        append("Order-1", "0");
        assertThat(client.get("/events?limt=1").text()).contains("limt: unknown parameter (expected: after");
        assertThat(client.get("/events?limit=-1").text())
                .contains("limit: \\\"-1\\\" (expected: a number of 1 or more)");
        assertThat(client.get("/events?limit=5000").text()).contains("limit: 5000 (limit: 1000 a page");
        assertThat(client.get("/events?after=x").text()).contains("after: \\\"x\\\" (expected");
        assertThat(client.get("/events?backwards=yes").text()).contains("backwards: \\\"yes\\\"");
        assertThat(client.get("/events?tag=x").text()).contains("tag: \\\"x\\\" (expected: key:value)");
        assertThat(client.get("/events?from_version=1").status()).isEqualTo(400);
        assertThat(client.get("/events?limit=1", "Accept", "text/event-stream").status())
                .isEqualTo(400);
        assertThat(client.get("/events", "Accept", "text/event-stream", "Last-Event-ID", "x")
                        .text())
                .contains("Last-Event-ID: \\\"x\\\"");
    }

    @Test
    void what_http_itself_refuses_is_a_problem_too() {
        assertProblem(client.get("/nothing"), 404);
        assertProblem(client.send("DELETE", "/streams/Order-1", "application/json", new byte[0]), 405);
        assertProblem(client.send("POST", "/health", "application/json", new byte[0]), 405);
        assertProblem(client.send("POST", "/streams/Order-1", "text/plain", new byte[1]), 415);
        assertProblem(client.get("/streams/Order-unknown"), 404);
        assertThat(client.get("/categories/Unknown").text()).isEqualTo("{\"events\":[],\"as_of\":0,\"next\":null}");
    }

    @Test
    void a_body_that_is_too_large_is_refused_before_it_is_read() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            String head = "POST /streams/Order-1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + (IndelibleServer.BODY_BYTES_MAX + 1) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 413")
                    .contains("body: too large (limit: 33554432 bytes)");
        }
    }

    @Test
    void pages_link_to_the_next_in_both_directions() {
        for (int i = 0; i < 25; i++) {
            store.append(
                    StreamName.of("Order-" + i % 2),
                    ExpectedVersion.any(),
                    NewEvent.json("Type" + i, "1").withTags("parity:" + i % 2));
        }
        assertThat(followed("/events?limit=7")).hasSize(25).startsWith("Type0", "Type1");
        assertThat(followed("/events?limit=7&backwards=true")).hasSize(25).startsWith("Type24", "Type23");
        assertThat(followed("/streams/Order-1?limit=5")).hasSize(12).startsWith("Type1", "Type3");
        assertThat(followed("/streams/Order-1?limit=5&backwards=true"))
                .hasSize(12)
                .startsWith("Type23");
        assertThat(followed("/streams/Order-1?from_version=3&to_version=4")).containsExactly("Type5", "Type7");
        assertThat(followed("/categories/Order?limit=6&tag=parity:0")).hasSize(13);
        assertThat(followed("/events?type=Type3&type=Type4")).containsExactly("Type3", "Type4");
        assertThat(followed("/events?limit=25")).hasSize(25);
        assertThat(client.get("/events?limit=25").next()).isNull();
        assertThat(client.get("/events?after=20&limit=2").json().get("as_of")).hasToString("22");
    }

    @Test
    void names_of_any_kind_travel_in_paths() {
        for (String name : List.of("Ordner-grün 1", "A/b-c", "Order-50%", "Order-😀", "Order-a+b", "Order-?x=1&y")) {
            String path = "/streams/"
                    + java.net.URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            assertThat(client.post(path, appendOf("0", event("A"))).status())
                    .as(name)
                    .isEqualTo(201);
            assertThat(client.get(path).text()).contains("\"event_type\":\"A\"");
            assertThat(store.read(EventQuery.stream(name)).toList()).as(name).hasSize(1);
        }
    }

    @Test
    void lines_hold_the_whole_range_without_a_limit() {
        NewEvent[] events = new NewEvent[5_000];
        for (int i = 0; i < events.length; i++) {
            events[i] = NewEvent.json("Numbered", "{\n\"i\": " + i + "}");
        }
        store.append(StreamName.of("Order-1"), ExpectedVersion.any(), events);
        Client.Answer answer = client.get("/categories/Order", "Accept", "application/x-ndjson");
        assertThat(answer.type()).startsWith("application/x-ndjson");
        assertThat(answer.text().lines()).hasSize(5_000).allMatch(line -> line.startsWith("{\"event_id\":"));
        assertThat(client.get("/events?limit=3", "Accept", "application/x-ndjson")
                        .text()
                        .lines())
                .hasSize(3);
    }

    @Test
    void health_tells_the_head_and_is_503_when_the_journal_is_gone() {
        append("Order-1", "0");
        Client.Answer health = client.get("/health");
        assertThat(health.status()).isEqualTo(200);
        assertThat(health.text()).contains("\"status\":\"up\"", "\"head\":1");
        assertThat(client.get("/").status()).isEqualTo(200);
    }

    @Test
    void server_sent_events_catch_up_go_live_and_resume_without_loss_or_repeat() throws Exception {
        int before = 50;
        int during = 200;
        for (int i = 0; i < before; i++) {
            append("Order-" + i % 3, "\"any\"");
        }
        FutureTask<Void> writer = start(() -> {
            for (int i = 0; i < during; i++) {
                append("Order-" + i % 3, "\"any\"");
            }
            return null;
        });
        List<String> ids = new ArrayList<>();
        String last = "0";
        while (ids.size() < before + during) {
            int wanted = Math.min(before + during, ids.size() + 40);
            List<String> got = new ArrayList<>();
            client.events(
                    "/events",
                    event -> {
                        if (event.contains("\ndata: {\"event_id\"")) {
                            got.add(event.substring("id: ".length(), event.indexOf('\n')));
                        }
                        return ids.size() + got.size() >= wanted;
                    },
                    "Last-Event-ID",
                    last);
            ids.addAll(got);
            last = ids.get(ids.size() - 1);
        }
        writer.get(30, TimeUnit.SECONDS);
        assertThat(new HashSet<>(ids)).hasSize(before + during);
        assertThat(ids.stream().map(Long::valueOf)).isSorted();
        assertThat(last).isEqualTo(Integer.toString(before + during));
    }

    @Test
    void a_filter_that_matches_nothing_moves_the_id_and_caught_up_is_told() throws Exception {
        append("Order-1", "0");
        List<String> events = client.events("/categories/Stock", event -> event.contains("event: caught_up"));
        assertThat(events).contains("id: 1\nevent: checkpoint\ndata: {\"position\":1}\n");
        assertThat(events.get(events.size() - 1)).isEqualTo("id: 1\nevent: caught_up\ndata: {\"position\":1}\n");
    }

    @Test
    void a_client_that_does_not_read_slows_only_itself_and_is_gone_when_it_leaves() throws Exception {
        String large = "{\"events\":[{\"event_type\":\"A\",\"data\":\"" + "x".repeat(100_000) + "\"}]}";
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4_096);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            slow.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(slow.getInputStream().read()).isEqualTo('H');
            for (int i = 0; i < 300; i++) {
                assertThat(client.post("/streams/Order-1", large).status()).isEqualTo(201);
            }
            assertThat(store.subscriptions()).hasSize(1);
            assertThat(store.subscriptions().get(0).position().value()).isLessThan(150);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!store.subscriptions().isEmpty()) {
            assertThat(System.nanoTime()).as("the client's leaving is noticed").isLessThan(deadline);
            append("Order-1", "\"any\"");
        }
    }

    @Test
    void stopping_ends_subscriptions_and_answers_what_runs() throws Exception {
        FutureTask<List<String>> live = start(() -> client.events("/events", event -> false));
        List<FutureTask<Client.Answer>> appends = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String stream = "Order-" + i;
            appends.add(start(() -> append(stream, "0")));
        }
        for (FutureTask<Client.Answer> append : appends) {
            assertThat(append.get(30, TimeUnit.SECONDS).status()).isEqualTo(201);
        }
        server.close();
        assertThat(live.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(store.subscriptions()).isEmpty();
        assertThat(store.head().value()).isEqualTo(8);
    }

    @Test
    void a_port_that_is_taken_is_a_clear_error() {
        assertThatThrownBy(() -> IndelibleServer.start(store, "127.0.0.1", server.port()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port());
    }

    private Client.Answer append(String stream, String expected) {
        return client.post("/streams/" + stream, appendOf(expected, event("A")));
    }

    private List<String> followed(String first) {
        List<String> types = new ArrayList<>();
        for (String path = first; path != null; ) {
            Client.Answer page = client.get(path);
            assertThat(page.status()).as(path).isEqualTo(200);
            types.addAll(page.types());
            path = page.next();
        }
        return types;
    }

    private void assertBad(String path, String body, String detail) {
        Client.Answer answer = client.post(path, body);
        assertProblem(answer, 400);
        assertThat((String) answer.json().get("detail")).contains(detail);
    }

    private static void assertProblem(Client.Answer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.type()).startsWith("application/problem+json");
        assertThat(answer.json().get("status")).hasToString(Integer.toString(status));
        assertThat((String) answer.json().get("detail")).isNotBlank();
    }

    private static String appendOf(String expected, String events) {
        return "{\"expected_version\":" + expected + ",\"events\":[" + events + "]}";
    }

    private static String event(String type) {
        return "{\"event_type\":\"" + type + "\",\"data\":{}}";
    }

    private static <T> FutureTask<T> start(Callable<T> callable) {
        FutureTask<T> task = new FutureTask<>(callable);
        Thread.ofVirtual().start(task);
        return task;
    }
}
