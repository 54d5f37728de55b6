package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when a server, or what stands before it, does not answer as it should. */
@Timeout(60)
class LostAnswersTest {
    private static final String RECORDED = "{\"stream\":\"Order-1\",\"first_version\":3,\"last_version\":3,"
            + "\"first_position\":9,\"last_position\":9,\"repeated\":false}";
    private static final int LOST = 0;

    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> statuses = Collections.synchronizedList(new ArrayList<>());
    private String answer = RECORDED;
    private HttpServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void an_append_whose_answer_is_lost_is_sent_again_with_the_same_id() {
        statuses.addAll(List.of(LOST, 503, 201));

        Cli.Result result = append();

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("\"first_version\":3,").contains("\"last_position\":9,");
        assertThat(bodies).hasSize(3);
        assertThat(bodies.stream().distinct()).hasSize(1);
        assertThat(bodies.get(0)).startsWith("{\"expected_version\":\"any\",\"events\":[{\"event_id\":\"");
    }

    @Test
    void after_a_number_of_attempts_it_gives_up_and_says_how_to_go_on() {
        statuses.addAll(List.of(503, 503, 503, 503, 503));
        answer = "{\"detail\":\"the disk is full\"}";

        Cli.Result result = append();

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .matches("indelible: the disk is full \\(it may be recorded: "
                        + "to be sure, repeat with --id [0-9a-f-]{36}\\)\n");
        assertThat(bodies).hasSize(5);
        assertThat(bodies.get(0)).contains(result.err().replaceAll("(?s).*--id ([0-9a-f-]{36}).*", "$1"));
    }

    @Test
    void the_detail_of_a_problem_is_the_message() {
        statuses.add(400);
        answer = "{\"title\":\"Bad Request\",\"detail\":\"events[0].data: too large\"}";

        assertThat(append().err()).isEqualTo("indelible: events[0].data: too large\n");
        assertThat(bodies).hasSize(1);
    }

    @Test
    void an_answer_that_is_not_a_store_s_is_shown() {
        statuses.addAll(List.of(200, 404));
        answer = "<html>Welcome</html>";

        assertThat(append().err())
                .startsWith("indelible: " + url.replaceAll("/$", "")
                        + ": answered \"<html>Welcome</html>\" (expected: an event store's answer)");
        assertThat(Cli.run("read", "--from", url).err())
                .isEqualTo("indelible: " + url.replaceAll("/$", "") + ": HTTP 404: <html>Welcome</html>\n");
    }

    @Test
    void a_server_that_is_not_there_is_an_error_in_one_line() {
        server.stop(0);
        String address = url.replaceAll("/$", "");

        assertThat(append().err()).startsWith("indelible: " + address + ": cannot be reached (it may be recorded: ");
        assertThat(Cli.run("read", "--from", url).err()).isEqualTo("indelible: " + address + ": cannot be reached\n");
        assertThat(Cli.run("tail", "--from", url).err()).isEqualTo("indelible: " + address + ": cannot be reached\n");
        assertThat(Cli.run("describe", url).err()).isEqualTo("indelible: " + address + ": cannot be reached\n");
    }

    @Test
    void events_that_break_off_are_an_error_and_no_part_of_a_line_is_printed() {
        statuses.add(200);
        answer = "{\"a\":1}\n{\"b\":";

        Cli.Result result = Cli.run("export", "--from", url);

        assertThat(result.out()).doesNotContain("{\"b\":");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).startsWith("indelible: " + url.replaceAll("/$", "") + ": no answer: ");
    }

    private Cli.Result append() {
        return Cli.run("append", "Order-1", "Placed", "--data", "{}", "--to", url);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            int status = statuses.removeFirst();
            if (status == LOST) {
                return;
            }
            byte[] body = answer.getBytes(UTF_8);
            boolean breaksOff = answer.endsWith(":");
            exchange.sendResponseHeaders(status, body.length + (breaksOff ? 10 : 0));
            exchange.getResponseBody().write(body);
        }
    }
}
