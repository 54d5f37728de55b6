package dev.indelible.personal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.Json;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * A value as it is recorded: encrypted by its subject's key (AES-256-GCM, a random nonce of 96 bits each time), and
 * bound to subject and generation. Whoever has it sees whose it is and how long, and that the same value was sealed
 * twice he does not see.
 *
 * @param subject whose value it is
 * @param generation of the key
 * @param sealed nonce, ciphertext and tag in Base64
 */
public record SealedValue(Subject subject, int generation, String sealed) {
    /** The JSON member that holds the subject, and by which a sealed value is known. */
    public static final String SUBJECT = "$personal";

    /** The JSON member that holds the generation. */
    public static final String GENERATION = "generation";

    /** The JSON member that holds the sealed bytes. */
    public static final String SEALED = "sealed";

    /** Seals the value by that subject's key. */
    public static SealedValue seal(Subject subject, DataKey key, byte[] clear) {
        byte[] sealed = AesGcm.seal(key.secret(), context(subject, key.generation()), clear);
        return new SealedValue(subject, key.generation(), Base64.getEncoder().encodeToString(sealed));
    }

    /**
     * The value; empty if its key was destroyed.
     *
     * @throws Corrupted if it was changed since it was sealed, or the ring never made its key
     */
    public Optional<byte[]> open(KeyRing keys) {
        return keys.find(subject, generation).map(this::open);
    }

    /**
     * The value, by its subject's key of its generation.
     *
     * @throws Corrupted if it was changed since it was sealed
     */
    public byte[] open(DataKey key) {
        try {
            return AesGcm.open(
                    key.secret(),
                    context(subject, generation),
                    Base64.getDecoder().decode(sealed));
        } catch (AEADBadTagException | IllegalArgumentException e) {
            throw new Corrupted(
                    "sealed value of %s, generation %d: it does not open by its key (expected: as it was sealed)"
                            .formatted(subject, generation),
                    e);
        }
    }

    /** As a JSON object with the members {@code $personal, generation, sealed}. */
    public String toJson() {
        StringBuilder json = new StringBuilder("{\"").append(SUBJECT).append("\":");
        Json.quote(subject.toString(), json);
        return json.append(",\"%s\":%d,\"%s\":\"%s\"}".formatted(GENERATION, generation, SEALED, sealed))
                .toString();
    }

    private static byte[] context(Subject subject, int generation) {
        return ("value " + generation + " " + subject).getBytes(UTF_8);
    }
}
