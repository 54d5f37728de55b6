package dev.indelible.cli;

import dev.indelible.cli.Conversions.Count;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints events. */
@Command(
        name = "read",
        description = {
            "Prints the events of a stream, or those that the options ask for.",
            "Each is an envelope on a line of its own. A stream without events prints nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible read Order-1",
            "  indelible read --category Order --type OrderPlaced --limit 10",
            "  indelible read --tag customer:42 --backwards --limit 1 --from http://127.0.0.1:2113"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ReadCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "STREAM", description = "Only this stream.")
    private @Nullable StreamName stream;

    @Mixin
    private Selection selection = new Selection();

    @Option(names = "--after", paramLabel = "POSITION", description = "Only events after this global position.")
    private Position after = Position.START;

    @Option(names = "--from-version", paramLabel = "VERSION", description = "Only from this version of the stream on.")
    private Count fromVersion = new Count(0);

    @Option(names = "--limit", paramLabel = "EVENTS", description = "At most so many events.")
    private Count limit = Count.ALL;

    @Option(names = "--backwards", description = "The latest first.")
    private boolean backwards;

    @Option(
            names = "--from",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The store. By default: ${DEFAULT-VALUE}.")
    private String url;

    @Spec
    private CommandSpec spec;

    ReadCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (fromVersion.value() > 0 && stream == null) {
            throw new ParameterException(
                    spec.commandLine(), "--from-version: " + fromVersion + " without a stream (expected: STREAM)");
        }
        Range forward = Range.all().after(after).limit(limit.value());
        Range versions = fromVersion.value() > 0 ? forward.fromVersion(fromVersion.value()) : forward;
        Range range = backwards ? versions.fromTheEnd() : versions;
        try (Connection store = Connection.openExisting(url)) {
            store.read(selection.query(stream, spec), range, console.lines());
        }
        return 0;
    }
}
