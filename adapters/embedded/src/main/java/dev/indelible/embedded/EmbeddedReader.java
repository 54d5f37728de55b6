package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/**
 * What readers see of a read model: the version that was last published, as the last step left it. Each call sees one
 * state. Empty before there is a version. Keys are in the order of their UTF-8.
 */
public final class EmbeddedReader {
    private final EmbeddedTarget target;
    private final String projection;

    EmbeddedReader(EmbeddedTarget target, String projection) {
        this.target = target;
        this.projection = projection;
    }

    /** The value of a key. */
    public Optional<byte[]> get(String key) {
        return Optional.ofNullable(target.onDisk(() -> {
            byte[] prefix = target.published(projection);
            return prefix == null ? null : target.db().get(Entries.key(prefix, key));
        }));
    }

    /** The value of a key that is a text in UTF-8. */
    public Optional<String> text(String key) {
        return get(key).map(value -> new String(value, UTF_8));
    }

    /**
     * The entries whose keys begin so and come after a key ({@code ""}: from the first), in order.
     *
     * @param limit most entries, from 1 to 10,000
     */
    public SequencedMap<String, byte[]> scan(String keyPrefix, String after, int limit) {
        Entries.checked(limit);
        return Objects.requireNonNull(target.onDisk(() -> {
            byte[] prefix = target.published(projection);
            if (prefix == null) {
                return new LinkedHashMap<String, byte[]>();
            }
            Snapshot state = target.db().getSnapshot();
            try (ReadOptions options = new ReadOptions().setSnapshot(state);
                    RocksIterator rows = target.db().newIterator(options)) {
                return Entries.scan(rows, prefix, keyPrefix, after, limit);
            } finally {
                target.db().releaseSnapshot(state);
            }
        }));
    }
}
