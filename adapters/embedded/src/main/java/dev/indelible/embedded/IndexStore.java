package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The index on disk, in RocksDB without its write-ahead log: what a crash takes from it is read from the log again.
 * Each tail arrives in one batch together with the checkpoint up to which the index is whole.
 *
 * <pre>
 * i id            → address of the frame                p position → address of the frame, every 256 events
 * v stream        → its last version                    m          → the checkpoint
 * s stream 0 version, c category 0 position, t type 0 position, g tag 0 position → {@link Chunk} that begins there
 * </pre>
 *
 * <p>Iterators live for one call only, so that a reader that is never closed holds nothing here.
 */
final class IndexStore implements AutoCloseable {
    static final byte ID = 'i';
    static final byte POSITION = 'p';
    static final byte VERSION = 'v';
    static final byte[] CHECKPOINT = {'m'};

    private static final long MEMTABLE_BYTES = 32L << 20;
    private static final long CACHE_BYTES = 64L << 20;
    private static final int BLOOM_BITS = 10;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final LRUCache cache;
    private final BloomFilter filter;
    private final Options options;
    private final WriteOptions unlogged;
    private final RocksDB db;
    private boolean closed;

    /**
     * Up to where the index is whole.
     *
     * @param position last position
     * @param frame address of the frame that holds it
     * @param latestIdTime the greatest {@link IdTable#timeOf} of all ids
     */
    record Checkpoint(long position, long frame, long latestIdTime) {
        byte[] toBytes() {
            return ByteBuffer.allocate(24)
                    .putLong(position)
                    .putLong(frame)
                    .putLong(latestIdTime)
                    .array();
        }
    }

