package dev.indelible.dynamodb;

import dev.indelible.event.Limits;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What can be chosen about a journal in DynamoDB.
 *
 * @param table the table that holds it, a store of its own; it may hold snapshots as well
 * @param limits how large things may be; what the service itself limits cannot be raised
 * @param patience how long a call that the service throttles, or that others keep from its turn, is tried again
 */
public record DynamoDbOptions(String table, Limits limits, Duration patience) {
    /**
     * 300 KiB data and 64 KiB metadata an event, so that the largest fits in an item of 400 KB; 32 tags; 90 events, 3
     * MiB and 48 streams an append, which is one transaction of 100 items and 4 MB. An append whose events bear many
     * different tags can reach the 100 items earlier, and is then refused with their number.
     */
    public static final Limits LIMITS = new Limits(300 << 10, 1 << 16, 32, 90, 3 << 20, 48, 16);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern TABLE = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");

    /** Checks name and limits; throws {@link IllegalArgumentException}. */
    public DynamoDbOptions {
        if (!TABLE.matcher(table).matches()) {
            throw new IllegalArgumentException(
                    "table: \"" + table + "\" (expected: 3 to 255 letters, digits, '_', '-' and '.')");
        }
        if (limits.dataBytesMax() > LIMITS.dataBytesMax()) {
            throw new IllegalArgumentException("data_bytes_max: " + limits.dataBytesMax() + " (limit: "
                    + LIMITS.dataBytesMax() + ", since an item of DynamoDB has at most 400 KB)");
        }
        atMost("metadata_bytes_max", limits.metadataBytesMax(), LIMITS.metadataBytesMax());
        atMost("tags_max", limits.tagsMax(), LIMITS.tagsMax());
        atMost("events_max", limits.eventsMax(), LIMITS.eventsMax());
        atMost("append_bytes_max", limits.appendBytesMax(), LIMITS.appendBytesMax());
        atMost("streams_max", limits.streamsMax(), LIMITS.streamsMax());
        atMost("guards_max", limits.guardsMax(), LIMITS.guardsMax());
    }

    private static void atMost(String what, int value, int limit) {
        if (value > limit) {
            throw new IllegalArgumentException(what + ": " + value + " (limit: " + limit + ")");
        }
    }

    /** That table, with {@link #LIMITS} and a patience of 30 s. */
    public static DynamoDbOptions of(String table) {
        return new DynamoDbOptions(table, LIMITS, PATIENCE);
    }

    /** The same with less data in an event; throws {@link IllegalArgumentException} if it is more. */
    public DynamoDbOptions withDataBytesMax(int bytes) {
        return new DynamoDbOptions(table, limits.withDataBytesMax(bytes), patience);
    }

    /** The same with that patience. */
    public DynamoDbOptions withPatience(Duration newPatience) {
        return new DynamoDbOptions(table, limits, newPatience);
    }
}
