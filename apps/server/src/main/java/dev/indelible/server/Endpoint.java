package dev.indelible.server;

import com.linecorp.armeria.common.TlsKeyPair;
import dev.indelible.server.security.Users;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens, and whom it serves: everybody, unless it is given users. Immutable.
 *
 * <p>With TLS, HTTP/1.1, HTTP/2 and gRPC are spoken on the one port, as the client chooses by ALPN. The files are read
 * once; a new certificate needs a restart.
 */
public final class Endpoint {
    private final String host;
    private final int port;
    private final @Nullable TlsKeyPair tls;
    private final @Nullable Users users;
    private final boolean passwordsInTheClear;

    private Endpoint(
            String host, int port, @Nullable TlsKeyPair tls, @Nullable Users users, boolean passwordsInTheClear) {
        this.host = host;
        this.port = port;
        this.tls = tls;
        this.users = users;
        this.passwordsInTheClear = passwordsInTheClear;
    }

    /**
     * In the clear, for everybody.
     *
     * @param port 0: any that is free
     */
    public static Endpoint of(String host, int port) {
        return new Endpoint(host, port, null, null, false);
    }

    /**
     * The same with TLS.
     *
     * @param certificate a PEM file: the server's certificate, then those that it is signed with
     * @param key a PEM file: its key, PKCS#8 without password
     * @throws IllegalArgumentException if a file cannot be read, is none of these, or they do not belong together
     */
    public Endpoint withTls(Path certificate, Path key) {
        return new Endpoint(host, port, Tls.load(certificate, key), users, passwordsInTheClear);
    }

    /** The same for these users only, who give their passwords. They stay open when the server is closed. */
    public Endpoint withUsers(Users all) {
        return new Endpoint(host, port, tls, all, passwordsInTheClear);
    }

    /** The same, and passwords are taken without TLS, too: for a server behind a proxy that speaks TLS. */
    public Endpoint withPasswordsInTheClear() {
        return new Endpoint(host, port, tls, users, true);
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    @Nullable
    TlsKeyPair tls() {
        return tls;
    }

    /** Who is served; null: everybody. */
    @Nullable
    Users users() {
        if (users != null && tls == null && !passwordsInTheClear) {
            throw new IllegalArgumentException("users: without TLS their passwords could be read on the way"
                    + " (expected: a certificate and its key, or passwords in the clear behind a proxy with TLS)");
        } else if (users != null && users.all().isEmpty()) {
            throw new IllegalArgumentException("users: there are none (expected: at least one)");
        }
        return users;
    }
}
