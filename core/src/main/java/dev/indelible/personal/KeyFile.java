package dev.indelible.personal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.Json;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a file of a key ring holds, as one JSON object: a subject with its wrapped key, or that it was shredded.
 *
 * @param subject whose it is
 * @param generation of the key
 * @param wrapped the key, or null if it was destroyed
 * @param shreddedAt when it was destroyed, or null
 */
record KeyFile(
        Subject subject,
        int generation,
        MasterKeys.@Nullable Wrapped wrapped,
        @Nullable Instant shreddedAt) {
    static KeyFile of(Subject subject, int generation, MasterKeys.Wrapped wrapped) {
        return new KeyFile(subject, generation, wrapped, null);
    }

    static KeyFile of(Subject subject, Tombstone tombstone) {
        return new KeyFile(subject, tombstone.generation(), null, tombstone.shreddedAt());
    }

    /** The name of the subject's file: a hash, since a subject may hold what a file's name may not. */
    static String name(Subject subject) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(subject.toString().getBytes(UTF_8));
            return HexFormat.of().formatHex(digest) + ".json";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256: missing in this Java (expected: in every Java)", e);
        }
    }

    /**
     * What the bytes of that file say.
     *
     * @throws Corrupted if they are not what {@link #toBytes} writes
     */
    static KeyFile parse(Path file, byte[] bytes) {
        try {
            if (!(Json.parse("key file", bytes) instanceof Map<?, ?> members)) {
                throw new IllegalArgumentException("no object");
            }
            Subject subject = Subject.of(text(members, "subject"));
            int generation = members.get("generation") instanceof BigDecimal number ? number.intValueExact() : 0;
            if (generation < 1 || !file.getFileName().toString().equals(name(subject))) {
                throw new IllegalArgumentException("generation " + generation + " of " + subject);
            }
            if (members.containsKey("shredded_at")) {
                return new KeyFile(subject, generation, null, Instant.parse(text(members, "shredded_at")));
            }
            byte[] wrapped = Base64.getDecoder().decode(text(members, "wrapped_key"));
            return of(subject, generation, new MasterKeys.Wrapped(text(members, "master_key"), wrapped));
        } catch (RuntimeException e) {
            throw new Corrupted(file + ": no key of this key ring (expected: as it was written)", e);
        }
    }

    private static String text(Map<?, ?> members, String name) {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no text \"" + name + "\"");
    }

    Optional<Tombstone> tombstone() {
        return shreddedAt == null ? Optional.empty() : Optional.of(new Tombstone(generation, shreddedAt));
    }

    byte[] toBytes() {
        StringBuilder json = new StringBuilder("{\"subject\":");
        Json.quote(subject.toString(), json);
        json.append(",\"generation\":").append(generation);
        if (wrapped == null) {
            json.append(",\"shredded_at\":\"").append(shreddedAt);
        } else {
            json.append(",\"master_key\":\"").append(wrapped.masterKey());
            json.append("\",\"wrapped_key\":\"").append(Base64.getEncoder().encodeToString(wrapped.bytes()));
        }
        return json.append("\"}\n").toString().getBytes(UTF_8);
    }
}
