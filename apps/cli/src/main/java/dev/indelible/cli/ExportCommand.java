package dev.indelible.cli;

import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints all events. */
@Command(
        name = "export",
        description = {
            "Prints all events in the order in which they were recorded, as of now.",
            "Each is an envelope on a line of its own. What is printed can be imported elsewhere."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible export | gzip > events.ndjson.gz",
            "  indelible export --category Order --after 19811 --from http://127.0.0.1:2113",
            "  indelible export --from embedded:./old | indelible import - --to embedded:./new"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ExportCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--from",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The store. By default: ${DEFAULT-VALUE}.")
    private String url;

    @Option(names = "--after", paramLabel = "POSITION", description = "Only events after this global position.")
    private Position after = Position.START;

    @Option(names = "--stream", paramLabel = "STREAM", description = "Only this stream.")
    private @Nullable StreamName stream;

    @Mixin
    private Selection selection = new Selection();

    @Spec
    private CommandSpec spec;

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Connection store = Connection.openExisting(url)) {
            store.read(selection.query(stream, spec), Range.all().after(after), console.lines());
        }
        return 0;
    }
}
