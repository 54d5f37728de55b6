package dev.indelible.dynamodb;

import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where things are in the table. */
final class Keys {
    static final String PK = "PK";
    static final String SK = "SK";
    static final String LOG = "GSI1";
    static final String LOG_PK = "GSI1PK";
    static final String LOG_SK = "GSI1SK";

    /** Positions in one partition of the index. */
    static final long BUCKET = 10_000;

    /** The item whose condition makes commits one sequence. */
    static final Map<String, AttributeValue> HEAD = key("HEAD", "HEAD");

    private Keys() {}

    static Map<String, AttributeValue> key(String pk, String sk) {
        return Map.of(PK, Item.of(pk), SK, Item.of(sk));
    }

    static Map<String, AttributeValue> id(UUID eventId) {
        return key("EVENT#" + eventId, "ID");
    }

    static String bucket(long position) {
        return "LOG#%012d".formatted((position - 1) / BUCKET);
    }

    /** The last position in the same bucket. */
    static long bucketEnd(long position) {
        return ((position - 1) / BUCKET + 1) * BUCKET;
    }

    /**
     * A partition whose items are numbered without holes, so that nobody needs an item to say where it ends: it ends at
     * n if the next one is not there. Of a stream the numbers are versions, and an item bears that of its first event;
     * of a tag they count its items.
     *
     * @param pk the partition
     * @param prefix what stands before the number
     */
    record Chain(String pk, String prefix) {
        static Chain of(StreamName stream) {
            return new Chain("STREAM#" + stream, "VERSION#");
        }

        static Chain of(Tag tag) {
            return new Chain("TAG#" + tag, "ENTRY#");
        }

        boolean isStream() {
            return pk.startsWith("STREAM#");
        }

        String sk(long number) {
            return "%s%020d".formatted(prefix, number);
        }

        Map<String, AttributeValue> key(long number) {
            return Keys.key(pk, sk(number));
        }

        /** The number at which the item ends. */
        long end(Map<String, AttributeValue> item) {
            return isStream()
                    ? Item.number(item, Slice.LAST_VERSION)
                    : Long.parseLong(Item.text(item, SK).substring(prefix.length()));
        }
    }
}
