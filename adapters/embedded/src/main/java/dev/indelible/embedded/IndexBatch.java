package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * A full tail as one write of RocksDB, in RocksDB's own serial form: so that a tail of tens of thousands of entries
 * crosses into native code once.
 */
final class IndexBatch {
    /** Events from one noted position to the next. */
    static final int POSITIONS_NOTED_EVERY = 256;

    private static final int HEADER = 12;
    private static final byte PUT = 1;

    private final ByteArrayOutputStream out;
    private final ByteBuffer eight = ByteBuffer.allocate(Long.BYTES);
    private int count;

    private IndexBatch(int capacity) {
        out = new ByteArrayOutputStream(capacity);
        out.write(new byte[HEADER], 0, HEADER);
    }

    /** The write that brings the tail into a store whose ids have at most that time. */
    static byte[] of(Tail tail, long latestIdTime) {
        IndexBatch batch = new IndexBatch(128 * tail.size());
        batch.putIds(tail);
        batch.putPositions(tail);
        tail.terms().forEach((term, postings) -> batch.putTerm(tail, term, postings));
        long last = tail.next() - 1;
        batch.put(IndexStore.CHECKPOINT, new IndexStore.Checkpoint(last, tail.address(last), latestIdTime).toBytes());
        return batch.finished();
    }

    private void putIds(Tail tail) {
        ByteBuffer key = ByteBuffer.allocate(17).put(0, IndexStore.ID);
        tail.ids().forEach((high, low, offset) -> {
            key.putLong(1, high).putLong(9, low);
            put(key.array(), eight(tail.address(tail.first() + offset)));
        });
    }

    private void putPositions(Tail tail) {
        byte[] prefix = {IndexStore.POSITION};
        for (long position = tail.first(); position < tail.next(); position += POSITIONS_NOTED_EVERY) {
            put(Term.key(prefix, position), eight(tail.address(position)));
        }
    }

    private void putTerm(Tail tail, Term term, Tail.Postings postings) {
        byte[] prefix = term.prefix();
        int size = postings.size();
        boolean isStream = term.kind() == Term.Kind.STREAM;
        for (int from = 0; from < size; from += Chunk.POSTINGS_MAX) {
            long first = isStream ? postings.firstVersion() + from : tail.first() + postings.offset(from);
            int to = Math.min(size, from + Chunk.POSTINGS_MAX);
            put(Term.key(prefix, first), Chunk.encode(tail, postings, from, to));
        }
        if (isStream) {
            byte[] name = term.name().getBytes(UTF_8);
            byte[] key = ByteBuffer.allocate(1 + name.length)
                    .put(IndexStore.VERSION)
                    .put(name)
                    .array();
            put(key, eight(postings.firstVersion() + size - 1));
        }
    }

    private byte[] eight(long value) {
        return eight.putLong(0, value).array();
    }

    private void put(byte[] key, byte[] value) {
        out.write(PUT);
        Chunk.putVarint(out, key.length);
        out.write(key, 0, key.length);
        Chunk.putVarint(out, value.length);
        out.write(value, 0, value.length);
        count++;
    }

    private byte[] finished() {
        byte[] bytes = out.toByteArray();
        bytes[8] = (byte) count;
        bytes[9] = (byte) (count >>> 8);
        bytes[10] = (byte) (count >>> 16);
        bytes[11] = (byte) (count >>> 24);
        return bytes;
    }
}
