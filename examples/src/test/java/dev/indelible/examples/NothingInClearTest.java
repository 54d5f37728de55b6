package dev.indelible.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.decider.Snapshots;
import dev.indelible.decider.Snapshots.Snapshot;
import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.examples.ForgottenCustomer.Address;
import dev.indelible.examples.ForgottenCustomer.Placed;
import dev.indelible.examples.ForgottenCustomer.Shipped;
import dev.indelible.memory.MemorySnapshots;
import dev.indelible.personal.FileKeyRing;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.MasterKeys;
import dev.indelible.postgres.PostgresJournal;
import dev.indelible.postgres.PostgresKeyRing;
import dev.indelible.postgres.PostgresSnapshots;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks for personal data in all that an engine wrote, before and after its subject was forgotten. */
class NothingInClearTest {
    private static final String NAME = "Zoë Quartz-5e1f";
    private static final String STREET = "Basalt Lane 71904";

    /** Not personal: whoever does not find this does not look well. */
    private static final String CARRIER = "carrier-obsidian-88213";

    private static final Placed PLACED =
            new Placed("42", NAME, Optional.of(new Address(STREET, "Hull")), new BigDecimal("12.50"));
    private static final Placed FORGOTTEN = new Placed("42", null, Optional.empty(), new BigDecimal("12.50"));
    private static final Placed OTHER = new Placed("43", "Ada", Optional.empty(), BigDecimal.ONE);
    private static final StreamName ORDER = StreamName.of("Order-1");

    private final MasterKeys masterKeys = MasterKeys.of(new byte[MasterKeys.BYTES]);

    @TempDir
    private Path directory;

    @Test
    void no_file_of_the_embedded_journal_or_the_key_ring_holds_a_personal_value() throws IOException {
        String url = "embedded:" + directory.resolve("store");
        try (KeyRing keys = FileKeyRing.open(directory.resolve("keys"), masterKeys)) {
            MemorySnapshots snapshots = new MemorySnapshots();
            try (EventStore store = EventStore.open(url)) {
                record(new ForgottenCustomer(store, keys, snapshots), snapshots, keys);
            }
            assertNothingInClear(files());
            try (EventStore store = EventStore.open(url)) {
                forget(store, keys, snapshots);
            }
            assertNothingInClear(files());
        }
    }

    @Test
    void neither_tables_nor_files_of_postgresql_hold_a_personal_value() throws IOException, SQLException {
        try (EmbeddedPostgres server = start()) {
            DataSource database = server.getPostgresDatabase();
            try (EventStore store = EventStore.on(PostgresJournal.on(database));
                    KeyRing keys = PostgresKeyRing.on(database, masterKeys)) {
                Snapshots snapshots = PostgresSnapshots.on(database);
                record(new ForgottenCustomer(store, keys, snapshots), snapshots, keys);
                assertNothingInClear(dump(database));
                assertNothingInClear(filesOf(database));
                forget(store, keys, snapshots);
                assertNothingInClear(dump(database));
                assertNothingInClear(filesOf(database));
            }
        }
        assertNothingInClear(files());
    }

    private static void record(ForgottenCustomer orders, Snapshots snapshots, KeyRing keys) {
        orders.append("1", PLACED);
        orders.append("1", new Shipped(CARRIER));
        orders.append("2", OTHER);
        snapshots.save(
                ORDER,
                1,
                new Snapshot(
                        1,
                        UUID.randomUUID(),
                        ForgottenCustomer.codec(keys).encode(PLACED).data()));
        assertThat(orders.history("1")).containsExactly(PLACED, new Shipped(CARRIER));
    }

    private static void forget(EventStore store, KeyRing keys, Snapshots snapshots) {
        ForgottenCustomer orders = new ForgottenCustomer(store, keys, snapshots);
        List<RecordedEvent> before = store.read(EventQuery.category("Order")).toList();
        assertThat(orders.forget("42").streams()).containsExactly(ORDER);
        assertThat(orders.history("1")).containsExactly(FORGOTTEN, new Shipped(CARRIER));
        assertThat(orders.history("2")).containsExactly(OTHER);
        assertThat(snapshots.latest(ORDER, 1)).isEmpty();
        assertThat(store.read(EventQuery.category("Order")).toList())
                .as("what was recorded stays as it was")
                .isEqualTo(before);
    }

    private static void assertNothingInClear(List<String> contents) {
        assertThat(contents).as("it looks well").anyMatch(content -> content.contains(CARRIER));
        for (String value : List.of(NAME, "Quartz-5e1f", STREET, "Basalt Lane")) {
            String bytes = new String(value.getBytes(UTF_8), ISO_8859_1);
            assertThat(contents.stream().filter(content -> content.contains(bytes) || content.contains(value)))
                    .as(value)
                    .isEmpty();
        }
    }

    private EmbeddedPostgres start() throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("postgres"))
                .setCleanDataDirectory(false)
                .start();
    }

    /** All that is below the directory, each file as a text of its bytes. */
    private List<String> files() throws IOException {
        List<String> contents = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                contents.add(Files.readString(path, ISO_8859_1));
            }
        }
        return contents;
    }

    private List<String> filesOf(DataSource database) throws IOException, SQLException {
        rows(database, "CHECKPOINT");
        return files();
    }

    /** Every row of every table of the store as text. */
    private static List<String> dump(DataSource database) throws SQLException {
        List<String> dumped = new ArrayList<>();
        List<String> tables =
                rows(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'indelible' ORDER BY 1");
        assertThat(new TreeSet<>(tables)).contains("events", "event_tags", "snapshots", "personal_keys");
        for (String table : tables) {
            dumped.addAll(rows(database, "SELECT t::TEXT FROM indelible.\"" + table + "\" AS t"));
        }
        return dumped;
    }

    private static List<String> rows(DataSource database, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                try (ResultSet row = statement.getResultSet()) {
                    while (row.next()) {
                        rows.add(row.getString(1));
                    }
                }
            }
        }
        return rows;
    }
}
