package dev.indelible.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.memory.MemoryJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Requests as they can come, also from clients that do not mean well. */
@Timeout(60)
class RequestsTest {
    private static final String BODY = "{\"events\":[{\"event_type\":\"A\",\"data\":{}}]}";

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
    void a_name_in_a_path_is_all_that_stands_there() throws IOException {
        assertThat(client.post("/streams/Order-a;b=c", BODY).status()).isEqualTo(201);
        assertThat(store.read(EventQuery.stream("Order-a;b=c")).toList()).hasSize(1);
        assertThat(client.get("/streams/Order-a%3Bb=c").types()).containsExactly("A");
        assertThat(client.post("/streams/Ord;er-a", BODY).status()).isEqualTo(201);
        assertThat(client.get("/categories/Ord;er").types()).containsExactly("A");
        assertThat(client.get("/categories/Ord").types()).isEmpty();
        assertThat(raw("GET /streams/Ordner-grün HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 404");
    }

    @Test
    void a_path_with_a_slash_in_its_name_or_without_a_name_is_refused() {
        for (String path :
                List.of("/streams", "/streams/", "/streams//a", "/streams/a/b", "/streams/a/", "//streams/a")) {
            assertThat(client.post(path, BODY).status()).as(path).isEqualTo(400);
            assertThat(client.get(path).status()).as(path).isEqualTo(400);
        }
        assertThat(client.get("/streams/a/b").text())
                .contains("stream: \\\"a/b\\\" in \\\"/streams/a/b\\\" (expected: /streams/NAME, where %2F is a /)");
        assertThat(client.get("/categories//a").text()).contains("category: \\\"/a\\\"");
        assertThat(store.head().value()).isZero();
    }

    @Test
    void bytes_that_are_no_utf_8_are_refused_and_named() {
        assertThat(client.post("/streams/Order-%ff", BODY).text())
                .contains("\"status\":400", "stream: \\\"Order-%ff\\\" (expected: percent-encoded UTF-8)");
        assertThat(client.get("/streams/Order-%ed%a0%80").status()).isEqualTo(400);
        assertThat(client.get("/events?type=%ff").text()).contains("type: \\\"%ff\\\" (expected: percent-encoded");
        assertThat(client.get("/events?%c3=1").text()).contains("parameter: \\\"%c3\\\" (expected");
        assertThat(client.get("/events?tag=a:b+c%2B&&limit=1").status()).isEqualTo(200);
        assertThat(store.head().value()).isZero();
    }

    @Test
    void an_append_takes_no_parameters() {
        assertThat(client.post("/streams/Order-1?expected_version=0", BODY).text())
                .contains("\"status\":400", "expected_version: unknown parameter (expected: none)");
        assertThat(client.post("/append?x=1", "{\"appends\":[]}").text()).contains("x: unknown parameter");
        assertThat(store.head().value()).isZero();
    }

    @Test
    void numbers_are_digits_of_ascii_and_no_greater_than_a_position_can_be() {
        for (String number : List.of("+1", "%2B1", "-1", "%D9%A1", "1.0", "1e3", "", "9223372036854775808", "x")) {
            assertThat(client.get("/events?after=" + number).text())
                    .as(number)
                    .contains("\"status\":400", "(expected: a number of 0 or more)");
        }
        assertThat(client.get("/events?limit=0").text()).contains("limit: \\\"0\\\" (expected: a number of 1 or more)");
        assertThat(client.get("/events?after=9223372036854775807").status()).isEqualTo(200);
    }

    @Test
    void a_page_hands_out_no_position_beyond_the_head() {
        client.post("/streams/Order-1", BODY);
        for (String query : List.of("after=9223372036854775807&before=0", "after=7", "after=7&backwards=true")) {
            assertThat(client.get("/events?" + query).json().get("as_of"))
                    .as(query)
                    .hasToString("1");
        }
    }

    @Test
    void bodies_have_so_much_room_together_and_no_more() throws Exception {
        // Nine times 32 MiB is more than 256 MiB, so one of these is refused; the others would wait for the rest.
        Callable<String> slow = () -> raw(post("Content-Length: " + IndelibleServer.BODY_BYTES_MAX, "{"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(threads.invokeAny(Collections.nCopies(9, slow))).startsWith("HTTP/1.1 503");
        }
        String whole = post(
                "Transfer-Encoding: chunked", Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n");
        while (!raw(whole).startsWith("HTTP/1.1 201")) {
            Thread.onSpinWait();
        }
    }

    @Test
    void nothing_that_a_client_does_wrong_is_logged() throws IOException {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        logged.start();
        root.addAppender(logged);
        try {
            String tooMuch = "x".repeat(IndelibleServer.BODY_BYTES_MAX + 1);
            String length = Integer.toHexString(tooMuch.length());
            assertThat(raw(post("Content-Length: " + tooMuch.length(), ""))).startsWith("HTTP/1.1 413");
            assertThat(raw(post("Transfer-Encoding: chunked", length + "\r\n" + tooMuch + "\r\n0\r\n\r\n")))
                    .startsWith("HTTP/1.1 413");
            assertThat(raw(post("Transfer-Encoding: chunked", "zz\r\n"))).startsWith("HTTP/1.1 400");
            assertThat(raw("GARBAGE\r\n\r\n")).startsWith("HTTP/1.1 400");
            assertThat(raw("GET /streams/%zz HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 400");
            try (Socket cutOff = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                cutOff.getOutputStream().write(post("Content-Length: 9", "{").getBytes(UTF_8));
            }
            server.close();
        } finally {
            root.detachAppender(logged);
        }
        assertThat(logged.list).isEmpty();
    }

    private static String post(String header, String body) {
        return "POST /streams/Order-1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + header + "\r\n\r\n"
                + body;
    }

    /** The first line of the answer. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            Thread.ofVirtual().start(() -> {
                try {
                    socket.getOutputStream().write(request.getBytes(UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            StringBuilder line = new StringBuilder();
            for (int next = socket.getInputStream().read();
                    next >= 0 && next != '\n';
                    next = socket.getInputStream().read()) {
                line.append((char) next);
            }
            return line.toString();
        }
    }
}
