package dev.indelible.cli;

import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what an engine makes on first use. */
@Command(
        name = "schema",
        description = {
            "Prints what an engine makes on first use, as a script or template.",
            "For whoever would rather run it than let the application make it.",
            "With the command check: whether recorded events can still be read."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible schema postgresql | psql orders",
            "  indelible schema 'postgresql:?schema=shop' > shop.sql",
            "  indelible schema dynamodb://orders > orders.yaml",
            "  indelible schema check events.json --class-path shop.jar --codec com.shop.Orders.codec"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the parameter.
final class SchemaCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    /** Not required by picocli, which would ask for it beside a command too. */
    @Parameters(paramLabel = "ENGINE", arity = "0..1", description = "The engine, or a journal URL for its options.")
    private @Nullable String engine;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (engine == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'ENGINE'");
        }
        JournalUrl url = JournalUrl.parse(engine.contains(":") ? engine : engine + ":");
        LineOutput out = console.lines();
        out.line(definitions(url).stripTrailing());
        out.flush();
        return 0;
    }

    private static String definitions(JournalUrl url) {
        Set<String> makers = new TreeSet<>();
        for (JournalProvider provider : ServiceLoader.load(JournalProvider.class)) {
            JournalUrl plain = JournalUrl.parse(provider.scheme() + ":");
            if (provider.definitions(plain).isEmpty()) {
                continue;
            } else if (provider.scheme().equals(url.scheme())) {
                return provider.definitions(url);
            }
            makers.add(provider.scheme());
        }
        throw new IllegalArgumentException(
                "engine: \"" + url.scheme() + "\" (expected: " + String.join(", ", makers) + ")");
    }
}
