package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * Something that events can be found by.
 *
 * @param kind which sort of name
 * @param name the name
 */
record Term(Kind kind, String name) {
    /** The sorts of names, each with the byte that its keys in the index begin with. */
    enum Kind {
        STREAM('s'),
        CATEGORY('c'),
        TYPE('t'),
        TAG('g');

        private final byte prefix;

        Kind(char prefix) {
            this.prefix = (byte) prefix;
        }
    }

    /** What all keys of this term begin with; no name holds the zero byte that ends it. */
    byte[] prefix() {
        byte[] utf8 = name.getBytes(UTF_8);
        return ByteBuffer.allocate(utf8.length + 2)
                .put(kind.prefix)
                .put(utf8)
                .put((byte) 0)
                .array();
    }

    /** The key of the postings that begin with that position (of a stream: version). */
    static byte[] key(byte[] prefix, long first) {
        return ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(first)
                .array();
    }
}
