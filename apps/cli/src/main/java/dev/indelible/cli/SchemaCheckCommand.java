package dev.indelible.cli;

import dev.indelible.schema.EventSchemas;
import dev.indelible.schema.SchemaReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks that an application's codec still reads all that was ever recorded. */
@Command(
        name = "check",
        description = {
            "Checks that a codec still reads every event type and schema version that there was.",
            "A file holds each, with its fields and a sample. Prints the faults, one a line; exit code 1 if",
            "there are any."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible schema check events.json --class-path 'shop.jar:lib/*' --codec com.shop.Orders.codec",
            "  indelible schema check events.json --class-path classes --codec com.shop.Orders.codec --update"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the parameters.
final class SchemaCheckCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The file, which is kept under version control.")
    private Path file;

    @Option(
            names = "--class-path",
            paramLabel = "PATH",
            required = true,
            description = "Where the application's classes are: directories and jars, separated as for java."
                    + " DIRECTORY/* stands for all jars in it.")
    private String classPath;

    @Option(
            names = "--codec",
            paramLabel = "CLASS.METHOD",
            required = true,
            description = "A static method without arguments that returns the codec. A class in another is named"
                    + " Outer$$Inner.")
    private String codec;

    @Option(
            names = "--update",
            description = "Writes what is new and does no harm into the file. Without it nothing is written.")
    private boolean update;

    SchemaCheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (!update && !Files.exists(file)) {
            throw new IllegalArgumentException(file + ": no such file (--update writes it)");
        }
        try (ApplicationClasses classes = ApplicationClasses.on(classPath)) {
            EventSchemas<?> schemas = EventSchemas.of(classes.codec(codec));
            SchemaReport report = update ? schemas.update(file) : schemas.check(file);
            print(report);
            return report.passes() ? 0 : 1;
        }
    }

    private void print(SchemaReport report) {
        LineOutput out = console.lines();
        report.faults().forEach(fault -> out.line("fault: " + fault));
        report.additions().forEach(addition -> out.line("addition: " + addition));
        out.line(file + ": " + summary(report));
        out.flush();
    }

    private String summary(SchemaReport report) {
        int additions = report.additions().size();
        if (!report.passes()) {
            return "faults: " + report.faults().size() + (update ? ", nothing written" : "");
        } else if (additions == 0) {
            return "up to date";
        }
        return "additions: " + additions + (update ? ", written" : ", not written (--update writes them)");
    }
}
