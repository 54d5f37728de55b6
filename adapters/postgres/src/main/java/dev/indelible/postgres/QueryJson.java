package dev.indelible.postgres;

import dev.indelible.event.EventQuery;
import dev.indelible.event.Guard;
import dev.indelible.event.Json;
import dev.indelible.event.Tag;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Guards as the function {@code last_match} reads them. */
final class QueryJson {
    private QueryJson() {}

    /** {@code [{"query": […], "after": N}, …]}, or null if there are none. */
    static @Nullable String of(List<Guard> guards) {
        if (guards.isEmpty()) {
            return null;
        }
        StringBuilder json = new StringBuilder("[");
        for (Guard guard : guards) {
            json.append(json.length() == 1 ? "" : ",").append("{\"query\":[");
            String separator = "";
            for (EventQuery.Item item : guard.query().items()) {
                json.append(separator);
                item(item, json);
                separator = ",";
            }
            json.append("],\"after\":").append(guard.after().value()).append('}');
        }
        return json.append(']').toString();
    }

    private static void item(EventQuery.Item item, StringBuilder json) {
        int start = json.length();
        json.append('{');
        if (item.stream() != null) {
            Json.quote(item.stream().value(), json.append("\"stream\":"));
        }
        if (item.category() != null) {
            Json.quote(item.category(), separated(start, json).append("\"category\":"));
        }
        if (!item.types().isEmpty()) {
            list(item.types(), separated(start, json).append("\"types\":"));
        }
        if (!item.tags().isEmpty()) {
            list(
                    item.tags().stream().map(Tag::text).toList(),
                    separated(start, json).append("\"tags\":"));
        }
        json.append('}');
    }

    private static StringBuilder separated(int start, StringBuilder json) {
        return json.length() == start + 1 ? json : json.append(',');
    }

    private static void list(Collection<String> texts, StringBuilder json) {
        String separator = "[";
        for (String text : texts) {
            Json.quote(text, json.append(separator));
            separator = ",";
        }
        json.append(']');
    }
}
