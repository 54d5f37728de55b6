package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Append;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Tag;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of one append: its only form in the log, written and read whole.
 *
 * <pre>
 *  0 int   length of the frame, without padding     36 events, each:
 *  4 int   CRC-32C of salt and what follows           0 int   length of the event
 *  8 long  position of the first event                4 long  id, high   12 long id, low
 * 16 long  address where its write began             20 long  version
 * 24 long  time of recording, microseconds           28 int   schema version
 * 32 int   number of events                          32 byte  formats    33 byte number of tags
 *                                                    34 short length of stream    36 short of type
 *                                                    38 int   of metadata         42 int   of data
 *                                                    46 stream, type, tags (short length, text), metadata, data
 * </pre>
 *
 * <p>Frames begin at multiples of 8. Zero where a length should be ends a segment.
 */
final class Frame {
    static final int LENGTH = 0;
    static final int CRC = 4;
    static final int FIRST_POSITION = 8;
    static final int WRITE_BEGAN = 16;
    static final int RECORDED_AT = 24;
    static final int COUNT = 32;
    static final int HEADER = 36;

    static final int EVENT_LENGTH = 0;
    static final int EVENT_ID = 4;
    static final int EVENT_VERSION = 20;
    static final int EVENT_SCHEMA = 28;
    static final int EVENT_FORMATS = 32;
    static final int EVENT_TAGS = 33;
    static final int EVENT_STREAM = 34;
    static final int EVENT_TYPE = 36;
    static final int EVENT_METADATA = 38;
    static final int EVENT_DATA = 42;
    static final int EVENT_HEADER = 46;

    static final int DATA_IS_BINARY = 1;
    static final int METADATA_IS_BINARY = 2;

    private final byte[] array;
    private final ByteBuffer bytes;
    private final int count;

    private Frame(byte[] array, ByteBuffer bytes, int count) {
        this.array = array;
        this.bytes = bytes;
        this.count = count;
    }

    /** The append as a frame that has its place, time and versions still to come. */
    static Frame of(Append append, int bytesMax) {
        long size = HEADER;
        int count = 0;
        byte[][] streams = new byte[append.parts().size()][];
        for (int i = 0; i < streams.length; i++) {
            Append.Part part = append.parts().get(i);
            streams[i] = part.stream().value().getBytes(UTF_8);
            count += part.events().size();
            for (NewEvent event : part.events()) {
                size += eventBytesAtMost(event, streams[i].length);
            }
        }
        if (size > bytesMax) {
            throw new IllegalArgumentException("append: " + size + " bytes with names (limit: " + bytesMax + ")");
        }
        byte[] array = new byte[(int) size];
        ByteBuffer bytes = ByteBuffer.wrap(array);
        bytes.position(HEADER);
        for (int i = 0; i < streams.length; i++) {
            for (NewEvent event : append.parts().get(i).events()) {
                putEvent(bytes, event, streams[i]);
            }
        }
        bytes.flip();
        bytes.putInt(LENGTH, bytes.limit());
        bytes.putInt(COUNT, count);
        return new Frame(array, bytes, count);
    }

    int count() {
        return count;
    }

    /** Bytes in the log, with the padding behind it. */
    int paddedLength() {
        return padded(bytes.limit());
    }

    static int padded(int length) {
        return (length + 7) & -8;
    }

    /** The version of the events of one part, which begins with the event of that number and byte. */
    int setVersions(int from, int events, long firstVersion) {
        int at = from;
        for (int i = 0; i < events; i++) {
            bytes.putLong(at + EVENT_VERSION, firstVersion + i);
            at += bytes.getInt(at + EVENT_LENGTH);
        }
        return at;
    }

    /** Sets place and time, and with them the checksum, and puts the frame and its padding into the target. */
    void seal(long firstPosition, long writeBegan, long recordedAtMicros, byte[] salt, ByteBuffer target) {
        bytes.putLong(FIRST_POSITION, firstPosition);
        bytes.putLong(WRITE_BEGAN, writeBegan);
        bytes.putLong(RECORDED_AT, recordedAtMicros);
        CRC32C crc = new CRC32C();
        crc.update(salt);
        crc.update(array, FIRST_POSITION, bytes.limit() - FIRST_POSITION);
        bytes.putInt(CRC, (int) crc.getValue());
        target.put(array, 0, bytes.limit());
        for (int i = bytes.limit(); i < paddedLength(); i++) {
            target.put((byte) 0);
        }
    }

    private static int eventBytesAtMost(NewEvent event, int streamBytes) {
        int names = streamBytes + 3 * event.type().length();
        for (Tag tag : event.tags()) {
            names += Short.BYTES + 3 * tag.text().length();
        }
        return EVENT_HEADER + names + event.metadata().size() + event.data().size();
    }

    private static void putEvent(ByteBuffer bytes, NewEvent event, byte[] stream) {
        int start = bytes.position();
        byte[] type = event.type().getBytes(UTF_8);
        bytes.position(start + EVENT_HEADER);
        bytes.put(stream).put(type);
        for (Tag tag : event.tags()) {
            byte[] text = tag.text().getBytes(UTF_8);
            bytes.putShort((short) text.length).put(text);
        }
        event.metadata().copyTo(bytes);
        event.data().copyTo(bytes);
        bytes.putInt(start + EVENT_LENGTH, bytes.position() - start);
        bytes.putLong(start + EVENT_ID, event.id().getMostSignificantBits());
        bytes.putLong(start + EVENT_ID + 8, event.id().getLeastSignificantBits());
        bytes.putInt(start + EVENT_SCHEMA, event.schemaVersion());
        int formats =
                (event.data().isJson() ? 0 : DATA_IS_BINARY) | (event.metadata().isJson() ? 0 : METADATA_IS_BINARY);
        bytes.put(start + EVENT_FORMATS, (byte) formats);
        bytes.put(start + EVENT_TAGS, (byte) event.tags().size());
        bytes.putShort(start + EVENT_STREAM, (short) stream.length);
        bytes.putShort(start + EVENT_TYPE, (short) type.length);
        bytes.putInt(start + EVENT_METADATA, event.metadata().size());
        bytes.putInt(start + EVENT_DATA, event.data().size());
    }
}
