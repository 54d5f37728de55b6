package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.journal.JournalUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
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
import javax.net.ssl.SSLException;
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
    private static final String ENCODED = "; a password there is percent-encoded, or in the variable " + PASSWORD;
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
        return url.regionMatches(true, 0, "http://", 0, 7) || url.regionMatches(true, 0, "https://", 0, 8);
    }

    /** Takes it apart; throws {@link IllegalArgumentException} without the password in its message. */
    static ServerAddress parse(String text) {
        if (!isAddress(text)) {
            throw new IllegalArgumentException("\"" + text + "\" " + EXPECTED);
        }
        JournalUrl url;
        try {
            url = JournalUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("server: what follows the question mark " + EXPECTED + ENCODED, e);
        }
        if (text.lastIndexOf('@') > text.indexOf('?') && text.indexOf('?') >= 0) {
            // What stands before the question mark may be the first half of a password.
            throw new IllegalArgumentException("server: an @ behind a question mark " + EXPECTED + ENCODED);
        }
        String address = url.shown().replaceAll("/+$", "");
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("server: \"" + address + "\" " + EXPECTED + ENCODED, e);
        }
        if (uri.getHost() == null || !uri.getRawPath().isEmpty() || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("server: \"" + address + "\" " + EXPECTED);
        }
        for (String option : url.options().keySet()) {
            if (!option.equals(AUTHORITY)) {
                throw new IllegalArgumentException("server: option \"" + option + "\" " + EXPECTED);
            }
        }
        int at = url.place().lastIndexOf('@');
        String login = at < 0 ? "" : url.place().substring("//".length(), at);
        boolean isSecret = uri.getScheme().equalsIgnoreCase("https") || LOOPBACK.contains(uri.getHost());
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
        String name = decoded(colon < 0 ? login : login.substring(0, colon));
        String password = colon < 0
                ? Secret.of(PASSWORD)
                        .orElseThrow(() -> new IllegalArgumentException("server: no password for " + name
                                + " (expected: LOGIN:PASSWORD@HOST, or the environment variable " + PASSWORD + ")"))
                : decoded(login.substring(colon + 1));
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8));
    }

    /** Percent-decoded: a plus is a plus. */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("server: login and password " + EXPECTED + ENCODED, e);
        }
    }

    private static SSLContext trust(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
            }
            if (trusted.size() == 0) {
                throw new GeneralSecurityException("it is empty");
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            String why = e instanceof IOException ? OneLineErrors.text(e) : "no certificates";
            throw new IllegalArgumentException(
                    "server: " + AUTHORITY + "=" + file + ": " + why + " (expected: a PEM file of certificates)", e);
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

    /** Why it gave no answer. */
    String silence(IOException e) {
        if (e instanceof ConnectException) {
            return "cannot be reached";
        } else if (e instanceof SSLException) {
            String hint = trust == null ? " (an authority that Java does not know is named by ?ca=FILE)" : "";
            return "no TLS: " + OneLineErrors.text(e) + hint;
        }
        return "no answer: " + OneLineErrors.text(e);
    }

    /** Without login and password, and without a slash at its end. */
    @Override
    public String toString() {
        return address;
    }
}
