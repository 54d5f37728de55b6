package dev.indelible.personal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** AES-256-GCM: a random nonce of 96 bits, then the ciphertext, then a tag of 128 bits. */
final class AesGcm {
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    private static final String TRANSFORMATION = "AES/GCM/NoPadding";

    private AesGcm() {}

    /** What is sealed, and what it belongs to: it opens in this context alone. */
    static byte[] seal(SecretKey key, byte[] context, byte[] clear) {
        try {
            Cipher cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(Cipher.ENCRYPT_MODE, key); // The provider draws a random nonce.
            cipher.updateAAD(context);
            byte[] nonce = cipher.getIV();
            if (nonce.length != NONCE_BYTES) {
                throw new IllegalStateException("nonce: " + nonce.length + " bytes (expected: " + NONCE_BYTES + ")");
            }
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + clear.length + TAG_BYTES);
            cipher.doFinal(clear, 0, clear.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(TRANSFORMATION + ": " + e.getMessage(), e);
        }
    }

    /** What was sealed by this key in this context; throws {@link AEADBadTagException} if a bit of it is another. */
    static byte[] open(SecretKey key, byte[] context, byte[] sealed) throws AEADBadTagException {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) {
            throw new AEADBadTagException(
                    sealed.length + " bytes (expected: " + (NONCE_BYTES + TAG_BYTES) + " or more)");
        }
        try {
            Cipher cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(context);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(TRANSFORMATION + ": " + e.getMessage(), e);
        }
    }
}
