package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBatchInterface;
import org.rocksdb.WriteBatchWithIndex;
import org.rocksdb.WriteOptions;

/**
 * Read models of keys and values in a directory, held by one process. A step is one write batch, which survives the end
 * of the process; a power cut may take the latest steps, each with its checkpoint, and they are done again. Steps are
 * done one after the other, so that work may read what it changes.
 */
public final class EmbeddedTarget implements ProjectionTarget<EmbeddedModel>, AutoCloseable {
    private static final byte NOTE = 'n';
    private static final byte MODEL = 'm';
    private static final byte PUBLISHED = 'p';
    private static final int NOTE_HEADER_BYTES = 2 * Long.BYTES;

    private final DirectoryLock holder;
    private final Options options =
            new Options().setCreateIfMissing(true).setCompressionType(CompressionType.NO_COMPRESSION);
    private final WriteOptions logged = new WriteOptions();
    private final RocksDB db;

    /** One step at a time. */
    private final ReentrantLock step = new ReentrantLock();

    /** Fair, as with virtual threads readers that never pause would keep out whoever closes. */
    private final ReentrantReadWriteLock open = new ReentrantReadWriteLock(true);

    private boolean closed;

    private EmbeddedTarget(Path directory, DirectoryLock holder) throws RocksDBException {
        this.holder = holder;
        IndexStore.loadLibrary(directory);
        this.db = RocksDB.open(options, directory.resolve("models").toString());
    }

    /**
     * Opens the read models in that directory, which is made if it is not there.
     *
     * @throws Unavailable if another process holds them, or the disk fails
     */
    public static EmbeddedTarget open(Path directory) {
        try {
            DirectoryLock holder = DirectoryLock.take(Files.createDirectories(directory));
            try {
                return new EmbeddedTarget(directory, holder);
            } catch (RocksDBException e) {
                holder.close();
                throw new Unavailable(directory + ": " + e.getMessage(), e);
            }
        } catch (IOException e) {
            throw new Unavailable(directory + ": " + e, e);
        }
    }

    /** The read model of that projection, as it is read now. */
    public EmbeddedReader reader(String projection) {
        return new EmbeddedReader(this, new Namespace(projection, 1).projection());
    }

    @Override
    public Optional<Note> note(String projection, String key) {
        return Optional.ofNullable(onDisk(() -> {
            byte[] value = db.get(noteKey(projection, key));
            return value == null ? null : note(key, value);
        }));
    }

    @Override
    public List<Note> notes(String projection, String prefix, String after) {
        List<Note> notes = new ArrayList<>();
        byte[] own = noteKey(projection, "");
        onDisk(() -> {
            try (RocksIterator rows = db.newIterator()) {
                for (rows.seek(noteKey(projection, prefix.compareTo(after) > 0 ? prefix : after));
                        rows.isValid()
                                && notes.size() < NOTES_MAX
                                && startsWith(rows.key(), noteKey(projection, prefix));
                        rows.next()) {
                    String key = new String(rows.key(), own.length, rows.key().length - own.length, UTF_8);
                    if (!key.equals(after)) {
                        notes.add(note(key, rows.value()));
                    }
                }
                rows.status();
            }
            return null;
        });
        return notes;
    }

    @Override
    public boolean change(Change change, Work<EmbeddedModel> work) throws Exception {
        step.lock();
        try {
            Namespace namespace = change.namespace();
            long revision = note(namespace.projection(), change.from().key())
                    .map(Note::revision)
                    .orElse(0L);
            if (revision != change.from().revision()) {
                return false;
            }
            switch (change.effect()) {
                case WORK, CREATE -> work(change, work);
                default -> {
                    try (WriteBatch batch = new WriteBatch()) {
                        write(batch, change);
                        commit(() -> db.write(logged, batch));
                    }
                }
            }
            return true;
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            step.unlock();
        }
    }

    private void work(Change change, Work<EmbeddedModel> work) throws Exception {
        try (WriteBatchWithIndex batch = new WriteBatchWithIndex(true)) {
            EmbeddedModel model = new EmbeddedModel(this, db, batch, prefix(change.namespace()));
            try {
                work.on(model);
            } finally {
                model.end();
            }
            write(batch, change);
            commit(() -> db.write(logged, batch));
        }
    }

    private static void write(WriteBatchInterface batch, Change change) throws RocksDBException {
        Namespace namespace = change.namespace();
        String projection = namespace.projection();
        for (Note note : change.also()) {
            batch.put(noteKey(projection, note.key()), value(note));
        }
        batch.put(noteKey(projection, change.to().key()), value(change.to()));
        for (String key : change.gone()) {
            batch.delete(noteKey(projection, key));
        }
        if (change.effect() == Effect.PUBLISH) {
            batch.put(publishedKey(projection), version(namespace.version()));
        } else if (change.effect() == Effect.DROP) {
            batch.deleteRange(prefix(namespace), prefix(new Namespace(projection, namespace.version() + 1)));
        }
    }

    private interface Write {
        void run() throws RocksDBException;
    }

    private void commit(Write write) {
        onDisk(() -> {
            write.run();
            return null;
        });
    }

    /** Where the keys of the version that is read begin; null before there is one. */
    byte @Nullable [] published(String projection) throws RocksDBException {
        byte[] version = db.get(publishedKey(projection));
        return version == null
                ? null
                : prefix(new Namespace(projection, ByteBuffer.wrap(version).getInt()));
    }

    RocksDB db() {
        return db;
    }

    /** What needs the files. */
    interface Reading<R> {
        @Nullable
        R run() throws RocksDBException;
    }

    <R> @Nullable R onDisk(Reading<R> reading) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new Unavailable("the read models are closed", null);
            }
            return reading.run();
        } catch (RocksDBException e) {
            throw failed(e);
        } finally {
            open.readLock().unlock();
        }
    }

    private static Unavailable failed(RocksDBException e) {
        return new Unavailable("read models: " + e.getMessage(), e);
    }

    /** After the step under way. */
    @Override
    public void close() {
        step.lock();
        open.writeLock().lock();
        try (holder;
                logged;
                options) {
            if (!closed) {
                closed = true;
                db.close();
            }
        } catch (IOException e) {
            throw new Unavailable("read models: " + e, e);
        } finally {
            open.writeLock().unlock();
            step.unlock();
        }
    }

    /** Names of projections have no zero in them. */
    private static byte[] key(byte kind, String projection, byte[] rest) {
        byte[] name = projection.getBytes(UTF_8);
        return ByteBuffer.allocate(2 + name.length + rest.length)
                .put(kind)
                .put(name)
                .put((byte) 0)
                .put(rest)
                .array();
    }

    private static byte[] noteKey(String projection, String key) {
        return key(NOTE, projection, key.getBytes(UTF_8));
    }

    private static byte[] publishedKey(String projection) {
        return key(PUBLISHED, projection, new byte[0]);
    }

    private static byte[] prefix(Namespace namespace) {
        return key(MODEL, namespace.projection(), version(namespace.version()));
    }

    private static byte[] version(int version) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(version).array();
    }

    private static byte[] value(Note note) {
        byte[] text = note.text().getBytes(UTF_8);
        return ByteBuffer.allocate(NOTE_HEADER_BYTES + text.length)
                .putLong(note.revision())
                .putLong(note.position().value())
                .put(text)
                .array();
    }

    private static Note note(String key, byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        long revision = in.getLong();
        Position position = Position.of(in.getLong());
        return new Note(key, revision, position, UTF_8.decode(in).toString());
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
