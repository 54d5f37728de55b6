package dev.indelible.embedded;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/**
 * A journal in a directory of this machine, held by one process: every promise, durable by {@code fdatasync}.
 *
 * <p>In the directory: {@code log/}, the truth; {@code index/}, built anew from it if it is missing or unusable; {@code
 * store.properties}, needed to read the log; {@code lock}; and {@code snapshots/}, if {@link EmbeddedSnapshots} are
 * kept.
 */
public final class EmbeddedJournal implements Journal {
    /** Length of a segment file, unless said otherwise. */
    public static final int SEGMENT_BYTES = 64 << 20;

    private final Path directory;
    private final Limits limits;
    private final DirectoryLock lock;
    private final Log log;
    private final Index index;
    private final Committer committer;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedJournal(Path directory, Limits limits, DirectoryLock lock, Log log, Index index, Committer end) {
        this.directory = directory;
        this.limits = limits;
        this.lock = lock;
        this.log = log;
        this.index = index;
        this.committer = end;
    }

    /**
     * Opens the store in the directory, or makes one there.
     *
     * @throws Unavailable if another process holds it, or the disk fails
     * @throws dev.indelible.EventStoreException.Corrupted if what was acknowledged is damaged; names file and offset
     */
    public static EmbeddedJournal open(Path directory) {
        return open(directory, Limits.DEFAULT);
    }

    /** Opens the store with other limits. */
    public static EmbeddedJournal open(Path directory, Limits limits) {
        return open(directory, limits, SEGMENT_BYTES, LocalDisk::new);
    }

    /** Makes the disk of a log's directory. */
    interface DiskOf {
        Disk at(Path directory) throws IOException;
    }

    static EmbeddedJournal open(Path directory, Limits limits, int segmentBytes, DiskOf diskOf) {
        if (directory.toString().codePoints().anyMatch(Character::isSupplementaryCodePoint)) {
            throw new IllegalArgumentException(
                    "directory: " + directory + " (expected: no character beyond U+FFFF, which RocksDB cannot open)");
        }
        try {
            Files.createDirectories(directory);
            DirectoryLock lock = DirectoryLock.take(directory);
            try {
                StoreFile file = StoreFile.of(directory, segmentBytes, new SecureRandom());
                Log log = new Log(diskOf.at(directory.resolve("log")), file.segmentBytes(), file.salt());
                return open(directory, limits, lock, log);
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException | InternalError e) {
            // The JVM tells of a mapped file that cannot be read (a full or broken disk) by an InternalError.
            throw new Unavailable(directory + ": " + e, e);
        }
    }

    private static EmbeddedJournal open(Path directory, Limits limits, DirectoryLock lock, Log log) throws IOException {
        IndexStore store = openIndex(directory.resolve("index"));
        IndexStore.Checkpoint checkpoint = store.checkpoint();
        Index index = new Index(store, checkpoint);
        try {
            Recovery.State start = Recovery.run(log, index, checkpoint);
            Committer committer = new Committer(log, index, Clock.systemUTC(), start);
            return new EmbeddedJournal(directory, limits, lock, log, index, committer);
        } catch (IOException | RuntimeException | Error e) {
            index.close();
            log.close();
            throw e;
        }
    }

    private static IndexStore openIndex(Path path) throws IOException {
        try {
            return new IndexStore(Files.createDirectories(path));
        } catch (RocksDBException unusable) {
            deleteAll(path);
            try {
                return new IndexStore(Files.createDirectories(path));
            } catch (RocksDBException e) {
                e.addSuppressed(unusable);
                throw new IOException("the index cannot be made: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Outcome append(Append append) {
        return committer.append(append);
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        return new LogCursor(query, range, log, index, committer.head());
    }

    @Override
    public Position head() {
        return Position.of(committer.head());
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        return committer.await(after.value(), timeout);
    }

    @Override
    public Description describe() {
        Description logPart = Description.of("log", megabytes(log.bytesOnDisk()) + " reserved")
                .with("segments", log.segmentCount() + " of " + megabytes(log.segmentBytes()))
                .with("end", log.end());
        Description indexPart = Description.of("index", megabytes(index.storeBytes()))
                .with("events not in it yet", index.lag() + " (in memory)");
        Throwable failure = committer.failure() == null ? index.failure() : committer.failure();
        return Description.of("embedded", directory.toAbsolutePath().normalize())
                .with("state", failure == null ? "appending" : "read only until opened again: " + failure)
                .with("events", committer.head())
                .with(logPart)
                .with(indexPart);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (lock;
                log;
                index) {
            committer.close();
        } catch (IOException e) {
            throw new Unavailable(directory + ": " + e, e);
        }
    }

    static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        }
    }

    private static String megabytes(long bytes) {
        return "%.1f MB".formatted(bytes / 1e6);
    }
}
