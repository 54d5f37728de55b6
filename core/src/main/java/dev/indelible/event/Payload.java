package dev.indelible.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Data or metadata of an event, opaque to every engine: JSON, of which the same value comes back, or binary, of which
 * the same bytes come back. Immutable.
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

    private final Format format;
    private final byte[] bytes;

    private Payload(Format format, byte[] bytes) {
        this.format = format;
        this.bytes = bytes;
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
        return bytes.length;
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The bytes, read as UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Writes the bytes into the target, whose position moves behind them. */
    public void copyTo(ByteBuffer target) {
        target.put(bytes);
    }

    /** Whether both hold the same bytes, or the same JSON value (order of members, white space and 1.0 or 1 aside). */
    public boolean sameValue(Payload other) {
        if (format != other.format) {
            return false;
        }
        return Arrays.equals(bytes, other.bytes)
                || (isJson() && Json.equal(Json.parse("payload", bytes), Json.parse("payload", other.bytes)));
    }

    byte[] raw() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && format == that.format && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The JSON text, or the number of bytes. */
    @Override
    public String toString() {
        return isJson() ? text() : size() + " bytes";
    }
}
