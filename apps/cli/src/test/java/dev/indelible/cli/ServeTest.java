package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ServeTest {
    private static final Pattern HEADER = Pattern.compile("-H '([^:]+): ([^']+)'");
    private static final Pattern BODY = Pattern.compile("-d '([^']+)'");
    private static final Pattern ADDRESS = Pattern.compile("http://\\S+");

    @TempDir
    private Path directory;

    @Test
    void it_says_where_it_is_and_how_to_try_it_and_closes_the_store_when_it_is_told_to_end() throws Exception {
        Path data = directory.resolve("data");
        Process serve = Cli.start("serve", "--journal", "embedded:" + data, "--port", "0");
        try (BufferedReader out = serve.inputReader(UTF_8);
                HttpClient http = HttpClient.newHttpClient()) {
            assertThat(out.readLine()).isEqualTo("indelible serves embedded: " + data);
            assertThat(out.readLine()).matches("at http://127\\.0\\.0\\.1:\\d+ \\(Ctrl-C ends it\\)\\. To try it:");
            List<HttpRequest> toTry = curlLines(out);

            assertThat(http.send(toTry.get(0), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(201);
            assertThat(http.send(toTry.get(1), BodyHandlers.ofString()).body()).contains("\"OrderPlaced\"");
            assertThat(http.send(taggedCustomer7(toTry.get(1)), BodyHandlers.ofString())
                            .body())
                    .contains("\"OrderPlaced\"");
            HttpResponse<Stream<String>> tail = http.send(toTry.get(2), BodyHandlers.ofLines());
            assertThat(tail.body().filter(line -> line.startsWith("data:")).findFirst())
                    .hasValueSatisfying(line -> assertThat(line).contains("\"OrderPlaced\""));

            // Not by the process itself, which would close the streams that are still to be read.
            assertThat(serve.toHandle().destroy()).isTrue();

            assertThat(serve.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(serve.exitValue()).isEqualTo(143);
            assertThat(new String(serve.getErrorStream().readAllBytes(), UTF_8)).isEmpty();
        } finally {
            serve.destroyForcibly();
        }
        assertThat(Samples.exported("embedded:" + data)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void a_host_that_others_can_reach_is_warned_of_and_one_that_can_be_asked_is_printed(String host)
            throws IOException {
        Process serve = Cli.start("serve", "--journal", "memory:", "--host", host, "--port", "0");
        try (BufferedReader err = serve.errorReader(UTF_8);
                BufferedReader out = serve.inputReader(UTF_8)) {
            assertThat(err.readLine())
                    .startsWith("warning: without --users nobody is authenticated: whoever can reach " + host + ":")
                    .endsWith(" can read and append");
            assertThat(out.readLine()).startsWith("indelible serves memory");
            assertThat(out.readLine()).startsWith("at http://127.0.0.1:");
        } finally {
            serve.destroyForcibly();
        }
    }

    @Test
    void a_taken_port_is_an_error_in_one_line_and_no_store_is_made() throws IOException {
        String url = "embedded:" + directory.resolve("data");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            Cli.Result result = Cli.run("serve", "--journal", url, "--port", port);

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err())
                    .isEqualTo(
                            "indelible: port " + port + ": in use (expected: a free port; --port chooses another)\n");
        }
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"70000", "-1"})
    void a_port_that_there_cannot_be_is_not_understood(String port) {
        String url = "embedded:" + directory.resolve("data");

        assertThat(Cli.run("serve", "--journal", url, "--port", port))
                .isEqualTo(new Cli.Result(
                        2,
                        "",
                        "indelible: --port: " + port + " (expected: 0 to 65535) (see: indelible serve --help)\n"));
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    @Timeout(180)
    void users_come_by_tls_and_the_first_has_the_password_that_the_environment_gives() throws Exception {
        Path users = directory.resolve("users");
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        makeCertificate(certificate, key);
        String[] command = {
            "serve",
            "--journal",
            "memory:",
            "--port",
            "0",
            "--tls-certificate",
            certificate.toString(),
            "--tls-key",
            key.toString(),
            "--users",
            users.toString()
        };
        assertThat(Cli.run(command))
                .isEqualTo(new Cli.Result(
                        1,
                        "",
                        "indelible: users: " + users + " has none (expected: a password for the first, admin, in the"
                                + " environment variable INDELIBLE_ADMIN_PASSWORD)\n"));
        for (String given : new String[] {"first", "not taken any more"}) {
            Process serve = Cli.start(Map.of("INDELIBLE_ADMIN_PASSWORD", given), command);
            try (BufferedReader out = serve.inputReader(UTF_8);
                    HttpClient http = HttpClient.newBuilder()
                            .sslContext(trust(certificate))
                            .build()) {
                assertThat(out.readLine()).startsWith("indelible serves memory");
                Matcher address =
                        Pattern.compile("at (https://127\\.0\\.0\\.1:\\d+) .*").matcher(out.readLine());
                assertThat(address.matches()).isTrue();
                URI events = URI.create(address.group(1) + "/events");
                HttpRequest.Builder request = HttpRequest.newBuilder(events);

                assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode())
                        .isEqualTo(401);
                String basic = Base64.getEncoder().encodeToString("admin:first".getBytes(UTF_8));
                request.header("Authorization", "Basic " + basic);
                assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            } finally {
                serve.destroyForcibly();
                assertThat(serve.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(Files.readString(users)).doesNotContain("first");
    }

    private static void makeCertificate(Path certificate, Path key) throws Exception {
        Path store = certificate.resolveSibling("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "for this store only",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        char[] password = "for this store only".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        Base64.Encoder mime = Base64.getMimeEncoder();
        Files.writeString(
                certificate,
                "-----BEGIN CERTIFICATE-----\n"
                        + mime.encodeToString(keys.getCertificate("server").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n"
                        + mime.encodeToString(keys.getKey("server", password).getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    private static SSLContext trust(Path certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @Test
    void what_would_send_passwords_in_the_clear_or_half_of_tls_is_not_understood() {
        Cli.Result clear = Cli.run("serve", "--journal", "memory:", "--users", "users");
        Cli.Result half = Cli.run("serve", "--journal", "memory:", "--tls-key", "key.pem");

        assertThat(clear.exitCode()).isEqualTo(2);
        assertThat(clear.err())
                .startsWith("indelible: --users: without TLS passwords could be read on the way (expected: ")
                .hasLineCount(1);
        assertThat(half.exitCode()).isEqualTo(2);
        assertThat(half.err())
                .startsWith("indelible: --tls-certificate and --tls-key: one is missing")
                .hasLineCount(1);
    }

    @Test
    void a_certificate_that_is_not_there_is_an_error_in_one_line() {
        Path none = directory.resolve("none.pem");
        String[] command = {
            "serve", "--journal", "memory:", "--tls-certificate", none.toString(), "--tls-key", none.toString()
        };

        assertThat(Cli.run(command))
                .isEqualTo(new Cli.Result(2, "", "indelible: certificate: " + none + ": no such file\n"));
    }

    @Test
    void a_directory_that_another_holds_is_an_error_in_one_line() {
        Path data = directory.resolve("data");
        try (Connection holder = Connection.open("embedded:" + data)) {
            Cli.Result result = Cli.run("serve", "--journal", "embedded:" + data, "--port", "0");

            assertThat(holder.describe().name()).isEqualTo("embedded");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err())
                    .startsWith("indelible: " + data + " is held by process ")
                    .hasLineCount(1);
        }
    }

    @Test
    void a_host_that_is_none_is_an_error_in_one_line() {
        Cli.Result result = Cli.run("serve", "--journal", "memory:", "--host", "no such host");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("indelible: ")
                .contains("no such host")
                .hasLineCount(1);
    }

    /** What the README asks for next. */
    private static HttpRequest taggedCustomer7(HttpRequest request) {
        return HttpRequest.newBuilder(request.uri().resolve("/events?tag=customer:7"))
                .build();
    }

    /** The requests that the printed lines make, by what this test knows of curl. */
    private static List<HttpRequest> curlLines(BufferedReader out) throws IOException {
        assertThat(out.readLine()).isEmpty();
        List<HttpRequest> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String line = out.readLine();
            assertThat(line).startsWith("  curl -s");
            Matcher address = ADDRESS.matcher(line);
            assertThat(address.find()).isTrue();
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address.group()));
            HEADER.matcher(line).results().forEach(header -> request.header(header.group(1), header.group(2)));
            Matcher body = BODY.matcher(line);
            requests.add(
                    (body.find() ? request.POST(HttpRequest.BodyPublishers.ofString(body.group(1))) : request).build());
        }
        return requests;
    }
}
