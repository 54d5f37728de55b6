package dev.indelible.embedded;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Postings as a value in the index: number, then of each the distance to the one before, of position and of address, in
 * seven-bit groups. Both grow, so distances are never negative.
 */
final class Chunk {
    /** Most postings in a chunk. */
    static final int POSTINGS_MAX = 2_048;

    private Chunk() {}

    static void putVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    /** The postings from one number (inclusive) to another of a full tail. */
    static byte[] encode(Tail tail, Tail.Postings postings, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(8 + 4 * (to - from));
        putVarint(out, to - from);
        long position = 0;
        long address = 0;
        for (int i = from; i < to; i++) {
            long nextPosition = tail.first() + postings.offset(i);
            long nextAddress = tail.address(nextPosition);
            putVarint(out, nextPosition - position);
            putVarint(out, nextAddress - address);
            position = nextPosition;
            address = nextAddress;
        }
        return out.toByteArray();
    }

    /** Adds the postings from one number (inclusive) to another to the page; returns how many the chunk has. */
    static int decode(byte[] value, int from, int to, Page page) {
        ByteBuffer in = ByteBuffer.wrap(value);
        int count = (int) varint(in);
        long position = 0;
        long address = 0;
        for (int i = 0; i < Math.min(count, to); i++) {
            position += varint(in);
            address += varint(in);
            if (i >= from) {
                page.add(position, address);
            }
        }
        return count;
    }
}
