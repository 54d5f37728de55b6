package dev.indelible.cli;

import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints events as they are recorded. */
@Command(
        name = "tail",
        description = {
            "Prints events as they are recorded.",
            "Each is an envelope on a line of its own. It goes on until it is interrupted. A connection to a",
            "server that breaks is made again, and nothing is left out."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible tail --from http://127.0.0.1:2113",
            "  indelible tail --category Order --type OrderPlaced --from http://127.0.0.1:2113",
            "  indelible tail Order-1 --after 0 --from http://127.0.0.1:2113"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class TailCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "STREAM", description = "Only this stream.")
    private @Nullable StreamName stream;

    @Mixin
    private Selection selection = new Selection();

    @Option(
            names = "--after",
            paramLabel = "POSITION",
            description = "Begins with the events after this global position. By default: only new ones.")
    private @Nullable Position after;

    @Option(
            names = "--from",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The store. By default: ${DEFAULT-VALUE}.")
    private String url;

    @Spec
    private CommandSpec spec;

    TailCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Connection store = Connection.openExisting(url)) {
            store.tail(selection.query(stream, spec), Optional.ofNullable(after), console.lines());
        }
        return 0;
    }
}
