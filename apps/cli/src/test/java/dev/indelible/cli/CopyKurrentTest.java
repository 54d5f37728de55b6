package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.server.IndelibleServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies between servers that speak the protocol of KurrentDB and PostgreSQL. */
@Timeout(180)
class CopyKurrentTest {
    private static final Pattern RECORDED_AT = Pattern.compile("\"recorded_at\": ?\"[^\"]*\"");

    private static EmbeddedPostgres postgres;

    @TempDir
    private Path directory;

    private Served from;
    private Served back;
    private String database;

    /** A server over a store in a directory, as clients of KurrentDB see it. */
    private record Served(EventStore store, IndelibleServer server) implements AutoCloseable {
        private static Served over(Path directory) {
            EventStore store = EventStore.open("embedded:" + directory);
            return new Served(store, IndelibleServer.start(store, "127.0.0.1", 0));
        }

        private String url() {
            return "kurrentdb://127.0.0.1:" + server.port() + "?tls=false";
        }

        @Override
        public void close() {
            server.close();
            store.close();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void open() {
        from = Served.over(directory.resolve("from"));
        back = Served.over(directory.resolve("back"));
        database = "postgresql://postgres:postgres@127.0.0.1:" + postgres.getPort() + "/postgres?schema=copy_"
                + Math.floorMod(directory.hashCode(), 1_000_000);
    }

    @AfterEach
    void close() {
        from.close();
        back.close();
    }

    @Test
    void a_server_is_copied_to_postgresql_and_back_and_every_export_is_the_same() {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("seed: " + seed);
        fill(from.store(), 3_000, 60, new Random(seed));
        assertThat(copy(from.url(), database)).contains("3000 new, 0 known", "3000 events are the same in both");
        assertThat(copy(database, back.url())).contains("3000 new, 0 known", "3000 events are the same in both");
        List<String> exported = exported(from.url());
        assertThat(exported).hasSize(3_000);
        assertThat(exported(database)).isEqualTo(exported);
        assertThat(exported(back.url())).isEqualTo(exported);
        assertThat(copy(from.url(), database)).contains("0 events read", "3000 events are the same in both");
        assertThat(copy(database, back.url())).contains("0 events read", "3000 events are the same in both");
    }

    @Test
    void a_copy_that_was_killed_in_the_middle_goes_on_where_it_was_in_both_directions() throws Exception {
        int events = 5_000;
        fill(from.store(), events, 30, new Random(1));
        CopyTest.killInTheMiddle(from.url(), database);
        assertThat(copy(from.url(), database)).contains(events + " events are the same in both");
        CopyTest.killInTheMiddle(database, back.url());
        assertThat(copy(database, back.url())).contains(events + " events are the same in both");
        assertThat(exported(back.url())).isEqualTo(exported(from.url()));
    }

    @Test
    void streams_of_the_system_stay_out_of_a_copy_to_a_server_and_metadata_keeps_its_value() {
        StreamName order = StreamName.of("Order-1");
        Payload spelled = Payload.json("{ \"x\" : 1.0 }");
        NewEvent event = NewEvent.json("Placed", "1").withMetadata(spelled);
        from.store().append(order, ExpectedVersion.any(), event);
        from.store()
                .append(
                        order,
                        ExpectedVersion.any(),
                        NewEvent.json("Paid", "2").withMetadata(spelled).withTags("a:b"));
        copy(from.url(), database);
        try (EventStore store = EventStore.open(database)) {
            NewEvent limit = NewEvent.json("$metadata", "{\"$maxCount\":10}");
            store.appendAsSystem(Append.to(StreamName.of("$$Order-1"), ExpectedVersion.any(), limit));
        }
        assertThat(copy(database, back.url())).contains("2 new, 0 known", "2 events are the same in both");
        assertThat(copy(database, back.url())).contains("0 new, 0 known", "2 events are the same in both");
        assertThat(exported(back.url())).isEqualTo(exported(from.url()));
    }

    @Test
    void a_server_that_is_not_there_is_named_in_one_line() {
        String nowhere = "kurrentdb://admin:secret@127.0.0.1:1?tls=false&maxDiscoverAttempts=1";
        Cli.Result result = Cli.run("read", "--from", nowhere);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("no KurrentDB server answers at kurrentdb://127.0.0.1:1")
                .doesNotContain("secret");
        assertThat(result.err().lines()).hasSize(1);
    }

    private static String copy(String from, String to) {
        Cli.Result result = Cli.run("copy", from, to);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.err();
    }

    /** The lines byte for byte, but for the time of recording, which is the store's own. */
    private static List<String> exported(String url) {
        Cli.Result result = Cli.run("export", "--from", url);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.lines()).allMatch(line -> RECORDED_AT.matcher(line).find());
        return result.lines().stream()
                .map(line -> RECORDED_AT.matcher(line).replaceFirst(""))
                .toList();
    }

    /** With everything that an event can have. */
    private static void fill(EventStore store, int events, int streams, Random random) {
        for (int i = 0; i < events; i++) {
            String json = "{\"n\": %d, \"total\": %d.50, \"note\": \"é %d\"}".formatted(i, i, random.nextInt(100));
            NewEvent event = NewEvent.json("Counted", json).withId(NewEvent.idOf("copy " + i));
            if (random.nextInt(4) == 0) {
                event = event.withTags("customer:" + random.nextInt(9), "region:north")
                        .withSchemaVersion(2);
            }
            if (random.nextInt(4) == 0) {
                event = event.withMetadata(
                        Metadata.NONE.withCorrelationId("c-" + i).withCausationId("d-" + i));
            }
            if (random.nextInt(8) == 0) {
                byte[] bytes = new byte[random.nextInt(50)];
                random.nextBytes(bytes);
                event = new NewEvent(
                        event.id(),
                        "Scanned",
                        event.schemaVersion(),
                        Payload.binary(bytes),
                        event.metadata(),
                        event.tags());
            }
            store.append(StreamName.of("Order-" + random.nextInt(streams)), ExpectedVersion.any(), event);
        }
    }
}
