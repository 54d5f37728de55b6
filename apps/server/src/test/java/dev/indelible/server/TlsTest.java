package dev.indelible.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TlsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static Certificates certificates;
    private static EventStore store;
    private static IndelibleServer server;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.in(directory, "RSA");
        store = EventStore.on(new MemoryJournal());
        server = serve(certificates);
    }

    @AfterAll
    static void stop() {
        server.close();
        store.close();
    }

    private static IndelibleServer serve(Certificates with) {
        Endpoint endpoint = Endpoint.of("127.0.0.1", 0).withTls(with.certificate(), with.key());
        return IndelibleServer.start(store, endpoint, ProjectionSources.none());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void both_versions_of_http_are_spoken_on_the_port(HttpClient.Version version) throws Exception {
        assertThat(server.uri().getScheme()).isEqualTo("https");
        try (HttpClient http = client(certificates, version)) {
            HttpResponse<String> appended = http.send(
                    request(server, "/streams/Order-" + version)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"events\":[{\"event_type\":\"Placed\",\"data\":{}}]}"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(appended.version()).isEqualTo(version);
            assertThat(appended.statusCode()).isEqualTo(201);
            assertThat(http.send(request(server, "/streams/Order-" + version).build(), BodyHandlers.ofString())
                            .body())
                    .contains("\"Placed\"");
        }
    }

    @Test
    void what_happens_is_followed_by_tls_too() throws Exception {
        try (HttpClient http = client(certificates, HttpClient.Version.HTTP_1_1)) {
            var response = http.send(
                    request(server, "/events")
                            .header("Accept", "text/event-stream")
                            .build(),
                    BodyHandlers.ofInputStream());
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
                store.append(Append.to(
                        StreamName.of("Live-1"), ExpectedVersion.any(), NewEvent.of("Told", Payload.EMPTY_OBJECT)));
                assertThat(lines.lines().anyMatch(line -> line.contains("\"Told\"")))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1"})
    void the_client_chooses_the_protocol_by_alpn(String protocol) throws Exception {
        try (SSLSocket socket = (SSLSocket)
                certificates.trust().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.startHandshake();

            assertThat(socket.getApplicationProtocol()).isEqualTo(protocol);
            assertThat(socket.getSession().getProtocol()).isIn("TLSv1.3", "TLSv1.2");
        }
    }

    @Test
    void a_certificate_may_have_an_elliptic_curve() throws Exception {
        Certificates curve = Certificates.in(directory, "EC");
        try (IndelibleServer other = serve(curve);
                HttpClient http = client(curve, HttpClient.Version.HTTP_2)) {
            assertThat(http.send(request(other, "/health").build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void whoever_does_not_trust_the_authority_gets_no_answer() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> http.send(request(server, "/health").build(), BodyHandlers.ofString()))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void plaintext_to_this_port_is_told_what_is_spoken_here() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("urn:indelible:plaintext", "this port speaks TLS (expected: https)");
        }
    }

    @Test
    void tls_to_a_port_without_it_fails_at_once() throws Exception {
        try (IndelibleServer plain = IndelibleServer.start(store, "127.0.0.1", 0);
                HttpClient http = client(certificates, HttpClient.Version.HTTP_2)) {
            URI uri = URI.create("https://127.0.0.1:" + plain.port() + "/health");
            assertThatThrownBy(() -> http.send(
                            HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void a_file_that_is_not_what_it_should_be_is_an_error_in_one_line() throws Exception {
        Path none = directory.resolve("none.pem");
        Path text = Files.writeString(directory.resolve("text.pem"), "no PEM");
        Path old = Files.writeString(
                directory.resolve("old.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n");
        Path locked = Files.writeString(
                directory.resolve("locked.pem"),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n");
        Path another = Certificates.in(Files.createDirectory(directory.resolve("another")), "RSA")
                .key();
        Path curve = Certificates.in(Files.createDirectory(directory.resolve("curve")), "EC")
                .key();
        Path certificate = certificates.certificate();

        assertError(none, certificates.key(), "certificate: " + none + ": no such file");
        assertError(text, certificates.key(), "certificate: " + text + ": ");
        assertError(certificate, none, "key: " + none + ": no such file");
        assertError(certificate, text, "key: " + text + ": no key in it (expected: PEM, a PRIVATE KEY, PKCS#8");
        assertError(certificate, old, "key: " + old + ": RSA PRIVATE KEY (expected: ");
        assertError(certificate, locked, "key: " + locked + ": ENCRYPTED PRIVATE KEY (expected: ");
        String wrong = " (expected: the key of the first certificate in " + certificate + ")";
        assertError(certificate, another, "key: " + another + wrong);
        assertError(certificate, curve, "key: " + curve + wrong);
        assertError(certificate, directory, "key: " + directory + ": ");
    }

    private static void assertError(Path certificate, Path key, String message) {
        assertThatThrownBy(() -> Endpoint.of("127.0.0.1", 0).withTls(certificate, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .satisfies(error -> assertThat(error.getMessage()).doesNotContain("\n"));
    }

    private static HttpClient client(Certificates trusted, HttpClient.Version version) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(trusted.trust())
                .version(version)
                .build();
    }

    private static HttpRequest.Builder request(IndelibleServer of, String path) {
        return HttpRequest.newBuilder(of.uri().resolve(path)).timeout(PATIENCE);
    }
}
