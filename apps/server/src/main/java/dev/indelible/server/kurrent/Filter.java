package dev.indelible.server.kurrent;

import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq.FilterOptions;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which events of the whole store a client asks for.
 *
 * @param query where they are
 * @param test whether an event there is one of them
 * @param checkpointEvery a subscription tells its position each time it has looked at so many events
 */
record Filter(EventQuery query, Predicate<RecordedEvent> test, long checkpointEvery) {
    static final Filter NONE = new Filter(EventQuery.all(), event -> true, Long.MAX_VALUE);

    private static final int WINDOW = 32;

    /** What the names of the server's indexes begin with, which are asked for as if they were streams. */
    private static final String INDEX = "$idx-";

    private static final String INDEX_OF_CATEGORY = "$idx-ce-";
    private static final String INDEX_OF_TYPE = "$idx-et-";

    static Filter of(FilterOptions options) {
        if (options.getCheckpointIntervalMultiplier() == 0) {
            throw Refusals.badRequest("checkpoint interval multiplier: 0 (expected: 1 or more)");
        }
        long window = options.hasMax() && options.getMax() != 0 ? Integer.toUnsignedLong(options.getMax()) : WINDOW;
        long every = window * Integer.toUnsignedLong(options.getCheckpointIntervalMultiplier());
        String name = onlyName(options.getStreamIdentifier());
        if (name.startsWith(INDEX)) {
            return new Filter(index(name), event -> !event.stream().isSystem(), every);
        }
        return new Filter(
                EventQuery.all(),
                switch (options.getFilterCase()) {
                    case STREAM_IDENTIFIER -> test(options.getStreamIdentifier(), Filter::streamOf);
                    case EVENT_TYPE -> test(options.getEventType(), RecordedEvent::type);
                    case FILTER_NOT_SET -> throw Refusals.badRequest("filter: neither of streams nor of event types");
                },
                every);
    }

    /** The Java client sends a single prefix as a regular expression. One that begins with $ takes nothing as such. */
    private static String onlyName(FilterOptions.Expression streams) {
        return streams.getPrefixCount() == 1 ? streams.getPrefix(0) : streams.getRegex();
    }

    private static EventQuery index(String name) {
        if (name.startsWith(INDEX_OF_CATEGORY) && name.length() > INDEX_OF_CATEGORY.length()) {
            return EventQuery.category(name.substring(INDEX_OF_CATEGORY.length()));
        } else if (name.startsWith(INDEX_OF_TYPE) && name.length() > INDEX_OF_TYPE.length()) {
            return EventQuery.types(name.substring(INDEX_OF_TYPE.length()));
        } else if (name.equals(INDEX + "all")) {
            return EventQuery.all();
        }
        throw Refusals.indexNotFound(name);
    }

    private static String streamOf(RecordedEvent event) {
        String stream = event.stream().value();
        return StreamState.isTombstone(event) ? StreamState.ownerOf(stream) : stream;
    }

    private static Predicate<RecordedEvent> test(
            FilterOptions.Expression expression, Function<RecordedEvent, String> name) {
        if (!expression.getRegex().isEmpty()) {
            try {
                Predicate<String> matches =
                        Pattern.compile(expression.getRegex()).asPredicate();
                return event -> matches.test(name.apply(event));
            } catch (PatternSyntaxException e) {
                throw Refusals.badRequest("filter: " + e.getMessage());
            }
        }
        List<String> prefixes = List.copyOf(expression.getPrefixList());
        if (prefixes.isEmpty()) {
            throw Refusals.badRequest("filter: empty (expected: a regular expression, or prefixes)");
        }
        return event -> {
            String text = name.apply(event);
            for (String prefix : prefixes) {
                if (text.startsWith(prefix)) {
                    return true;
                }
            }
            return false;
        };
    }
}
