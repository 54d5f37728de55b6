package dev.indelible.server;

import com.linecorp.armeria.common.TlsKeyPair;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server's certificate and its key, read from PEM files and found to belong together. */
final class Tls {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern ANY_KEY = Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----");

    /** Kinds of keys, and how each signs. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private Tls() {}

    /** Throws {@link IllegalArgumentException}, which says in one line what is wrong. */
    static TlsKeyPair load(Path certificateFile, Path keyFile) {
        List<X509Certificate> chain = certificates(certificateFile);
        PublicKey publicKey = chain.get(0).getPublicKey();
        String algorithm = publicKey.getAlgorithm();
        if (!SIGNATURES.containsKey(algorithm)) {
            throw new IllegalArgumentException(
                    "certificate: " + certificateFile + ": a key of " + algorithm + " (expected: RSA or EC)");
        }
        byte[] encoded = key(keyFile);
        PrivateKey privateKey = null;
        try {
            privateKey = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException otherKind) {
            // Told below.
        }
        if (privateKey == null || !belongTogether(privateKey, publicKey, SIGNATURES.get(algorithm))) {
            throw new IllegalArgumentException(
                    "key: " + keyFile + " (expected: the key of the first certificate in " + certificateFile + ")");
        }
        return TlsKeyPair.of(privateKey, chain);
    }

    private static List<X509Certificate> certificates(Path file) {
        String expected = " (expected: PEM with the server's certificate, then those that it is signed with)";
        try {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(read("certificate", file)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (chain.isEmpty()) {
                throw new IllegalArgumentException("certificate: " + file + ": none in it" + expected);
            }
            return chain;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("certificate: " + file + ": unreadable" + expected, e);
        }
    }

    private static byte[] key(Path file) {
        String text = new String(read("key", file), StandardCharsets.ISO_8859_1);
        Matcher found = KEY.matcher(text);
        Matcher any = ANY_KEY.matcher(text);
        if (found.find()) {
            try {
                return Base64.getMimeDecoder().decode(found.group(1));
            } catch (IllegalArgumentException noBase64) {
                // Told below.
            }
        }
        String what = any.find() ? any.group(1) : "no key in it";
        throw new IllegalArgumentException("key: " + file + ": " + what
                + " (expected: PEM, a PRIVATE KEY, PKCS#8 without password: openssl pkcs8 -topk8 -nocrypt)");
    }

    private static byte[] read(String what, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(what + ": " + file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException(what + ": " + file + ": may not be read", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(what + ": " + file + ": " + e.getMessage(), e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey, @Nullable String algorithm) {
        try {
            byte[] text = "Indelible".getBytes(StandardCharsets.UTF_8);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
