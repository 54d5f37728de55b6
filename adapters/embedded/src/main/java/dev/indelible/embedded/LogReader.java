package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes events from the log, one frame at a time, whose checksum it verifies. For one thread.
 *
 * <p>Names repeat, so it keeps those that it met last and compares bytes instead of decoding them again.
 */
final class LogReader {
    private final Log log;
    private final NameCache<StreamName> streams = new NameCache<>(StreamName::of);
    private final NameCache<String> types = new NameCache<>(Function.identity());
    private final NameCache<Tag> tags = new NameCache<>(Tag::of);

    private long address = -1;
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private int offset;
    private int length;
    private int count;
    private long firstPosition;
    private Instant recordedAt = Instant.EPOCH;
    private int ordinal;
    private int eventAt;

    LogReader(Log log) {
        this.log = log;
    }

    /** Moves to the frame at the address; throws {@link Corrupted} if there is no valid one. */
    LogReader at(long frameAddress) {
        if (frameAddress == address) {
            return this;
        }
        int valid = log.holds(frameAddress) ? log.validLength(frameAddress) : 0;
        if (valid <= 0) {
            address = -1;
            throw log.corrupted(frameAddress, valid == 0 ? "no frame where one was recorded" : "damaged frame");
        }
        bytes = log.viewAt(frameAddress);
        offset = log.offset(frameAddress);
        length = valid;
        count = bytes.getInt(offset + Frame.COUNT);
        firstPosition = bytes.getLong(offset + Frame.FIRST_POSITION);
        recordedAt = ofMicros(bytes.getLong(offset + Frame.RECORDED_AT));
        ordinal = 0;
        eventAt = offset + Frame.HEADER;
        address = frameAddress;
        return this;
    }

    /** Moves to the frame behind the current one, which must exist. */
    LogReader toNextFrame() {
        long expected = firstPosition + count;
        long next = address + Frame.padded(length);
        if (log.offset(next) != 0 && log.isUnwritten(next)) {
            next = log.nextSegment(next);
        }
        at(next);
        if (firstPosition != expected) {
            address = -1;
            throw log.corrupted(next, "position " + firstPosition + " (expected: " + expected + ")");
        }
        return this;
    }

    long address() {
        return address;
    }

    long firstPosition() {
        return firstPosition;
    }

    long lastPosition() {
        return firstPosition + count - 1;
    }

    /** Address behind the frame and its padding. */
    long end() {
        return address + Frame.padded(length);
    }

    long writeBegan() {
        return bytes.getLong(offset + Frame.WRITE_BEGAN);
    }

    Instant recordedAt() {
        return recordedAt;
    }

    /** All events of the current frame. */
    List<RecordedEvent> events() {
        List<RecordedEvent> all = new ArrayList<>(count);
        for (long position = firstPosition; position <= lastPosition(); position++) {
            all.add(event(position));
        }
        return all;
    }

    /** The event of the current frame with that position. */
    RecordedEvent event(long position) {
        int wanted = (int) (position - firstPosition);
        if (wanted < 0 || wanted >= count) {
            throw log.corrupted(
                    address, "positions %d to %d (expected: %d)".formatted(firstPosition, lastPosition(), position));
        }
        if (wanted < ordinal) {
            ordinal = 0;
            eventAt = offset + Frame.HEADER;
        }
        for (; ordinal < wanted; ordinal++) {
            eventAt += bytes.getInt(eventAt + Frame.EVENT_LENGTH);
        }
        return decode(eventAt, position);
    }

    private RecordedEvent decode(int at, long position) {
        int streamLength = bytes.getShort(at + Frame.EVENT_STREAM);
        int typeLength = bytes.getShort(at + Frame.EVENT_TYPE);
        int metadataLength = bytes.getInt(at + Frame.EVENT_METADATA);
        int dataLength = bytes.getInt(at + Frame.EVENT_DATA);
        int formats = bytes.get(at + Frame.EVENT_FORMATS);
        int next = at + Frame.EVENT_HEADER;
        StreamName stream = streams.get(bytes, next, streamLength);
        next += streamLength;
        String type = types.get(bytes, next, typeLength);
        next += typeLength;
        List<Tag> eventTags = List.of();
        int tagCount = bytes.get(at + Frame.EVENT_TAGS) & 0xff;
        if (tagCount > 0) {
            Tag[] found = new Tag[tagCount];
            for (int i = 0; i < tagCount; i++) {
                int tagLength = bytes.getShort(next);
                found[i] = tags.get(bytes, next + Short.BYTES, tagLength);
                next += Short.BYTES + tagLength;
            }
            eventTags = tagCount == 1 ? List.of(found[0]) : List.of(found);
        }
        Payload metadata = payload(next, metadataLength, formats & Frame.METADATA_IS_BINARY);
        Payload data = payload(next + metadataLength, dataLength, formats & Frame.DATA_IS_BINARY);
        return new RecordedEvent(
                new UUID(bytes.getLong(at + Frame.EVENT_ID), bytes.getLong(at + Frame.EVENT_ID + 8)),
                stream,
                type,
                bytes.getLong(at + Frame.EVENT_VERSION),
                bytes.getInt(at + Frame.EVENT_SCHEMA),
                data,
                metadata,
                eventTags,
                Position.of(position),
                recordedAt);
    }

    private Payload payload(int at, int size, int binary) {
        if (binary == 0 && size == 2 && bytes.getShort(at) == ('{' << 8 | '}')) {
            return Payload.EMPTY_OBJECT;
        }
        return Payload.of(binary == 0 ? Payload.Format.JSON : Payload.Format.BINARY, bytes.slice(at, size));
    }

    static Instant ofMicros(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    static long toMicros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000L);
    }

    /** A name and its bytes. */
    private record Known<T>(byte[] utf8, T name) {}

    /** The names met last, by the hash of their bytes; a slot is taken by the latest. */
    private static final class NameCache<T> {
        private static final int SLOTS = 64;

        private final Function<String, T> make;
        private final List<@Nullable Known<T>> slots = new ArrayList<>(Collections.nCopies(SLOTS, null));
        private byte[] scratch = new byte[64];

        NameCache(Function<String, T> make) {
            this.make = make;
        }

        T get(ByteBuffer bytes, int at, int length) {
            if (scratch.length < length) {
                scratch = new byte[2 * length];
            }
            bytes.get(at, scratch, 0, length);
            int hash = length;
            for (int i = 0; i < length; i++) {
                hash = 31 * hash + scratch[i];
            }
            int slot = (hash ^ hash >>> 15) & SLOTS - 1;
            Known<T> known = slots.get(slot);
            if (known != null && Arrays.equals(known.utf8(), 0, known.utf8().length, scratch, 0, length)) {
                return known.name();
            }
            T name = make.apply(new String(scratch, 0, length, UTF_8));
            slots.set(slot, new Known<>(Arrays.copyOf(scratch, length), name));
            return name;
        }
    }
}
