package dev.indelible.server.kurrent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.Certificates;
import dev.indelible.server.Endpoint;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import dev.indelible.server.security.Users;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official Node clients, which need the programs node and npm: in the Maven profile {@code node}. */
@Tag("node")
@Timeout(300)
class NodeClientsTest {
    private static final Path SOURCES = Path.of("src", "test", "node");
    private static final List<String> CLIENTS = List.of("@kurrent/kurrentdb-client", "@eventstore/db-client");

    @TempDir
    static Path home;

    @BeforeAll
    static void install() throws Exception {
        for (String file : List.of("package.json", "client.mjs", "orders.mjs")) {
            Files.copy(SOURCES.resolve(file), home.resolve(file));
        }
        run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock");
    }

    @Test
    void both_node_clients_work_over_the_memory_engine() throws Exception {
        useClients(EventStore.on(new MemoryJournal()));
    }

    @Test
    void both_node_clients_work_over_the_embedded_engine(@TempDir Path directory) throws Exception {
        useClients(EventStore.open("embedded:" + directory));
    }

    @Test
    void both_node_clients_work_over_postgresql() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start()) {
            useClients(EventStore.open(
                    "postgresql://postgres:postgres@127.0.0.1:" + server.getPort() + "/postgres?schema=node"));
        }
    }

    @Test
    void what_node_writes_java_reads_as_a_category_field_by_field(@TempDir Path directory) throws Exception {
        int orders = 300;
        int events = 4_000;
        try (Gateway gateway = new Gateway(EventStore.open("embedded:" + directory))) {
            run(
                    "node",
                    "orders.mjs",
                    Integer.toString(gateway.server.port()),
                    Integer.toString(orders),
                    Integer.toString(events));
            List<String> written = Files.readAllLines(home.resolve("written"));
            List<String> read = new ArrayList<>();
            List<ResolvedEvent> links = gateway.read(
                    "$ce-Order", ReadStreamOptions.get().resolveLinkTos().maxCount(2L * events));
            for (ResolvedEvent link : links) {
                assertThat(link.getLink().getRevision()).isEqualTo(read.size());
                RecordedEvent event = link.getEvent();
                assertThat(event.getContentType()).isEqualTo("application/json");
                read.add(String.join(
                        " ",
                        event.getStreamId(),
                        Long.toString(event.getRevision()),
                        event.getEventId().toString(),
                        event.getEventType(),
                        new String(event.getUserMetadata(), UTF_8),
                        new String(event.getEventData(), UTF_8)));
            }
            assertThat(written).hasSize(events);
            assertThat(read).containsExactlyInAnyOrderElementsOf(written);
            Map<String, Long> lasts = new HashMap<>();
            assertThat(links)
                    .allSatisfy(link -> assertThat(link.getEvent().getRevision())
                            .isEqualTo(lasts.merge(link.getEvent().getStreamId(), 1L, Long::sum) - 1));
        }
    }

    @Test
    void both_node_clients_work_over_tls_with_users(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.in(directory, "RSA");
        try (EventStore store = EventStore.on(new MemoryJournal());
                Users users = Users.open(directory.resolve("users"))) {
            users.addFirst("changeit");
            users.create("zoe", "zoe's", "Zoe", List.of());
            Endpoint endpoint = Endpoint.of("127.0.0.1", 0)
                    .withTls(certificates.certificate(), certificates.key())
                    .withUsers(users);
            try (IndelibleServer server = IndelibleServer.start(store, endpoint, ProjectionSources.none())) {
                for (String client : CLIENTS) {
                    String port = Integer.toString(server.port());
                    String suffix = Integer.toString(CLIENTS.indexOf(client));
                    run(
                            "node",
                            "client.mjs",
                            client,
                            port,
                            suffix,
                            certificates.authority().toString());
                }
            }
        }
    }

    private static void useClients(EventStore store) throws Exception {
        try (Gateway gateway = new Gateway(store)) {
            for (String client : CLIENTS) {
                String suffix = Integer.toString(CLIENTS.indexOf(client));
                run("node", "client.mjs", client, Integer.toString(gateway.server.port()), suffix);
            }
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        File output = home.resolve("output").toFile();
        Process process = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(String.join(" ", command) + "\n" + Files.readString(output.toPath()))
                .isZero();
    }
}
