package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatchWithIndex;

/**
 * The keys and values of one version of a read model, for the work of one step, which sees what it has written. For one
 * thread, while it works. Keys are in the order of their UTF-8.
 */
public final class EmbeddedModel {
    private final EmbeddedTarget target;
    private final RocksDB db;
    private final WriteBatchWithIndex batch;
    private final byte[] prefix;
    private boolean isOver;

    EmbeddedModel(EmbeddedTarget target, RocksDB db, WriteBatchWithIndex batch, byte[] prefix) {
        this.target = target;
        this.db = db;
        this.batch = batch;
        this.prefix = prefix;
    }

    /** Sets the value of a key. */
    public void put(String key, byte[] value) {
        at(key, full -> {
            batch.put(full, value);
            return null;
        });
    }

    /** Sets the value of a key to a text, in UTF-8. */
    public void put(String key, String value) {
        put(key, value.getBytes(UTF_8));
    }

    /** Removes a key, if it is there. */
    public void delete(String key) {
        at(key, full -> {
            batch.delete(full);
            return null;
        });
    }

    /** The value of a key. */
    public Optional<byte[]> get(String key) {
        return at(key, full -> {
            try (ReadOptions options = new ReadOptions()) {
                return batch.getFromBatchAndDB(db, options, full);
            }
        });
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
        return at("", full -> {
                    try (RocksIterator rows = batch.newIteratorWithBase(db.newIterator())) {
                        return Entries.scan(rows, prefix, keyPrefix, after, limit);
                    }
                })
                .orElseThrow();
    }

    void end() {
        isOver = true;
    }

    private interface Use<R> {
        @Nullable
        R of(byte[] key) throws RocksDBException;
    }

    private <R> Optional<R> at(String key, Use<R> use) {
        if (isOver) {
            throw new IllegalStateException("the step is over (expected: use the model in its work only)");
        }
        return Optional.ofNullable(target.onDisk(() -> use.of(Entries.key(prefix, key))));
    }
}
