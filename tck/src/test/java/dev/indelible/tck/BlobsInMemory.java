package dev.indelible.tck;

import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Blobs in a map, which a test can damage. Its subclasses each break one promise. */
class BlobsInMemory implements BlobStore {
    /** What stands for the disk. */
    final Map<String, byte[]> kept;

    /** How often a blob was asked for. */
    final AtomicInteger gets = new AtomicInteger();

    volatile boolean closed;

    BlobsInMemory() {
        this(new ConcurrentHashMap<>());
    }

    BlobsInMemory(Map<String, byte[]> kept) {
        this.kept = kept;
    }

    @Override
    public String put(byte[] content) {
        String hash = BlobHash.of(content);
        kept.put(hash, content.clone());
        return hash;
    }

    @Override
    public byte[] get(String hash) {
        gets.incrementAndGet();
        byte[] content = kept.get(BlobHash.check(hash));
        if (content == null) {
            throw BlobHash.missing(hash, toString());
        }
        return BlobHash.verified(hash, content.clone(), toString());
    }

    @Override
    public boolean contains(String hash) {
        return kept.containsKey(BlobHash.check(hash));
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "memory";
    }
}
