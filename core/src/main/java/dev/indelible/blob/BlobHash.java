package dev.indelible.blob;

import dev.indelible.EventStoreException.Corrupted;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of a blob: {@code sha256:} and the 64 hexadecimal digits, in lower case, of the SHA-256 of its content. For
 * those who write a {@link BlobStore}.
 */
public final class BlobHash {
    private static final String ALGORITHM = "sha256:";
    private static final int DIRECTORY_DIGITS = 2;
    private static final Pattern FORM = Pattern.compile(ALGORITHM + "[0-9a-f]{64}");

    private BlobHash() {}

    /** The hash of that content. */
    public static String of(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return ALGORITHM + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The hash itself; throws {@link IllegalArgumentException} if it is none. */
    public static String check(String hash) {
        if (!FORM.matcher(hash).matches()) {
            throw new IllegalArgumentException(
                    "blob hash: \"" + hash + "\" (expected: sha256: and 64 hexadecimal digits in lower case)");
        }
        return hash;
    }

    /**
     * Where every store puts the blob: {@code ab/cdef…}, the first two digits and the others, so that blobs can be
     * copied from one store to another as files. Throws as {@link #check}.
     */
    public static String path(String hash) {
        String digits = check(hash).substring(ALGORITHM.length());
        return digits.substring(0, DIRECTORY_DIGITS) + "/" + digits.substring(DIRECTORY_DIGITS);
    }

    /**
     * The content itself, if it has that hash.
     *
     * @param place where it was found, for the message
     * @throws Corrupted if it has another
     */
    public static byte[] verified(String hash, byte[] content, String place) {
        if (!of(content).equals(hash)) {
            throw new Corrupted(
                    "blob %s: damaged in %s: %d bytes of another hash".formatted(hash, place, content.length), null);
        }
        return content;
    }

    /** What {@link BlobStore#get} throws when there is nothing. */
    public static Corrupted missing(String hash, String place) {
        return new Corrupted("blob %s: missing in %s".formatted(hash, place), null);
    }
}
