package dev.indelible.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority, and a certificate for this machine that it has signed, made anew by the JDK's keytool.
 *
 * @param authority its certificate, for clients
 * @param certificate the server's
 * @param key the server's, PKCS#8
 */
public record Certificates(Path authority, Path certificate, Path key) {
    private static final char[] PASSWORD = "for this store only".toCharArray();

    /** Makes them in that directory, with keys of that kind: RSA or EC. */
    public static Certificates in(Path directory, String kind) throws Exception {
        Path store = directory.resolve(kind + ".p12");
        keytool(store, "-alias", "ca", "-keyalg", kind, "-dname", "CN=Test authority", "-ext", "bc:c");
        keytool(
                store,
                "-alias",
                "server",
                "-keyalg",
                kind,
                "-dname",
                "CN=localhost",
                "-signer",
                "ca",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        return new Certificates(
                pem(directory.resolve(kind + "-ca.pem"), "CERTIFICATE", encoded(keys.getCertificate("ca"))),
                pem(directory.resolve(kind + "-cert.pem"), "CERTIFICATE", encoded(keys.getCertificate("server"))),
                pem(
                        directory.resolve(kind + "-key.pem"),
                        "PRIVATE KEY",
                        keys.getKey("server", PASSWORD).getEncoded()));
    }

    private static byte[] encoded(Certificate certificate) throws GeneralSecurityException {
        return certificate.getEncoded();
    }

    private static Path pem(Path file, String what, byte[] encoded) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    private static void keytool(Path store, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(output);
        }
    }

    /** What a client of the JDK needs to trust the authority, and it alone. */
    public SSLContext trust() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
