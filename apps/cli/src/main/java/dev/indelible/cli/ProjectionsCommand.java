package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Shows and steers the projections of an application. */
@Command(
        name = "projections",
        description = {
            "Shows and steers the projections of an application that serves them.",
            "",
            "  list                   all, a line each",
            "  status NAME            one, in full",
            "  pause, resume NAME     hold it, in all processes, and go on",
            "  rebuild NAME           build it anew beside the one that is read, and switch",
            "  rollback NAME          go back to the version that was read before",
            "  accept, cancel NAME    switch to a version that differs, or give up what is built",
            "  drop-former NAME       remove the version that was read before",
            "  parked, skipped NAME   events that were set aside, or given up",
            "  retry NAME KEY         take in the parked events of a key",
            "  skip NAME POSITION     give up a parked event; needs --reason"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible projections list --at http://127.0.0.1:8080",
            "  indelible projections rebuild order_summary --compare 1000 --wait",
            "  indelible projections skip order_summary 4711 --reason \"a test order\""
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ProjectionsCommand implements Callable<Integer> {
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final int OK = 200;

    /** What can be done. */
    enum Operation {
        LIST,
        STATUS,
        PAUSE,
        RESUME,
        REBUILD,
        ROLLBACK,
        ACCEPT,
        CANCEL,
        DROP_FORMER,
        PARKED,
        SKIPPED,
        RETRY,
        SKIP;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    private final Console console;

    @Parameters(index = "0", paramLabel = "OPERATION", description = "What to do: ${COMPLETION-CANDIDATES}.")
    private Operation operation;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Which projection.")
    private String name = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "WHICH",
            description = "The key to retry, or the position to skip.")
    private String which = "";

    @Option(
            names = "--at",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:2113",
            description = "The application, or a server that passes on to it. By default: ${DEFAULT-VALUE}.")
    private ServerAddress address;

    @Option(
            names = "--compare",
            paramLabel = "ROWS",
            defaultValue = "0",
            description = "With rebuild: compare so many rows before the switch.")
    private Conversions.Count compare;

    @Option(names = "--reason", paramLabel = "TEXT", description = "With skip: why.")
    private String reason = "";

    @Option(names = "--wait", description = "With rebuild and rollback: show how it goes on, until it is done.")
    private boolean isWaiting;

    @Spec
    private CommandSpec spec;

    private HttpClient http;

    ProjectionsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        LineOutput out = console.lines();
        try (HttpClient client = address.client().build()) {
            http = client;
            if (operation == Operation.LIST) {
                send(false, "").path("projections").forEach(each -> out.line(line(each)));
            } else {
                require(!name.isEmpty(), "NAME: missing (expected: the name of a projection)");
                int code = operate(out);
                if (code != 0) {
                    return code;
                }
            }
            out.flush();
            return 0;
        }
    }

    private int operate(LineOutput out) throws InterruptedException {
        switch (operation) {
            case STATUS -> members(send(false, path("")), out);
            case PARKED, SKIPPED ->
                send(false, path("/" + operation)).path(operation.toString()).forEach(each -> {
                    out.line(each.path("position").asString() + "  "
                            + each.path("key").asString() + "  "
                            + each.path("reason").asString());
                });
            case RETRY -> {
                require(!which.isEmpty(), "KEY: missing (expected: the key of parked events)");
                JsonNode answer = send(true, path("/retry?key=" + encoded(which)));
                out.line("taken in: " + answer.path("taken_in").asString());
            }
            case SKIP -> {
                require(!which.isEmpty(), "POSITION: missing (expected: the position of a parked event)");
                require(!reason.isBlank(), "--reason: missing (expected: why it is skipped)");
                send(true, path("/skip?position=" + encoded(which) + "&reason=" + encoded(reason)));
                out.line("skipped: " + which);
            }
            case REBUILD -> {
                out.line(line(send(true, path("/rebuild?compare=" + compare))));
                return follow(out);
            }
            case ROLLBACK -> {
                out.line(line(send(true, path("/rollback"))));
                return follow(out);
            }
            default -> out.line(line(send(true, path("/" + operation))));
        }
        return 0;
    }

    /** Until nothing is built any more; 1 if somebody must decide, or resume it. */
    private int follow(LineOutput out) throws InterruptedException {
        out.flush();
        while (isWaiting) {
            JsonNode status = send(false, path(""));
            out.line(line(status));
            out.flush();
            String phase = status.path("rebuild").path("phase").asString("");
            if (phase.isEmpty() || phase.equals("differs")) {
                return phase.isEmpty() ? 0 : 1;
            }
            if (status.path("state").asString().equals("paused")) {
                out.line("paused: it goes on when it is resumed");
                out.flush();
                return 1;
            }
            Thread.sleep(LOOK_AGAIN);
        }
        return 0;
    }

    private static String line(JsonNode status) {
        JsonNode rebuild = status.path("rebuild");
        JsonNode error = status.path("last_error");
        String building = rebuild.isObject()
                ? ", %s version %s: %s %%, %s/s, %s s left%s"
                        .formatted(
                                rebuild.path("phase").asString(),
                                rebuild.path("version").asString(),
                                rebuild.path("percent").asString(),
                                rebuild.path("positions_per_second").asString(),
                                rebuild.path("remaining_seconds").asString("?"),
                                difference(rebuild.path("difference").asString()))
                : "";
        return "%s: %s, version %s at %s, lag %s, parked %s%s%s"
                .formatted(
                        status.path("projection").asString(),
                        status.path("state").asString(),
                        status.path("version").asString(),
                        status.path("position").asString(),
                        status.path("lag").asString(),
                        status.path("parked").asString(),
                        building,
                        error.isString() ? ", error: " + error.asString() : "");
    }

    private static String difference(String text) {
        return text.isEmpty() ? "" : ", differs: " + text;
    }

    private static void members(JsonNode status, LineOutput out) {
        status.properties().forEach(member -> {
            String value = member.getValue().isValueNode()
                    ? member.getValue().asString("")
                    : member.getValue().toString();
            out.line(member.getKey() + ": " + value);
        });
    }

    private void require(boolean isThere, String otherwise) {
        if (!isThere) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private String path(String rest) {
        return "/" + encoded(name) + rest;
    }

    private JsonNode send(boolean isPost, String path) {
        HttpRequest.Builder request = address.request("/projections" + path).timeout(ANSWER_WAIT);
        if (isPost) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString("{}"));
        }
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != OK) {
                throw Answers.problem(address.toString(), answer.statusCode(), answer.body(), null);
            }
            return Answers.json(address.toString(), answer.body());
        } catch (IOException e) {
            throw new Unavailable(address + ": " + address.silence(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(address + ": interrupted", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
