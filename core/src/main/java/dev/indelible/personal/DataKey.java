package dev.indelible.personal;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The key of one subject (AES, 256 bits). A subject that was readmitted has another one, of the next generation. */
public final class DataKey {
    /** Length of a key, in bytes. */
    public static final int BYTES = 32;

    private final int generation;
    private final byte[] bytes;

    private DataKey(int generation, byte[] bytes) {
        this.generation = generation;
        this.bytes = bytes;
    }

    /**
     * The key of those bytes, which are copied.
     *
     * @param generation 1 for a subject's first key
     */
    public static DataKey of(int generation, byte[] bytes) {
        if (generation < 1) {
            throw new IllegalArgumentException("generation: " + generation + " (expected: 1 or more)");
        }
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("data key: " + bytes.length + " bytes (expected: " + BYTES + ")");
        }
        return new DataKey(generation, bytes.clone());
    }

    /** A new random key. */
    public static DataKey random(int generation) {
        try {
            KeyGenerator generator = KeyGenerator.getInstance("AES");
            generator.init(BYTES * Byte.SIZE);
            return of(generation, generator.generateKey().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES: missing in this Java (expected: in every Java)", e);
        }
    }

    /** Which of the subject's keys this is: 1, 2, 3 … */
    public int generation() {
        return generation;
    }

    /** A copy of the key. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    SecretKey secret() {
        return new SecretKeySpec(bytes, "AES");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataKey that
                && generation == that.generation
                && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return generation * 31 + bytes[0];
    }

    /** The generation, and nothing of the key. */
    @Override
    public String toString() {
        return "data key of generation " + generation;
    }
}
