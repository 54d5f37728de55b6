package dev.indelible.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands on a blob store; without one of them it shows which there are. */
@Command(
        name = "blobs",
        description = "Works on the blobs in which events have their large data.",
        footerHeading = "%nExamples:%n",
        footer = "  indelible blobs verify embedded:./data file:./blobs")
@SuppressWarnings("NullAway.Init") // picocli sets the field.
final class BlobsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
