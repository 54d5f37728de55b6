package dev.indelible.cli;

import dev.indelible.journal.Description;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says what there is to say about a store. */
@Command(
        name = "describe",
        description = "Shows a store's engine, place, sizes, capabilities and head, for people.",
        footerHeading = "%nExamples:%n",
        footer = {"  indelible describe embedded:./data", "  indelible describe http://127.0.0.1:2113"})
@SuppressWarnings("NullAway.Init") // picocli sets the parameter.
final class DescribeCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            arity = "0..1",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The store. By default: ${DEFAULT-VALUE}.")
    private String url;

    DescribeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        LineOutput out = console.lines();
        try (Connection store = Connection.openExisting(url)) {
            Description description = store.describe();
            out.line(text(description));
            parts(description, "", out);
        }
        out.flush();
        return 0;
    }

    private static void parts(Description node, String indent, LineOutput out) {
        for (int i = 0; i < node.parts().size(); i++) {
            boolean isLast = i == node.parts().size() - 1;
            Description part = node.parts().get(i);
            out.line(indent + (isLast ? "└─ " : "├─ ") + text(part));
            parts(part, indent + (isLast ? "   " : "│  "), out);
        }
    }

    private static String text(Description node) {
        return node.value().isEmpty() ? node.name() : node.name() + ": " + node.value();
    }
}
