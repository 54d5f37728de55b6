package dev.indelible.embedded;

import dev.indelible.event.RecordedEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of the log and brings the index up to it, from the index's checkpoint on.
 *
 * <p>A crash can tear only the last write, since each write is forced before the next one begins. So a damaged frame is
 * the torn end of the log, and cut off, unless something proves that its write was completed: a later write, or the
 * index, which takes only what was forced. Then it is corruption, and the store does not open. Every frame names the
 * address at which its write began, which tells a later frame of the same torn write from a later write.
 */
final class Recovery {
    private final Log log;
    private final Index index;
    private final LogReader reader;
    private long address;
    private long position = 1;
    private long lastWrite;
    private Instant latest = Instant.EPOCH;

    private Recovery(Log log, Index index) {
        this.log = log;
        this.index = index;
        this.reader = new LogReader(log);
    }

    /**
     * Where to go on.
     *
     * @param head position of the last event
     * @param latest when it was recorded
     */
    record State(long head, Instant latest) {}

    static State run(Log log, Index index, IndexStore.@Nullable Checkpoint checkpoint) throws IOException {
        return new Recovery(log, index).run(checkpoint);
    }

    private State run(IndexStore.@Nullable Checkpoint checkpoint) throws IOException {
        if (checkpoint != null) {
            skipTo(checkpoint);
        }
        long before = position;
        while (log.holds(address)) {
            if (isNextFrame()) {
                takeFrame();
            } else if (isRolledOver()) {
                address = log.nextSegment(address);
            } else {
                cutOff();
                break;
            }
        }
        if (position > before) {
            log.rewrite(lastWrite, address);
        }
        log.startAt(address);
        return new State(position - 1, latest);
    }

    private void skipTo(IndexStore.Checkpoint checkpoint) {
        reader.at(checkpoint.frame());
        if (reader.lastPosition() != checkpoint.position()) {
            throw log.corrupted(
                    checkpoint.frame(),
                    "position " + reader.lastPosition() + " (expected by the index: " + checkpoint.position() + ")");
        }
        took();
    }

    private boolean isNextFrame() {
        if (log.validLength(address) <= 0) {
            return false;
        }
        reader.at(address);
        if (reader.firstPosition() != position || reader.writeBegan() > address || reader.writeBegan() < lastWrite) {
            throw log.corrupted(
                    address, "a frame of position " + reader.firstPosition() + " (expected: " + position + ")");
        }
        return true;
    }

    private void takeFrame() {
        for (RecordedEvent event : reader.events()) {
            index.active()
                    .add(event.id(), event.stream(), event.version(), event.type(), event.tags(), reader.address());
        }
        index.rollIfFull();
        took();
    }

    private void took() {
        position = reader.lastPosition() + 1;
        address = reader.end();
        lastWrite = reader.writeBegan();
        latest = reader.recordedAt();
    }

    /** Whether the log goes on in the next segment, because the next write did not fit here any more. */
    private boolean isRolledOver() {
        long next = log.nextSegment(address);
        if (log.offset(address) == 0 || !log.holds(next) || lastWritten(address) >= 0 || log.validLength(next) <= 0) {
            return false;
        }
        return new LogReader(log).at(next).firstPosition() == position;
    }

    private void cutOff() throws IOException {
        for (long from = address; log.holds(from); from = log.nextSegment(from)) {
            refuseLaterWrites(from);
        }
        for (long from = address; log.holds(from); from = log.nextSegment(from)) {
            long last = lastWritten(from);
            if (last >= 0) {
                log.erase(from, last + 1);
            }
        }
    }

    private void refuseLaterWrites(long from) {
        ByteBuffer view = log.viewAt(from);
        long base = from - log.offset(from);
        for (int at = log.offset(from); at + Frame.HEADER <= log.segmentBytes(); at += 8) {
            if (view.getInt(at) != 0 && isLaterWrite(view, at, base)) {
                throw log.corrupted(
                        address,
                        "damaged frame before a later write at offset %d of %s"
                                .formatted(at, LocalDisk.fileName((int) (base / log.segmentBytes()))));
            }
        }
    }

    /** Asks for the checksum last: where the bytes cannot be a frame, that would cost too much. */
    private boolean isLaterWrite(ByteBuffer view, int at, long base) {
        long began = view.getLong(at + Frame.WRITE_BEGAN);
        return began > address
                && began <= base + at
                && began >= base
                && view.getLong(at + Frame.FIRST_POSITION) > 0
                && log.validLength(base + at) > 0;
    }

    /** Address of the last byte at or behind the given one, in its segment, that is not zero; or -1. */
    private long lastWritten(long from) {
        ByteBuffer view = log.viewAt(from);
        long base = from - log.offset(from);
        int low = log.offset(from);
        int at = log.segmentBytes();
        while (at - Long.BYTES >= low && view.getLong(at - Long.BYTES) == 0) {
            at -= Long.BYTES;
        }
        return at - Long.BYTES >= low ? base + at - 1 : -1;
    }
}
