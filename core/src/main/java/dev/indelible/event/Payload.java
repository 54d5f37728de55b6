package dev.indelible.event;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Data or metadata of an event, opaque to every engine: JSON or binary, of which the same bytes come back. Immutable.
 *
 * <p>The bytes are here, or {@linkplain #deferred elsewhere} until they are needed. Format and size are always known.
 */
public final class Payload {
    /** How the bytes are to be understood. */
    public enum Format {
        /** One JSON value in UTF-8. */
        JSON,
        /** Bytes, of any kind. */
        BINARY
    }

    /** The JSON object without members. */
    public static final Payload EMPTY_OBJECT = json("{}");

    private static final byte[] ELSEWHERE = {};

    private final Format format;
    private final byte[] bytes;
    private final @Nullable Deferred deferred;

    private Payload(Format format, byte[] bytes) {
        this(format, bytes, null);
    }

    private Payload(Format format, byte[] bytes, @Nullable Deferred deferred) {
        this.format = format;
        this.bytes = bytes;
        this.deferred = deferred;
    }

    /** JSON text. It is checked when it becomes part of a {@link NewEvent}. */
    public static Payload json(String text) {
        return new Payload(Format.JSON, text.getBytes(StandardCharsets.UTF_8));
    }

    /** JSON text in UTF-8, copied. It is checked when it becomes part of a {@link NewEvent}. */
    public static Payload json(byte[] utf8) {
        return new Payload(Format.JSON, utf8.clone());
    }

    /** Bytes, copied; none are allowed too. */
    public static Payload binary(byte[] bytes) {
        return new Payload(Format.BINARY, bytes.clone());
    }

    /** A copy of the remaining bytes of the source, whose position moves to its limit. */
    public static Payload of(Format format, ByteBuffer source) {
        byte[] copy = new byte[source.remaining()];
        source.get(copy);
        return new Payload(format, copy);
    }

    /**
     * Bytes that are elsewhere. They are fetched when they are first needed, by any method but {@link #format}, {@link
     * #size} and {@link #toString}, and kept while there is memory to spare; whatever the source throws, that method
     * throws.
     *
     * @param size number of bytes
     * @param source gives the bytes in an array that nobody changes, the same each time; may block, called by any
     *     thread
     */
    public static Payload deferred(Format format, int size, Supplier<byte[]> source) {
        return new Payload(format, ELSEWHERE, new Deferred(size, source));
    }

    /** JSON or binary. */
    public Format format() {
        return format;
    }

    /** Whether this is JSON. */
    public boolean isJson() {
        return format == Format.JSON;
    }

    /** Number of bytes. */
    public int size() {
        return deferred == null ? bytes.length : deferred.size;
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return raw().clone();
    }

    /** The bytes, read as UTF-8. */
    public String text() {
        return new String(raw(), StandardCharsets.UTF_8);
    }

    /** Writes the bytes into the target, whose position moves behind them. */
    public void copyTo(ByteBuffer target) {
        target.put(raw());
    }

    /** Whether both hold the same bytes, or the same JSON value (order of members, white space and 1.0 or 1 aside). */
    public boolean sameValue(Payload other) {
        if (equals(other)) {
            return true;
        }
        return isJson()
                && other.isJson()
                && Json.equal(Json.parse("payload", raw()), Json.parse("payload", other.raw()));
    }

    byte[] raw() {
        return deferred == null ? bytes : deferred.bytes();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Payload that
                        && format == that.format
                        && size() == that.size()
                        && Arrays.equals(raw(), that.raw()));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(raw());
    }

    /** The JSON text; of binary and of deferred bytes their number. Never fetches. */
    @Override
    public String toString() {
        if (deferred != null) {
            return size() + " bytes" + (isJson() ? " of JSON" : "");
        }
        return isJson() ? text() : size() + " bytes";
    }

    /** Two threads may fetch at once, which costs time and nothing else. */
    private static final class Deferred {
        private final int size;
        private final Supplier<byte[]> source;
        private volatile SoftReference<byte[]> fetched = new SoftReference<>(null);

        Deferred(int size, Supplier<byte[]> source) {
            this.size = size;
            this.source = source;
        }

        byte[] bytes() {
            byte[] known = fetched.get();
            if (known != null) {
                return known;
            }
            byte[] bytes = source.get();
            if (bytes.length != size) {
                throw new IllegalStateException("payload: " + bytes.length + " bytes (expected: " + size + ")");
            }
            fetched = new SoftReference<>(bytes);
            return bytes;
        }
    }
}
