package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.TlsKeyPair;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.Endpoint;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import dev.indelible.server.security.Users;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands beside a server that has TLS and users. */
@Timeout(120)
class ServedUsersTest {
    private static final String PASSWORD = "a+b c@d";

    @TempDir
    static Path directory;

    private static Path authority;
    private static Users users;
    private static EventStore store;
    private static IndelibleServer server;

    @BeforeAll
    static void serve() throws Exception {
        TlsKeyPair pair = TlsKeyPair.ofSelfSigned("localhost");
        authority =
                pem("cert.pem", "CERTIFICATE", pair.certificateChain().get(0).getEncoded());
        Path key = pem("key.pem", "PRIVATE KEY", pair.privateKey().getEncoded());
        users = Users.open(directory.resolve("users"));
        users.addFirst("first");
        users.create("ann", PASSWORD, "", List.of());
        store = EventStore.on(new MemoryJournal());
        Endpoint endpoint = Endpoint.of("127.0.0.1", 0).withTls(authority, key).withUsers(users);
        server = IndelibleServer.start(store, endpoint, ProjectionSources.none());
    }

    @AfterAll
    static void end() {
        server.close();
        store.close();
        users.close();
    }

    private static Path pem(String file, String what, byte[] encoded) throws Exception {
        String text = Base64.getMimeEncoder().encodeToString(encoded);
        return Files.writeString(
                directory.resolve(file), "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    /** With credentials that end with {@code @}, or nothing. */
    private static String address(String credentials) {
        return "https://" + credentials + "localhost:" + server.port() + "?ca=" + authority;
    }

    @Test
    void a_user_appends_reads_and_describes() {
        String url = address("ann:a+b%20c%40d@");

        assertThat(Cli.run("append", "Order-1", "Placed", "--data", "{}", "--to", url)
                        .err())
                .isEmpty();
        assertThat(Cli.run("read", "Order-1", "--from", url).lines()).hasSize(1);
        assertThat(Cli.run("describe", url).out()).startsWith("server: https://localhost:" + server.port() + "\n");
        assertThat(Cli.run("projections", "list", "--at", address("admin:first@"))
                        .exitCode())
                .isZero();
    }

    @Test
    void a_password_may_come_from_the_environment() throws Exception {
        Process append = Cli.start(
                Map.of("INDELIBLE_PASSWORD", PASSWORD),
                "append",
                "Order-2",
                "Placed",
                "--data",
                "{}",
                "--to",
                address("ann@"));
        try {
            assertThat(new String(append.getErrorStream().readAllBytes(), UTF_8))
                    .isEmpty();
            assertThat(append.waitFor()).isZero();
            assertThat(store.read(EventQuery.stream("Order-2")).toList()).hasSize(1);
        } finally {
            append.destroyForcibly();
        }
    }

    @Test
    void a_password_that_the_locale_cannot_read_is_no_other_password() throws Exception {
        Map<String, String> environment = Map.of("INDELIBLE_PASSWORD", "p\u00e4ss", "LC_ALL", "C");
        Process describe = Cli.start(environment, "describe", address("ann@"));
        try {
            assertThat(new String(describe.getErrorStream().readAllBytes(), UTF_8))
                    .startsWith("indelible: INDELIBLE_PASSWORD: has characters that this locale does not (expected: ");
            assertThat(describe.waitFor()).isEqualTo(2);
        } finally {
            describe.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''        | 1 | no login, or not its password (expected: https://LOGIN",
                "ann:bad@  | 1 | no login, or not its password (expected: https://LOGIN",
                "ann@      | 2 | no password for ann (expected: LOGIN:PASSWORD@HOST, or the environment variable",
            })
    void whoever_is_not_let_in_is_told_why(String credentials, int exitCode, String why) {
        Cli.Result result = Cli.run("append", "Order-3", "Placed", "--data", "{}", "--to", address(credentials));

        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.err()).contains(why).hasLineCount(1).doesNotContain("bad");
    }

    @Test
    void a_server_that_is_not_trusted_is_not_told_the_password() {
        String url = "https://ann:secret@localhost:" + server.port();

        Cli.Result result = Cli.run("describe", url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("indelible: https://localhost:" + server.port() + ": no TLS: ")
                .endsWith(" (an authority that Java does not know is named by ?ca=FILE)\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ann:secret@example.org:2113",
                "http:///x",
                "https://ann:secret@",
                "https://ann:secret@localhost:x",
                "https://ann:secret@localhost?ca=none.pem",
                "https://ann:secret@localhost?other=1",
                "https://ann:secret@localhost#2",
                "https://ann:secret@localhost:2113/streams",
                "https://ann:secret%zz@localhost:2113",
                "https://ann:secret?x@localhost:2113",
                "https://ann:secret?x=1@localhost:2113",
            })
    void an_address_that_is_none_is_an_error_that_shows_no_password(String url) {
        Cli.Result result = Cli.run("describe", url);

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("(expected: ").hasLineCount(1).doesNotContain("secret");
        assertThat(Cli.run("projections", "list", "--at", url).err()).doesNotContain("secret");
        assertThat(Cli.run("copy", url, "memory:").err()).doesNotContain("secret");
    }
}
