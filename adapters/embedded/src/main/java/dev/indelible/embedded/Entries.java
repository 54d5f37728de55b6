package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Keys and values of one version of a read model, behind its prefix. */
final class Entries {
    /** Most entries of one answer. */
    static final int LIMIT_MAX = 10_000;

    private Entries() {}

    static byte[] key(byte[] prefix, String key) {
        byte[] text = key.getBytes(UTF_8);
        return ByteBuffer.allocate(prefix.length + text.length)
                .put(prefix)
                .put(text)
                .array();
    }

    static int checked(int limit) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: 1 to " + LIMIT_MAX + ")");
        }
        return limit;
    }

    static SequencedMap<String, byte[]> scan(RocksIterator rows, byte[] model, String prefix, String after, int limit)
            throws RocksDBException {
        SequencedMap<String, byte[]> found = new LinkedHashMap<>();
        byte[] within = key(model, prefix);
        byte[] behind = key(model, after);
        for (rows.seek(Arrays.compareUnsigned(within, behind) > 0 ? within : behind);
                rows.isValid() && found.size() < limit && EmbeddedTarget.startsWith(rows.key(), within);
                rows.next()) {
            String key = new String(rows.key(), model.length, rows.key().length - model.length, UTF_8);
            if (!key.equals(after) || after.isEmpty()) {
                found.put(key, rows.value());
            }
        }
        rows.status();
        return found;
    }
}
