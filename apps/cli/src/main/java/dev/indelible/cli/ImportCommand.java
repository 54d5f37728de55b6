package dev.indelible.cli;

import dev.indelible.cli.EventLines.BadLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Records the events of a file. */
@Command(
        name = "import",
        description = {
            "Records the events of a file.",
            "The file has an envelope a line, and may be compressed by gzip. Events keep their ids: importing",
            "again, also after a crash or from another file, records only what is not there yet.",
            "In each stream the order is that of the lines. Across streams an event can come up to 1,024 places",
            "(128 to a server) off its place in the file, because many are under way at once; --in-order keeps",
            "all of the order and takes longer."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible import events.ndjson.gz --to embedded:./data",
            "  indelible import - --to http://127.0.0.1:2113 < events.ndjson"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ImportCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The file, or - for standard input.")
    private String file;

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The store. By default: ${DEFAULT-VALUE}.")
    private String url;

    @Option(names = "--in-order", description = "One event after the other, in the order of the file.")
    private boolean inOrder;

    @Option(
            names = "--progress",
            description = "Says every second how far it is, also if standard error is no terminal.")
    private boolean progress;

    ImportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (EventLines lines = EventLines.of(input());
                Connection store = Connection.open(url)) {
            Tally tally = new Tally(System::nanoTime);
            Progress telling = Progress.start(console, tally, progress);
            try {
                new Importer(store, tally, inOrder ? 1 : store.appendsInFlight()).run(lines);
            } catch (BadLine e) {
                throw new ImportFailed(source() + ": " + e.getMessage() + imported(tally), e);
            } finally {
                telling.finish();
            }
        }
        return 0;
    }

    /** An import that did not come to its end, and how far it came. */
    private static final class ImportFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        ImportFailed(String message, BadLine cause) {
            super(message, cause);
        }
    }

    private InputStream input() throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return console.in();
        }
        if (Files.isDirectory(Path.of(file))) {
            throw new FileSystemException(file, null, "a directory (expected: a file)");
        }
        return Files.newInputStream(Path.of(file));
    }

    private String source() {
        return file.equals(STANDARD_INPUT) ? "stdin" : file;
    }

    private static String imported(Tally tally) {
        return " (" + tally.imported() + " events of this input are in the store and stay)";
    }
}
