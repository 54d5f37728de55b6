package dev.indelible.cli;

import dev.indelible.journal.JournalProvider;
import dev.indelible.journal.JournalUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what an engine makes on first use. */
@Command(
        name = "schema",
        description = {
            "Prints what an engine makes on first use (tables, functions), as a script.",
            "For whoever would rather run it than let the application make it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible schema postgresql | psql orders",
            "  indelible schema 'postgresql:?schema=shop' > shop.sql"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the parameter.
final class SchemaCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "ENGINE", description = "The engine, or a journal URL for its options.")
    private String engine;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        JournalUrl url = JournalUrl.parse(engine.contains(":") ? engine : engine + ":");
        LineOutput out = console.lines();
        out.line(definitions(url).stripTrailing());
        out.flush();
        return 0;
    }

    private static String definitions(JournalUrl url) {
        List<String> makers = new ArrayList<>();
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
