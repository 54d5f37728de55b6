package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import dev.indelible.server.kurrent.persistent.ConsumerStrategy;
import dev.indelible.server.kurrent.persistent.GroupSettings;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq.FilterOptions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a group was made with. It is kept as JSON.
 *
 * @param key which group
 * @param settings how it works
 * @param resolvesLinks whether links are sent together with what they lead to
 * @param extraStatistics kept and told, and of no effect
 * @param start first place that was asked for; {@link #END}
 * @param after first of all events, everything up to this place is not for the group
 * @param filter which events of everything, or null for all of them
 */
record GroupConfig(
        GroupKey key,
        GroupSettings settings,
        boolean resolvesLinks,
        boolean extraStatistics,
        long start,
        long after,
        @Nullable FilterOptions filter) {
    /** The end of the source, as it was when the group was made. */
    static final long END = -1;

    GroupConfig filteredLike(GroupConfig other) {
        return new GroupConfig(key, settings, resolvesLinks, extraStatistics, start, after, other.filter);
    }

    Payload toJson() {
        JsonObject json = new JsonObject()
                .text("stream", key.source())
                .text("group", key.group())
                .number("message_timeout_ms", settings.messageTimeoutMs())
                .number("max_retry_count", settings.maxRetryCount())
                .number("checkpoint_after_ms", settings.checkpointAfterMs())
                .number("min_checkpoint_count", settings.minCheckpointCount())
                .number("max_checkpoint_count", settings.maxCheckpointCount())
                .number("max_subscriber_count", settings.maxSubscriberCount())
                .number("live_buffer_size", settings.liveBufferSize())
                .number("read_batch_size", settings.readBatchSize())
                .number("history_buffer_size", settings.historyBufferSize())
                .text("strategy", settings.strategy().text())
                .number("resolve_links", resolvesLinks ? 1 : 0)
                .number("extra_statistics", extraStatistics ? 1 : 0)
                .number("start", start)
                .number("after", after);
        if (filter != null) {
            boolean ofTypes = filter.hasEventType();
            FilterOptions.Expression expression = ofTypes ? filter.getEventType() : filter.getStreamIdentifier();
            json.text("filter_of", ofTypes ? "type" : "stream")
                    .text("regex", expression.getRegex())
                    .texts("prefixes", expression.getPrefixList());
        }
        return json.toPayload();
    }

    /** The group that JSON describes; throws {@link IllegalArgumentException} if it describes none. */
    static GroupConfig of(Payload data) {
        Map<?, ?> json = members(data);
        GroupSettings settings = new GroupSettings(
                number(json, "message_timeout_ms"),
                count(json, "max_retry_count"),
                number(json, "checkpoint_after_ms"),
                count(json, "min_checkpoint_count"),
                count(json, "max_checkpoint_count"),
                count(json, "max_subscriber_count"),
                count(json, "live_buffer_size"),
                count(json, "read_batch_size"),
                count(json, "history_buffer_size"),
                ConsumerStrategy.of(text(json, "strategy")).orElseThrow(() -> fault("strategy")));
        return new GroupConfig(
                key(data),
                settings,
                number(json, "resolve_links") == 1,
                number(json, "extra_statistics") == 1,
                number(json, "start"),
                number(json, "after"),
                json.containsKey("filter_of") ? filter(json) : null);
    }

    /** The group that JSON names. */
    static GroupKey key(Payload data) {
        Map<?, ?> json = members(data);
        return new GroupKey(text(json, "stream"), text(json, "group"));
    }

    private static FilterOptions filter(Map<?, ?> json) {
        FilterOptions.Expression.Builder expression =
                FilterOptions.Expression.newBuilder().setRegex(text(json, "regex"));
        if (json.get("prefixes") instanceof List<?> prefixes) {
            prefixes.forEach(prefix -> expression.addPrefix(String.valueOf(prefix)));
        }
        FilterOptions.Builder filter = FilterOptions.newBuilder().setCheckpointIntervalMultiplier(1);
        return text(json, "filter_of").equals("type")
                ? filter.setEventType(expression).build()
                : filter.setStreamIdentifier(expression).build();
    }

    private static Map<?, ?> members(Payload data) {
        if (data.isJson() && Json.parse("group", data.text().getBytes(UTF_8)) instanceof Map<?, ?> members) {
            return members;
        }
        throw fault("data");
    }

    private static String text(Map<?, ?> json, String name) {
        if (json.get(name) instanceof String text) {
            return text;
        }
        throw fault(name);
    }

    private static long number(Map<?, ?> json, String name) {
        if (json.get(name) instanceof BigDecimal number) {
            return number.longValue();
        }
        throw fault(name);
    }

    private static int count(Map<?, ?> json, String name) {
        return (int) number(json, name);
    }

    private static IllegalArgumentException fault(String name) {
        return new IllegalArgumentException("group: " + name + " is missing or of another form");
    }
}
