package dev.indelible.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code indelible}. */
@Command(
        name = "indelible",
        description = "An event store: serves it, and works on it.",
        versionProvider = Main.Version.class,
        footerHeading = "%nA store is a journal URL (embedded:./data) or the address of a server"
                + " (http://127.0.0.1:2113).%n%nExamples:%n",
        footer = {
            "  indelible serve --journal embedded:./data",
            "  indelible append Order-1 OrderPlaced --data '{\"total\":42}' --to http://127.0.0.1:2113",
            "  indelible tail --category Order --from http://127.0.0.1:2113",
            "  indelible COMMAND --help"
        })
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets the fields, and reads two of them.
public final class Main implements Runnable {
    /** The store of commands that are not told one. */
    static final String DEFAULT_STORE = "embedded:./data";

    private static final int USAGE_WIDTH = 100;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this text.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Shows the version.")
    private boolean version;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Shows where in the code an error comes from.")
    private boolean stacktrace;

    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Runs a command and ends the process: 0 if it went well, 1 if not, 2 if it was not understood. */
    public static void main(String[] arguments) {
        System.exit(run(Console.ofProcess(), arguments));
    }

    /** Runs a command on other streams; returns the exit code. */
    static int run(Console console, String... arguments) {
        Main main = new Main();
        PrintWriter out = new PrintWriter(console.out(), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(console.err(), true, StandardCharsets.UTF_8);
        OneLineErrors errors = new OneLineErrors(console.err(), () -> main.stacktrace);
        CommandLine commands = new CommandLine(main)
                .addSubcommand(new ServeCommand(console))
                .addSubcommand(new ImportCommand(console))
                .addSubcommand(new ExportCommand(console))
                .addSubcommand(new CopyCommand(console))
                .addSubcommand(new AppendCommand(console))
                .addSubcommand(new ReadCommand(console))
                .addSubcommand(new TailCommand(console))
                .addSubcommand(new DescribeCommand(console))
                .addSubcommand(new ProjectionsCommand(console))
                .addSubcommand(new UsersCommand(console))
                .addSubcommand(
                        new CommandLine(new SchemaCommand(console)).addSubcommand(new SchemaCheckCommand(console)))
                .addSubcommand(new CommandLine(new BlobsCommand()).addSubcommand(new BlobsVerifyCommand(console)));
        Conversions.register(commands);
        commands.setUsageHelpWidth(USAGE_WIDTH)
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors);
        try {
            return commands.execute(arguments);
        } catch (Error e) {
            return errors.handleError(e);
        }
    }

    /** Without a command: shows what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The version of the project, written into a file by the build. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            try (InputStream in = Main.class.getResourceAsStream("version.txt")) {
                String version = in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
                return new String[] {"indelible " + version, "Java ${java.version} (${java.vendor})"};
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