    /** Opens or creates it; throws {@link RocksDBException} if what is there cannot be used. */
    IndexStore(Path directory) throws RocksDBException {
        loadLibrary(directory);
        cache = new LRUCache(CACHE_BYTES);
        filter = new BloomFilter(BLOOM_BITS);
        options = new Options()
                .setCreateIfMissing(true)
                .setWriteBufferSize(MEMTABLE_BYTES)
                .setMaxWriteBufferNumber(3)
                .setMaxBackgroundJobs(2)
                .setAvoidFlushDuringShutdown(true)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setKeepLogFileNum(2)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setFormatVersion(5));
        unlogged = new WriteOptions().setDisableWAL(true);
        try {
            db = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            closeOptions();
            throw e;
        }
    }

    @Nullable
    Checkpoint checkpoint() {
        byte[] value = get(CHECKPOINT);
        if (value == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(value);
        return new Checkpoint(in.getLong(), in.getLong(), in.getLong());
    }

    /** Address of the frame that recorded the id, or -1. */
    long addressOf(UUID id) {
        byte[] value = get(ByteBuffer.allocate(17)
                .put(ID)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array());
        return value == null ? -1 : ByteBuffer.wrap(value).getLong();
    }

    /** Last version of the stream, or 0. */
    long version(StreamName stream) {
        byte[] name = stream.value().getBytes(UTF_8);
        byte[] value =
                get(ByteBuffer.allocate(1 + name.length).put(VERSION).put(name).array());
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    void write(byte[] batch) {
        lock.readLock().lock();
        try (WriteBatch writes = new WriteBatch(batch)) {
            checkOpen();
            db.write(unlogged, writes);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    void flush() {
        lock.readLock().lock();
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            checkOpen();
            db.flush(waiting);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Postings under the prefix in growing order, some of them at least {@code from}; or none if there are none such.
     */
    Page forward(byte[] prefix, long from, int want) {
        return iterate(iterator -> {
            seekToChunkOf(iterator, prefix, from);
            Page page = Page.EMPTY;
            while (isUnder(iterator, prefix) && (page.size() < want || page.position(page.size() - 1) < from)) {
                if (page.size() == 0 || page.position(page.size() - 1) < from) {
                    page = new Page(want, 0);
                }
                Chunk.decode(iterator.value(), 0, Integer.MAX_VALUE, page);
                iterator.next();
            }
            return page.size() == 0 || page.position(page.size() - 1) < from ? Page.EMPTY : page;
        });
    }

    /** Postings under the prefix in growing order, the first of them at most {@code from}; or none. */
    Page backward(byte[] prefix, long from, int want) {
        return iterate(iterator -> {
            Deque<byte[]> chunks = new ArrayDeque<>();
            int count = 0;
            iterator.seekForPrev(Term.key(prefix, from));
            while (isUnder(iterator, prefix) && count < want) {
                byte[] value = iterator.value();
                count += (int) Chunk.varint(ByteBuffer.wrap(value));
                chunks.addFirst(value);
                iterator.prev();
            }
            Page page = new Page(count, 0);
            chunks.forEach(chunk -> Chunk.decode(chunk, 0, Integer.MAX_VALUE, page));
            return page;
        });
    }

    /** The stream's postings in the chunk that holds the version, or behind it; or none. */
    Page versions(byte[] prefix, long version) {
        return iterate(iterator -> {
            iterator.seekForPrev(Term.key(prefix, version));
            if (!isUnder(iterator, prefix)) {
                return Page.EMPTY;
            }
            Page page = chunkOfVersions(iterator, prefix);
            return version < page.firstVersion() + page.size() ? page : Page.EMPTY;
        });
    }

    /** The stream's first version behind the position, among versions 1 to {@code last}; {@code last + 1} if none. */
    long versionAfter(byte[] prefix, long position, long last) {
        return iterate(iterator -> {
            long low = 1;
            long high = last;
            while (low <= high) {
                long middle = (low + high) >>> 1;
                iterator.seekForPrev(Term.key(prefix, middle));
                Page page = chunkOfVersions(iterator, prefix);
                if (page.position(0) > position) {
                    high = page.firstVersion() - 1;
                } else if (page.position(page.size() - 1) > position) {
                    return page.firstVersion() + page.firstAtLeast(position + 1);
                } else {
                    low = page.firstVersion() + page.size();
                }
            }
            return low;
        });
    }

    /** Address of a frame at or not far before the position; 0 if none is noted. */
    long frameNear(long position) {
        return iterate(iterator -> {
            byte[] prefix = {POSITION};
            iterator.seekForPrev(Term.key(prefix, position));
            if (!isUnder(iterator, prefix)) {
                return 0L;
            }
            return ByteBuffer.wrap(iterator.value()).getLong();
        });
    }

    long property(String name) {
        lock.readLock().lock();
        try {
            checkOpen();
            return db.getLongProperty(name);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                db.close();
                closeOptions();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * RocksDB unpacks its library of some 60 MB into a temporary file that outlives a killed process. Unpacked here, it
     * can be deleted as soon as it is loaded.
     */
    static void loadLibrary(Path directory) {
        try {
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
            try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(directory, "librocksdbjni*")) {
                for (Path file : unpacked) {
                    Files.delete(file);
                }
            }
        } catch (IOException | UnsatisfiedLinkError e) {
            // Perhaps nothing may be executed from there: RocksDB's own way may do, or says why not.
            RocksDB.loadLibrary();
        }
    }

    private void closeOptions() {
        unlogged.close();
        options.close();
        filter.close();
        cache.close();
    }

    private static Page chunkOfVersions(RocksIterator iterator, byte[] prefix) {
        long firstVersion = ByteBuffer.wrap(iterator.key()).getLong(prefix.length);
        Page page = new Page(16, firstVersion);
        Chunk.decode(iterator.value(), 0, Integer.MAX_VALUE, page);
        return page;
    }

    private static void seekToChunkOf(RocksIterator iterator, byte[] prefix, long first) {
        iterator.seekForPrev(Term.key(prefix, first));
        if (!isUnder(iterator, prefix)) {
            iterator.seek(prefix);
        }
    }

    private static boolean isUnder(RocksIterator iterator, byte[] prefix) {
        if (!iterator.isValid()) {
            return false;
        }
        byte[] key = iterator.key();
        return key.length == prefix.length + Long.BYTES
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private interface Read<T> {
        T with(RocksIterator iterator);
    }

    private <T> T iterate(Read<T> read) {
        lock.readLock().lock();
        try {
            checkOpen();
            try (RocksIterator iterator = db.newIterator()) {
                T result = read.with(iterator);
                iterator.status();
                return result;
            }
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private byte @Nullable [] get(byte[] key) {
        lock.readLock().lock();
        try {
            checkOpen();
            return db.get(key);
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new Unavailable("the journal is closed", null);
        }
    }

    private static Corrupted failed(RocksDBException cause) {
        return new Corrupted(
                "the index cannot be used: " + cause.getMessage() + " (remedy: close the store, delete the directory"
                        + " 'index' in it, open it again; the index is built anew from the log)",
                cause);
    }
}
