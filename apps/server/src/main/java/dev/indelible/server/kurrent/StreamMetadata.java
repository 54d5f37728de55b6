package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's metadata says about reading it.
 *
 * @param truncateBefore first revision that is shown; {@link #HIDDEN}: the stream is deleted
 * @param countMax so many of the last events are shown
 * @param ageMaxS events older than so many seconds are not shown
 */
record StreamMetadata(long truncateBefore, long countMax, long ageMaxS) {
    /** The revision before which everything is hidden when a stream is deleted. */
    static final long HIDDEN = Long.MAX_VALUE;

    static final StreamMetadata NONE = new StreamMetadata(0, Long.MAX_VALUE, Long.MAX_VALUE);

    /** What holds for streams of metadata: their last event is shown. */
    static final StreamMetadata LATEST_ONLY = new StreamMetadata(0, 1, Long.MAX_VALUE);

    private static final String TRUNCATE_BEFORE = "$tb";

    /** What is no JSON object says nothing. */
    static StreamMetadata of(Payload data) {
        if (!data.isJson() || !(Json.parse("metadata", data.toBytes()) instanceof Map<?, ?> members)) {
            return NONE;
        }
        return new StreamMetadata(
                number(members.get(TRUNCATE_BEFORE), 0, 0),
                number(members.get("$maxCount"), 1, Long.MAX_VALUE),
                number(members.get("$maxAge"), 1, Long.MAX_VALUE));
    }

    private static long number(@Nullable Object value, long least, long otherwise) {
        if (value instanceof BigDecimal number
                && number.stripTrailingZeros().scale() <= 0
                && number.compareTo(BigDecimal.valueOf(least)) >= 0) {
            return number.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValueExact();
        }
        return otherwise;
    }

    /** The metadata with another first revision, everything else as it is. */
    static Payload truncated(@Nullable Payload data, long before) {
        Map<String, byte[]> members = new LinkedHashMap<>();
        if (data != null && data.isJson() && Json.parse("metadata", data.toBytes()) instanceof Map) {
            members.putAll(Json.members("metadata", data.toBytes()));
        }
        members.put(TRUNCATE_BEFORE, Long.toString(before).getBytes(UTF_8));
        StringBuilder json = new StringBuilder("{");
        members.forEach((name, value) -> {
            json.append(json.length() == 1 ? "" : ",");
            Json.quote(name, json);
            json.append(':').append(new String(value, UTF_8));
        });
        return Payload.json(json.append('}').toString());
    }

    boolean isDeleted() {
        return truncateBefore == HIDDEN;
    }

    /** The first revision that is shown of a stream whose last one is given. */
    long firstRevision(long last) {
        long byCount = countMax > last ? 0 : last - countMax + 1;
        return Math.max(truncateBefore, byCount);
    }
}
