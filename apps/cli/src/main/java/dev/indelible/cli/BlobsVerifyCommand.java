package dev.indelible.cli;

import dev.indelible.blob.BlobStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Range;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks that the blobs to which events refer are there and whole. */
@Command(
        name = "verify",
        description = {
            "Checks that every blob to which an event refers is there and whole.",
            "Reads all events as of now, and each of their blobs. Prints a line for each reference to a blob that",
            "is missing or damaged, and at the end how many there are."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible blobs verify embedded:./data file:./blobs",
            "  indelible blobs verify http://127.0.0.1:2113 's3://bucket/orders?region=eu-central-1'"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BlobsVerifyCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "URL", description = "The store: a journal URL, or a server's address.")
    private String url;

    @Parameters(index = "1", paramLabel = "BLOBS", description = "The URL of the blob store.")
    private String blobsUrl;

    @Option(
            names = "--progress",
            description = "Says every second how far it is, also if standard error is no terminal.")
    private boolean progress;

    BlobsVerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        LineOutput out = console.lines();
        try (Connection store = Connection.openExisting(url);
                BlobStore blobs = BlobStore.open(blobsUrl)) {
            BlobCheck check = new BlobCheck(blobs, out);
            CountDownLatch over = new CountDownLatch(1);
            Thread teller = Thread.ofVirtual().name("indelible-progress").start(() -> tell(check, over));
            try {
                store.read(EventQuery.all(), Range.all(), check::event);
            } finally {
                over.countDown();
                teller.join();
            }
            out.line(check.toString());
            out.flush();
            if (check.events() == 0) {
                console.err().println("indelible: " + url + " holds no events (expected: the store that was meant)");
                return ExitCode.SOFTWARE;
            }
            return check.faults() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void tell(BlobCheck check, CountDownLatch over) {
        if (!progress && !console.errIsTerminal()) {
            return;
        }
        try {
            while (!over.await(1, TimeUnit.SECONDS)) {
                console.err().println(check);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
