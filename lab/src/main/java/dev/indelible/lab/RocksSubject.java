package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as a store: four puts an event (event, stream, id, tag), its own log forced at each write. It groups commits.
 */
final class RocksSubject implements Subject {
    private final Options options = new Options().setCreateIfMissing(true);
    private final WriteOptions forced = new WriteOptions().setSync(true);
    private final RocksDB db;
    private final AtomicLong position = new AtomicLong();

    RocksSubject(Path directory) throws RocksDBException {
        db = RocksDB.open(options, directory.toString());
    }

    @Override
    public String name() {
        return "rocksdb";
    }

    @Override
    public void append(String stream, NewEvent[] events) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (NewEvent event : events) {
                long at = position.incrementAndGet();
                byte[] place = ByteBuffer.allocate(8).putLong(at).array();
                ByteBuffer value = ByteBuffer.allocate(
                        event.data().size() + event.metadata().size());
                event.data().copyTo(value);
                event.metadata().copyTo(value);
                byte[] bytes = new byte[value.flip().remaining()];
                value.get(bytes);
                batch.put(key('e', "", at), bytes);
                batch.put(key('s', stream, at), place);
                batch.put(key('i', event.id().toString(), 0), place);
                batch.put(key('t', event.tags().get(0).text(), at), place);
            }
            db.write(forced, batch);
        }
    }

    private static byte[] key(char kind, String name, long at) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(utf8.length + 9)
                .put((byte) kind)
                .put(utf8)
                .putLong(at)
                .array();
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) {
        return -1;
    }

    @Override
    public long scan() {
        return -1;
    }

    @Override
    public void close() {
        db.close();
        forced.close();
        options.close();
    }
}
