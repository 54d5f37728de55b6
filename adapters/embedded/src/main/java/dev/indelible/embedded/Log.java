package dev.indelible.embedded;

import dev.indelible.EventStoreException.Corrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

/**
 * The segments as one space of addresses: address = segment number × bytes of a segment + offset.
 *
 * <p>One thread writes; any number read. A frame lies in one segment, and so does a write. Ahead of the end, {@link
 * Allocator} fills with zeros, so that {@code force} has no file length or extents to write.
 */
final class Log implements AutoCloseable {
    private final Disk disk;
    private final int segmentBytes;
    private final byte[] salt;
    private final ReentrantLock opening = new ReentrantLock();
    private final Allocator allocator;
    private volatile Disk.File[] segments;
    private long end;

    Log(Disk disk, int segmentBytes, byte[] salt) throws IOException {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.salt = salt.clone();
        Disk.File[] existing = new Disk.File[Math.max(1, disk.segments())];
        for (int i = 0; i < existing.length; i++) {
            existing[i] = disk.segment(i, segmentBytes);
        }
        this.segments = existing;
        this.allocator = new Allocator(this, segmentBytes);
    }

    /** What every checksum begins with, so that a frame of another store is not one of this. */
    byte[] salt() {
        return salt;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    /** Address behind the last frame. */
    long end() {
        return end;
    }

    long bytesOnDisk() {
        return (long) segments.length * segmentBytes;
    }

    int segmentCount() {
        return segments.length;
    }

    /** Where the next write goes on, found by {@link Recovery}. */
    void startAt(long address) {
        end = address;
        allocator.startAt(address);
    }

    /** Address where a write of that many bytes will begin: behind the last, or in a new segment if it does not fit. */
    long placeFor(int bytes) {
        long left = segmentBytes - end % segmentBytes;
        return bytes <= left ? end : end + left;
    }

    /** Writes at the address, which {@link #placeFor} gave, and forces. If it throws, nothing may be written again. */
    void write(ByteBuffer bytes, long address) throws IOException {
        int length = bytes.remaining();
        Disk.File file = fileForWriting(address);
        allocator.claim(address, length);
        file.writeForced(bytes, address % segmentBytes);
        end = address + length;
    }

    /** Writes again what is there and forces: only so is it certain after a force that failed, or never came. */
    void rewrite(long from, long to) throws IOException {
        Disk.File file = segments[segmentOf(from)];
        ByteBuffer copy = ByteBuffer.allocate((int) (to - from));
        copy.put(0, file.view(), offset(from), copy.capacity());
        file.writeForced(copy, offset(from));
    }

    /** Overwrites with zeros and forces: only for what was never acknowledged. */
    void erase(long from, long to) throws IOException {
        Disk.File file = segments[segmentOf(from)];
        byte[] zeros = new byte[1 << 16];
        for (long at = from; at < to; at += zeros.length) {
            file.writeForced(ByteBuffer.wrap(zeros, 0, (int) Math.min(zeros.length, to - at)), at % segmentBytes);
        }
    }

    Disk.File fileForWriting(long address) throws IOException {
        int number = segmentOf(address);
        Disk.File[] known = segments;
        if (number < known.length) {
            return known[number];
        }
        opening.lock();
        try {
            while (segments.length <= number) {
                Disk.File[] more = Arrays.copyOf(segments, segments.length + 1);
                more[segments.length] = disk.segment(segments.length, segmentBytes);
                segments = more;
            }
            return segments[number];
        } finally {
            opening.unlock();
        }
    }

    /** The bytes of the segment in which the address lies. */
    ByteBuffer viewAt(long address) {
        return segments[segmentOf(address)].view();
    }

    /** Whether a segment begins at or before the address. */
    boolean holds(long address) {
        return segmentOf(address) < segments.length;
    }

    int offset(long address) {
        return (int) (address % segmentBytes);
    }

    long nextSegment(long address) {
        return (segmentOf(address) + 1L) * segmentBytes;
    }

    /** Whether no frame begins at the address. */
    boolean isUnwritten(long address) {
        int offset = offset(address);
        return offset + Frame.HEADER > segmentBytes || viewAt(address).getInt(offset + Frame.LENGTH) == 0;
    }

    /**
     * Length of the valid frame at the address; 0 if there is nothing; -1 if there is something, but no valid frame.
     */
    int validLength(long address) {
        if (isUnwritten(address)) {
            return 0;
        }
        ByteBuffer view = viewAt(address);
        int offset = offset(address);
        int length = view.getInt(offset + Frame.LENGTH);
        if (length < Frame.HEADER || length > segmentBytes - offset) {
            return -1;
        }
        CRC32C crc = new CRC32C();
        crc.update(salt);
        crc.update(view.duplicate().limit(offset + length).position(offset + Frame.FIRST_POSITION));
        return (int) crc.getValue() == view.getInt(offset + Frame.CRC) ? length : -1;
    }

    Corrupted corrupted(long address, String what) {
        return new Corrupted(
                "%s, offset %d: %s".formatted(LocalDisk.fileName(segmentOf(address)), offset(address), what), null);
    }

    @Override
    public void close() throws IOException {
        allocator.close();
        for (Disk.File file : segments) {
            file.close();
        }
        disk.close();
    }

    private int segmentOf(long address) {
        return (int) (address / segmentBytes);
    }
}
