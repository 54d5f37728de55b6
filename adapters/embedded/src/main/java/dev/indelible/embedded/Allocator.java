package dev.indelible.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fills the log with zeros ahead of its end, on a thread of its own, while writes are small: a forced write into filled
 * space is about a quarter faster. Large writes do not gain and pass it by. If it fails (a full disk), it stops, and
 * the writer meets the same failure when it comes to write there.
 */
final class Allocator implements AutoCloseable {
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int AHEAD_BYTES = 2 << 20;
    private static final int LARGE_WRITE_BYTES = 1 << 16;

    private final Log log;
    private final int chunkBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long filledTo;
    private boolean wanted;
    private boolean filling;
    private boolean closed;
    private @Nullable Thread thread;

    Allocator(Log log, int segmentBytes) {
        this.log = log;
        this.chunkBytes = Math.min(CHUNK_BYTES, segmentBytes / 4);
    }

    void startAt(long address) {
        filledTo = address;
    }

    /** Makes sure that filling does not touch the range, which is about to be written. */
    void claim(long address, int bytes) {
        long to = address + bytes;
        lock.lock();
        try {
            while (to > filledTo && filling) {
                changed.awaitUninterruptibly();
            }
            filledTo = Math.max(filledTo, to);
            if (bytes < LARGE_WRITE_BYTES && filledTo - to < Math.min(AHEAD_BYTES, chunkBytes / 2) && !wanted) {
                wanted = true;
                if (thread == null && !closed) {
                    thread = Thread.ofPlatform()
                            .daemon()
                            .name("indelible-allocator")
                            .start(this::run);
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            running = thread;
        } finally {
            lock.unlock();
        }
        joinUninterruptibly(running);
    }

    static void joinUninterruptibly(@Nullable Thread thread) {
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        ByteBuffer zeros = ByteBuffer.allocate(chunkBytes);
        while (true) {
            long from;
            lock.lock();
            try {
                filling = false;
                changed.signalAll();
                while (!wanted && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    return;
                }
                wanted = false;
                filling = true;
                from = filledTo;
            } finally {
                lock.unlock();
            }
            long to = Math.min((from / chunkBytes + 1) * chunkBytes, log.nextSegment(from));
            boolean filled = fill(zeros.clear(), from, to);
            lock.lock();
            try {
                filledTo = filled ? to : from;
                filling = false;
                changed.signalAll();
                if (!filled) {
                    closed = true;
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean fill(ByteBuffer zeros, long from, long to) {
        try {
            Disk.File file = log.fileForWriting(from);
            file.writeForced(zeros.limit((int) (to - from)), log.offset(from));
            return true;
        } catch (IOException | RuntimeException | Error e) {
            return false;
        }
    }
}
