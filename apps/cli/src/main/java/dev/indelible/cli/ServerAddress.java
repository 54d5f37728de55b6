package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.journal.JournalUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, and how to be let in: {@code https://LOGIN:PASSWORD@HOST:PORT?ca=FILE}. The password may come from
 * the environment instead; the file has the certificates that the server's is signed with, where the JDK does not know
 * them.
 */
final class ServerAddress {
    private static final String PASSWORD = "INDELIBLE_PASSWORD";
    private static final String AUTHORITY = "ca";
    private static final String EXPECTED = "(expected: http://HOST:PORT, or https://LOGIN@HOST:PORT?ca=FILE)";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final String address;
    private final @Nullable String authorization;
    private final @Nullable SSLContext trust;

    private ServerAddress(String address, @Nullable String authorization, @Nullable SSLContext trust) {
        this.address = address;
        this.authorization = authorization;
        this.trust = trust;
    }

    static boolean isAddress(String url) {
        return url.startsWith("http://") || url.startsWith("https://");
    }

    /** Takes it apart; throws {@link IllegalArgumentException} without the password in its message. */
    static ServerAddress parse(String text) {
        if (!isAddress(text)) {
            throw new IllegalArgumentException("\"" + text + "\" " + EXPECTED);
        }
        JournalUrl url = JournalUrl.parse(text);
        String address = url.shown().replaceAll("/+$", "");
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("server: \"" + address + "\" " + EXPECTED, e);
        }
        boolean isAlone = uri.getRawFragment() == null
                && Set.of(AUTHORITY).containsAll(url.options().keySet());
        if (uri.getHost() == null || !isAlone) {
            throw new IllegalArgumentException("server: \"" + address + "\" " + EXPECTED);
        }
        int at = url.place().lastIndexOf('@');
        String login = at < 0 ? "" : url.place().substring("//".length(), at);
        boolean isSecret = uri.getScheme().equals("https") || LOOPBACK.contains(uri.getHost());
        if (!login.isEmpty() && !isSecret) {
            throw new IllegalArgumentException(
                    "server: " + address + ": a password could be read on the way (expected: https://)");
        }
        String authority = url.options().get(AUTHORITY);
        return new ServerAddress(
                address,
                login.isEmpty() ? null : authorization(login),
                authority == null ? null : trust(Path.of(authority)));
    }

    private static String authorization(String login) {
        int colon = login.indexOf(':');
        String password = System.getenv(PASSWORD);
        if (colon < 0 && password == null) {
            throw new IllegalArgumentException("server: no password for " + decoded(login)
                    + " (expected: LOGIN:PASSWORD@HOST, or the environment variable " + PASSWORD + ")");
        }
        String credentials = colon < 0
                ? decoded(login) + ":" + password
                : decoded(login.substring(0, colon)) + ":" + decoded(login.substring(colon + 1));
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    }

    /** Percent-decoded: a plus is a plus. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }

    private static SSLContext trust(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
            }
            if (trusted.size() == 0) {
                throw new IllegalArgumentException("server: " + AUTHORITY + "=" + file + ": no certificate in it");
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "server: " + AUTHORITY + "=" + file + ": " + OneLineErrors.text(e)
                            + " (expected: a PEM file of certificates)",
                    e);
        }
    }

    /** A client of this server. */
    HttpClient.Builder client() {
        HttpClient.Builder client = HttpClient.newBuilder();
        return trust == null ? client : client.sslContext(trust);
    }

    /** A request to this server. */
    HttpRequest.Builder request(String pathAndQuery) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + pathAndQuery));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    /** Without login and password, and without a slash at its end. */
    @Override
    public String toString() {
        return address;
    }
}
