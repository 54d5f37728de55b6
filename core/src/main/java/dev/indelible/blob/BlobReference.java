package dev.indelible.blob;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.Json;
import dev.indelible.event.Payload;
import dev.indelible.event.Payload.Format;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an event carries instead of its data when that is in a {@link BlobStore}: the JSON object {@code
 * {"$blob":"sha256:…","size":N,"format":"json"}}, or {@code "binary"}.
 *
 * @param hash the blob's {@linkplain BlobHash hash}
 * @param size number of bytes
 * @param format how the bytes are to be understood
 */
public record BlobReference(String hash, int size, Format format) {
    /** The member that makes a JSON object a reference. */
    public static final String MEMBER = "$blob";

    /** A reference is shorter than this, also with the white space of any engine. */
    private static final int BYTES_MAX = 256;

    private static final byte[] NAME_END = (MEMBER + "\"").getBytes(UTF_8);

    /** Checks hash and size; throws {@link IllegalArgumentException}. */
    public BlobReference {
        BlobHash.check(hash);
        if (size < 0) {
            throw new IllegalArgumentException("blob size: " + size + " (expected: 0 or more)");
        }
    }

    /** The reference that the data is, if it is one exactly. */
    public static Optional<BlobReference> of(Payload data) {
        if (!data.isJson() || data.size() > BYTES_MAX || !mayHaveMember(data.toBytes())) {
            return Optional.empty();
        }
        if (Json.parse("data", data.toBytes()) instanceof Map<?, ?> members
                && members.size() == 3
                && members.get(MEMBER) instanceof String hash
                && members.get("size") instanceof BigDecimal size
                && members.get("format") instanceof String format) {
            try {
                Format known = Format.valueOf(format.toUpperCase(Locale.ROOT));
                return Optional.of(new BlobReference(hash, size.intValueExact(), known));
            } catch (IllegalArgumentException | ArithmeticException e) {
                return Optional.empty(); // It was recorded by somebody who knew nothing of references.
            }
        }
        return Optional.empty();
    }

    /** The reference as an event's data. */
    public Payload toPayload() {
        return Payload.json("{\"%s\":\"%s\",\"size\":%d,\"format\":\"%s\"}"
                .formatted(MEMBER, hash, size, format.name().toLowerCase(Locale.ROOT)));
    }

    /**
     * The bytes that it refers to.
     *
     * @throws Corrupted if the blob is missing, damaged, or of another size; names hash and place
     */
    public byte[] fetch(BlobStore blobs) {
        byte[] content = blobs.get(hash);
        if (content.length != size) {
            throw new Corrupted(
                    "blob %s: %d bytes in %s (expected: %d, by the event that refers to it)"
                            .formatted(hash, content.length, blobs, size),
                    null);
        }
        return content;
    }

    /** Whether this JSON value, which was checked before, is an object with the member that references have. */
    static boolean isReserved(byte[] json) {
        int at = 0;
        while (at < json.length && json[at] <= ' ') {
            at++;
        }
        return at < json.length
                && json[at] == '{'
                && mayHaveMember(json)
                && Json.members("data", json).containsKey(MEMBER);
    }

    /** Finds the name as it is written, and every text in which a part of it could be escaped. */
    private static boolean mayHaveMember(byte[] json) {
        for (int i = 0; i < json.length - 1; i++) {
            if (json[i] == '\\' && json[i + 1] == 'u') {
                return true;
            }
            if (json[i] == '$' && startsWith(json, i, NAME_END)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] json, int at, byte[] what) {
        if (at + what.length > json.length) {
            return false;
        }
        for (int i = 0; i < what.length; i++) {
            if (json[at + i] != what[i]) {
                return false;
            }
        }
        return true;
    }
}
