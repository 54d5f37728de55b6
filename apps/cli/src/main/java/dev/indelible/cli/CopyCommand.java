package dev.indelible.cli;

import dev.indelible.EventStore;
import dev.indelible.event.Position;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves a store from one engine to another. */
@Command(
        name = "copy",
        description = {
            "Records the events of one store in another, of whatever engine.",
            "Ids, versions, tags, metadata and order stay the same; positions and times of recording are the other",
            "store's own. That one must be empty, or what an earlier copy of the same store left: then it goes on",
            "from there, also after a crash. At the end both are read and compared."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible copy embedded:./data postgresql://user@host/database",
            "  indelible copy postgresql://user@host/database dynamodb://orders"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class CopyCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "FROM", description = "The journal URL of the store that is copied.")
    private String from;

    @Parameters(index = "1", paramLabel = "TO", description = "The journal URL of the other store.")
    private String to;

    @Option(names = "--no-verify", negatable = false, description = "Does not read and compare both at the end.")
    private boolean unverified;

    @Option(
            names = "--progress",
            description = "Says every second how far it is, also if standard error is no terminal.")
    private boolean progress;

    CopyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        for (String url : new String[] {from, to}) {
            if (ServerAddress.isAddress(url)) {
                throw new IllegalArgumentException(ServerAddress.parse(url)
                        + ": a server (expected: a journal URL; for a server, export and import)");
            }
        }
        try (EventStore source = OpenedStore.openExistingStore(from);
                EventStore target = OpenedStore.openStore(to)) {
            Tally tally = new Tally(System::nanoTime);
            Copier copier = new Copier(source, target, tally);
            Position copied;
            Progress telling = Progress.start(console, tally, progress);
            try {
                copied = copier.copy();
            } finally {
                telling.finish();
            }
            if (!unverified) {
                console.err().println(copier.verify(copied) + " events are the same in both");
            }
        }
        return 0;
    }
}
