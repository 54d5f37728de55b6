package dev.indelible.personal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unsupported;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that data keys are wrapped under before a ring stores them: a current one, and older ones that only unwrap.
 * Each is 32 random bytes in Base64, as {@code openssl rand -base64 32} prints them. Nothing here prints a key.
 */
public final class MasterKeys {
    /** Length of a master key, in bytes. */
    public static final int BYTES = 32;

    private static final int ID_BYTES = 4;

    private final String current;
    private final Map<String, SecretKey> byId;

    private MasterKeys(String current, Map<String, SecretKey> byId) {
        this.current = current;
        this.byId = byId;
    }

    /**
     * A data key as it is stored.
     *
     * @param masterKey id of the master key that it is wrapped under
     * @param bytes nonce, ciphertext and tag
     */
    public record Wrapped(String masterKey, byte[] bytes) {}

    /**
     * The keys in a file, one a line; the first is the current one. Empty lines are passed over.
     *
     * @throws IllegalArgumentException if there is no such file, no key in it, or one that is not 32 bytes in Base64
     */
    public static MasterKeys fromFile(Path file) {
        try {
            return of("master keys in " + file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "master keys: " + file + " cannot be read (expected: a file with a key a line)", e);
        }
    }

    /**
     * The keys in an environment variable, separated by commas; the first is the current one.
     *
     * @throws IllegalArgumentException if it is not set, or holds something that is not 32 bytes in Base64
     */
    public static MasterKeys fromEnvironment(String variable) {
        String value = System.getenv(variable);
        if (value == null) {
            throw new IllegalArgumentException("master keys: the environment has no " + variable
                    + " (expected: 32 bytes in Base64, several separated by commas)");
        }
        return of("master keys in " + variable, List.of(value.split(",")));
    }

    /** The keys of those bytes; the first is the current one. */
    public static MasterKeys of(byte[] currentKey, byte[]... olderKeys) {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        add("master keys", 1, currentKey, keys);
        for (int i = 0; i < olderKeys.length; i++) {
            add("master keys", i + 2, olderKeys[i], keys);
        }
        return new MasterKeys(keys.keySet().iterator().next(), keys);
    }

    /** Id of the current master key: the first 8 hexadecimal digits of its SHA-256. */
    public String currentId() {
        return current;
    }

    /** Wraps the subject's key under the current master key. */
    public Wrapped wrap(Subject subject, DataKey key) {
        SecretKey master = byId.get(current);
        if (master == null) {
            throw new AssertionError("no current master key");
        }
        return new Wrapped(current, AesGcm.seal(master, context(subject, key.generation()), key.toBytes()));
    }

    /**
     * The subject's key that was wrapped.
     *
     * @throws Unsupported if it was wrapped under a master key that is not among these
     * @throws Corrupted if it was changed since, or belongs to another subject or generation
     */
    public DataKey unwrap(Subject subject, int generation, Wrapped wrapped) {
        SecretKey master = byId.get(wrapped.masterKey());
        if (master == null) {
            throw new Unsupported("key of %s: it is wrapped under the master key %s (expected: one of %s)"
                    .formatted(subject, wrapped.masterKey(), byId.keySet()));
        }
        try {
            return DataKey.of(generation, AesGcm.open(master, context(subject, generation), wrapped.bytes()));
        } catch (AEADBadTagException e) {
            throw new Corrupted(
                    "key of %s, generation %d: it does not open by the master key %s (expected: as it was wrapped)"
                            .formatted(subject, generation, wrapped.masterKey()),
                    e);
        }
    }

    private static MasterKeys of(String where, List<String> texts) {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        for (String text : texts) {
            if (!text.isBlank()) {
                add(where, keys.size() + 1, decoded(where, keys.size() + 1, text.strip()), keys);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(where + ": none (expected: 32 bytes in Base64)");
        }
        return new MasterKeys(keys.keySet().iterator().next(), keys);
    }

    private static byte[] decoded(String where, int number, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) { // Its message holds a part of the key.
            throw new IllegalArgumentException(
                    "%s: key %d is not Base64 (expected: %d bytes in Base64)".formatted(where, number, BYTES));
        }
    }

    private static void add(String where, int number, byte[] key, Map<String, SecretKey> keys) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException(
                    "%s: key %d has %d bytes (expected: %d)".formatted(where, number, key.length, BYTES));
        }
        if (keys.put(id(key), new SecretKeySpec(key, "AES")) != null) {
            throw new IllegalArgumentException(
                    "%s: key %d, %s, stands there twice (expected: each once)".formatted(where, number, id(key)));
        }
    }

    private static String id(byte[] key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
            return HexFormat.of().formatHex(Arrays.copyOf(digest, ID_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256: missing in this Java (expected: in every Java)", e);
        }
    }

    private static byte[] context(Subject subject, int generation) {
        return ("key " + generation + " " + subject).getBytes(UTF_8);
    }

    /** The ids, the current one first. */
    @Override
    public String toString() {
        return "master keys " + byId.keySet();
    }
}
