package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.decider.Snapshots;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * Snapshots in the directory {@code snapshots/} beside an embedded store, held by one process. They are not forced to
 * disk: a crash takes the latest ones, which costs time. If the whole directory cannot be used, it is begun anew.
 */
public final class EmbeddedSnapshots implements Snapshots, AutoCloseable {
    private static final byte JSON = 1;
    private static final byte BINARY = 2;
    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + 2 * Long.BYTES + 1;

    /** Fair: with virtual threads, readers that never pause would keep out whoever writes. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    private final DirectoryLock holder;
    private final Options options = options();
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final RocksDB db;
    private boolean closed;

    private EmbeddedSnapshots(Path directory, DirectoryLock holder) throws RocksDBException {
        this.holder = holder;
        IndexStore.loadLibrary(directory);
        this.db = RocksDB.open(options, directory.resolve("states").toString());
    }

    /**
     * Opens the snapshots of the store in that directory, or makes them there.
     *
     * @throws Unavailable if another process holds them, or the disk fails
     */
    public static EmbeddedSnapshots open(Path store) {
        Path directory = store.resolve("snapshots");
        try {
            DirectoryLock holder = DirectoryLock.take(Files.createDirectories(directory));
            try {
                return open(directory, holder);
            } catch (IOException | RuntimeException | Error e) {
                holder.close();
                throw e;
            }
        } catch (IOException e) {
            throw new Unavailable(directory + ": " + e, e);
        }
    }

    private static EmbeddedSnapshots open(Path directory, DirectoryLock holder) throws IOException {
        try {
            return new EmbeddedSnapshots(directory, holder);
        } catch (RocksDBException unusable) {
            EmbeddedJournal.deleteAll(directory.resolve("states"));
            try {
                return new EmbeddedSnapshots(directory, holder);
            } catch (RocksDBException e) {
                e.addSuppressed(unusable);
                throw new IOException("snapshots cannot be kept: " + e.getMessage(), e);
            }
        }
    }

    private static Options options() {
        return new Options().setCreateIfMissing(true).setCompressionType(CompressionType.NO_COMPRESSION);
    }

    @Override
    public Optional<Snapshot> latest(StreamName stream, int deciderVersion) {
        return Optional.ofNullable(onDisk(() -> {
            byte[] value = db.get(key(stream, deciderVersion));
            return value == null ? null : decode(stream, value);
        }));
    }

    @Override
    public void save(StreamName stream, int deciderVersion, Snapshot snapshot) {
        byte[] key = key(stream, deciderVersion);
        lock.writeLock().lock(); // look and put as one step
        try {
            onDisk(() -> {
                byte[] present = db.get(key);
                if (present == null || versionOf(present) < snapshot.version()) {
                    db.put(unlogged, key, encode(snapshot));
                }
                return null;
            });
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Leaves nothing of them in the files. */
    @Override
    public void delete(StreamName stream) {
        byte[] from = prefix(stream);
        byte[] to = from.clone();
        to[to.length - 1] = 1;
        lock.writeLock().lock();
        try (FlushOptions flush = new FlushOptions();
                CompactRangeOptions whole = new CompactRangeOptions()
                        .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)) {
            onDisk(() -> {
                db.deleteRange(unlogged, from, to);
                db.flush(flush);
                db.compactRange(null, from, to, whole);
                return null;
            });
        } finally {
            lock.writeLock().unlock();
        }
    }

    private interface Work<T> {
        @Nullable
        T run() throws RocksDBException;
    }

    private <T> @Nullable T onDisk(Work<T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new Unavailable("the snapshots are closed", null);
            }
            return work.run();
        } catch (RocksDBException e) {
            throw new Unavailable("snapshots: " + e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try (holder;
                unlogged;
                options;
                FlushOptions flush = new FlushOptions()) {
            if (!closed) {
                closed = true;
                db.flush(flush);
                db.close();
            }
        } catch (RocksDBException | IOException e) {
            throw new Unavailable("snapshots: " + e.getMessage(), e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** A stream's name has no control characters, so none begins with another one and a zero. */
    private static byte[] prefix(StreamName stream) {
        byte[] name = stream.value().getBytes(UTF_8);
        return Arrays.copyOf(name, name.length + 1);
    }

    private static byte[] key(StreamName stream, int deciderVersion) {
        byte[] prefix = prefix(stream);
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(deciderVersion)
                .array();
    }

    /** Checksum, version, event id, format, state. */
    private static byte[] encode(Snapshot snapshot) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + snapshot.state().size());
        out.putInt(0)
                .putLong(snapshot.version())
                .putLong(snapshot.eventId().getMostSignificantBits())
                .putLong(snapshot.eventId().getLeastSignificantBits())
                .put(snapshot.state().isJson() ? JSON : BINARY);
        snapshot.state().copyTo(out);
        return out.putInt(0, checksum(out.array())).array();
    }

    private static Snapshot decode(StreamName stream, byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        if (value.length < HEADER_BYTES || in.getInt() != checksum(value)) {
            throw new Unavailable("snapshot of " + stream + ": " + value.length + " damaged bytes", null);
        }
        long version = in.getLong();
        UUID eventId = new UUID(in.getLong(), in.getLong());
        Payload.Format format = in.get() == JSON ? Payload.Format.JSON : Payload.Format.BINARY;
        return new Snapshot(version, eventId, Payload.of(format, in));
    }

    private static long versionOf(byte[] value) {
        return value.length < HEADER_BYTES ? 0 : ByteBuffer.wrap(value).getLong(Integer.BYTES);
    }

    private static int checksum(byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(value, Integer.BYTES, value.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
