package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Records one event. */
@Command(
        name = "append",
        description = {
            "Records one event and prints where it is, as a line of JSON.",
            "Running it again with the same --id records nothing and prints the same."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible append Order-1 OrderPlaced --data '{\"total\":42}' --expected no_stream",
            "  indelible append Order-1 OrderPaid --tag customer:42 < payment.json",
            "  indelible append Order-1 OrderShipped --data '{}' --expected 2 --to http://127.0.0.1:2113"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the parameters.
final class AppendCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "STREAM", description = "Where to, for example Order-1.")
    private StreamName stream;

    @Parameters(index = "1", paramLabel = "TYPE", description = "What happened, for example OrderPlaced.")
    private String type;

    @Option(
            names = "--data",
            paramLabel = "JSON",
            description = "What happened exactly. Without it, the JSON is read from standard input.")
    private @Nullable String data;

    @Option(
            names = "--metadata",
            paramLabel = "JSON",
            description = "What is known around it: an object. By default: {}.")
    private String metadata = "{}";

    @Option(
            names = "--tag",
            paramLabel = "KEY:VALUE",
            description = "What it is about, for example customer:42. Can be given several times.")
    private List<Tag> tags = new ArrayList<>();

    @Option(
            names = "--expected",
            paramLabel = "VERSION",
            defaultValue = "any",
            description = "What must hold for the stream: any, no_stream, exists, or a number of events."
                    + " By default: ${DEFAULT-VALUE}.")
    private ExpectedVersion expected;

    @Option(
            names = "--id",
            paramLabel = "UUID",
            description = "The event's id, which is recorded once for ever. By default: a new one.")
    private @Nullable UUID id;

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The store. By default: ${DEFAULT-VALUE}.")
    private String url;

    AppendCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        UUID eventId = id == null ? NewEvent.timeOrderedId(Clock.systemUTC()) : id;
        NewEvent event = new NewEvent(eventId, type, 1, Payload.json(data()), Payload.json(metadata), tags);
        Appended appended;
        try (Connection store = Connection.open(url)) {
            appended = record(store, event);
        }
        LineOutput out = console.lines();
        out.line(answer(event, appended));
        out.flush();
        return 0;
    }

    private Appended record(Connection store, NewEvent event) {
        try {
            return store.append(stream, expected, event);
        } catch (Unavailable e) {
            throw new Unavailable(
                    e.getMessage() + " (it may be recorded: to be sure, repeat with --id " + event.id() + ")", e);
        }
    }

    private byte[] data() throws IOException {
        if (data != null) {
            return data.getBytes(UTF_8);
        }
        if (console.inIsTerminal()) {
            console.err().println("The event's data, as JSON; Ctrl-D ends it:");
        }
        return console.in().readAllBytes();
    }

    /** As the server answers, and the id, which may have been made here. */
    private static String answer(NewEvent event, Appended appended) {
        Appended.Part part = appended.parts().get(0);
        ObjectNode answer = new JsonMapper().createObjectNode();
        answer.put("event_id", event.id().toString());
        answer.put("stream", part.stream().value());
        answer.put("first_version", part.firstVersion());
        answer.put("last_version", part.lastVersion());
        answer.put("first_position", part.firstPosition().value());
        answer.put("last_position", part.lastPosition().value());
        answer.put("repeated", appended.repeated());
        return answer.toString();
    }
}
