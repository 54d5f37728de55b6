package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * The yardstick: a file of the same bytes with group commit and nothing else. No ids, no versions, no index. The file
 * is filled with zeros before the clock starts, so that {@code force} writes data only.
 */
final class LogSubject implements Subject {
    private static final long PREALLOCATED = 512L << 20;

    private final FileChannel file;
    private final ReentrantLock writing = new ReentrantLock();
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closed;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(8 << 20);
    private long end;

    LogSubject(Path directory) throws IOException {
        file = FileChannel.open(
                directory.resolve("log"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        ByteBuffer zeros = ByteBuffer.allocateDirect(8 << 20);
        for (long at = 0; at < PREALLOCATED; at += zeros.capacity()) {
            file.write(zeros.clear(), at);
        }
        file.force(true);
        thread = Thread.ofPlatform().daemon().name("log-writer").start(this::run);
    }

    private static final class Waiting {
        private final byte[] bytes;
        private final Thread caller = Thread.currentThread();
        private volatile boolean done;

        Waiting(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public void append(String stream, NewEvent[] events) throws IOException {
        Waiting mine = new Waiting(encode(stream, events));
        if (queue.isEmpty() && writing.tryLock()) {
            try {
                write(List.of(mine));
            } finally {
                writing.unlock();
            }
            wakeIfIdle();
            return;
        }
        queue.add(mine);
        wakeIfIdle();
        while (!mine.done) {
            LockSupport.park(this);
        }
    }

    private void wakeIfIdle() {
        if (idle && !queue.isEmpty()) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        List<Waiting> group = new ArrayList<>();
        while (!closed) {
            if (queue.isEmpty()) {
                idle = true;
                if (queue.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                idle = false;
                continue;
            }
            writing.lock();
            try {
                group.clear();
                for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
                    group.add(next);
                }
                write(group);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } finally {
                writing.unlock();
            }
        }
    }

    private void write(List<Waiting> group) throws IOException {
        buffer.clear();
        group.forEach(next -> buffer.put(next.bytes));
        int bytes = buffer.flip().remaining();
        if (end + bytes > PREALLOCATED) {
            end = 0;
        }
        while (buffer.hasRemaining()) {
            end += file.write(buffer, end);
        }
        file.force(false);
        for (Waiting next : group) {
            next.done = true;
            if (next.caller != Thread.currentThread()) {
                LockSupport.unpark(next.caller);
            }
        }
    }

    private static byte[] encode(String stream, NewEvent[] events) {
        int size = 16;
        for (NewEvent event : events) {
            size += 120 + event.data().size() + event.metadata().size();
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        bytes.position(16);
        for (NewEvent event : events) {
            bytes.putLong(event.id().getMostSignificantBits())
                    .putLong(event.id().getLeastSignificantBits());
            bytes.put(stream.getBytes(StandardCharsets.UTF_8));
            bytes.put(event.type().getBytes(StandardCharsets.UTF_8));
            bytes.put(event.tags().get(0).text().getBytes(StandardCharsets.UTF_8));
            event.metadata().copyTo(bytes);
            event.data().copyTo(bytes);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.flip().position(16));
        bytes.putInt(0, bytes.limit()).putLong(4, crc.getValue());
        byte[] record = new byte[bytes.limit()];
        bytes.get(0, record);
        return record;
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
    public void close() throws IOException {
        closed = true;
        LockSupport.unpark(thread);
        file.close();
    }
}
