package dev.indelible.cli;

import dev.indelible.event.EventQuery;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which events. */
final class Selection {
    @Option(
            names = "--category",
            paramLabel = "CATEGORY",
            description = "Only streams of this category: Order of Order-abc123.")
    private @Nullable String category;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Only events of this type; given several times: of one of them.")
    private List<String> types = new ArrayList<>();

    @Option(
            names = "--tag",
            paramLabel = "KEY:VALUE",
            description = "Only events with this tag; given several times: with all of them.")
    private List<Tag> tags = new ArrayList<>();

    /** The query with one alternative that the options and the stream ask for. */
    EventQuery query(@Nullable StreamName stream, CommandSpec command) {
        if (stream != null && category != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "--category: given beside the stream " + stream + " (expected: one of them)");
        }
        try {
            EventQuery.Item item = new EventQuery.Item(stream, category, Set.copyOf(types), Set.copyOf(tags));
            return new EventQuery(List.of(item));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), OneLineErrors.text(e), e);
        }
    }
}
