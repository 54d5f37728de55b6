package dev.indelible.server.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What is kept of a password: PBKDF2 with HMAC-SHA-256 and a salt of its own. Making one, and comparing with one, takes
 * a tenth of a second of a processor and more; that is what it is for.
 */
public final class PasswordHash {
    /** So many rounds a new hash has. */
    static final int ROUNDS = 600_000;

    private static final int ROUNDS_MIN = 10_000;
    private static final int ROUNDS_MAX = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int PASSWORD_CHARS_MAX = 1_000;
    private static final Pattern TEXT =
            Pattern.compile("pbkdf2-sha256:(\\d{1,8}):([A-Za-z0-9+/=]{1,100}):([A-Za-z0-9+/=]{1,100})");

    private final int rounds;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int rounds, byte[] salt, byte[] hash) {
        this.rounds = rounds;
        this.salt = salt;
        this.hash = hash;
    }

    /** The hash of a password; takes its time. */
    public static PasswordHash of(String password) {
        if (password.isEmpty() || password.length() > PASSWORD_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "password: " + password.length() + " characters (expected: 1 to " + PASSWORD_CHARS_MAX + ")");
        }
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return new PasswordHash(ROUNDS, salt, compute(password, salt, ROUNDS));
    }

    /** Reads what {@link #text} has written. */
    static PasswordHash parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (parts.matches()) {
            int rounds = Integer.parseInt(parts.group(1));
            byte[] salt = Base64.getDecoder().decode(parts.group(2));
            byte[] hash = Base64.getDecoder().decode(parts.group(3));
            if (rounds >= ROUNDS_MIN
                    && rounds <= ROUNDS_MAX
                    && salt.length >= SALT_BYTES
                    && hash.length == HASH_BYTES) {
                return new PasswordHash(rounds, salt, hash);
            }
        }
        throw new IllegalArgumentException("password: expected: pbkdf2-sha256:ROUNDS:SALT:HASH");
    }

    /** Algorithm, rounds, salt and hash. */
    String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "pbkdf2-sha256:" + rounds + ":" + base64.encodeToString(salt) + ":" + base64.encodeToString(hash);
    }

    /** Whether it is that password's; takes its time, the same for any password. */
    boolean matches(String password) {
        return password.length() <= PASSWORD_CHARS_MAX && MessageDigest.isEqual(hash, compute(password, salt, rounds));
    }

    private static byte[] compute(String password, byte[] salt, int rounds) {
        try {
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, rounds, HASH_BYTES * Byte.SIZE);
            try {
                byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(spec)
                        .getEncoded();
                return Objects.requireNonNull(key, "a key that can be encoded");
            } finally {
                spec.clearPassword();
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PBKDF2WithHmacSHA256: not in this JDK", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PasswordHash that
                && rounds == that.rounds
                && MessageDigest.isEqual(salt, that.salt)
                && MessageDigest.isEqual(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(salt);
    }

    /** Tells nothing. */
    @Override
    public String toString() {
        return "PasswordHash";
    }
}
