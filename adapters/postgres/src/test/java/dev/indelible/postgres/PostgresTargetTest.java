package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.Projection;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.ProjectionTarget.Work;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import dev.indelible.tck.ProjectionTargetContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresTargetTest implements ProjectionTargetContract<Connection> {
    @TempDir
    private Path directory;

    private final String schema = Server.newSchema();
    private final HikariDataSource pool = Server.pool(Server.running(), schema);
    private final PostgresTarget target = PostgresTarget.on(pool, PostgresOptions.DEFAULT.withSchema(schema));

    @AfterEach
    void close() {
        pool.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
        for (String projection : List.of("orders", "customers", "counts", "hostile_embedded", "hostile_postgresql")) {
            Server.sql("DROP SCHEMA IF EXISTS " + projection + " CASCADE");
            for (int version = 1; version <= 20; version++) {
                Server.sql("DROP SCHEMA IF EXISTS " + projection + "_v" + version + " CASCADE");
            }
        }
    }

    @Override
    public ProjectionTarget<Connection> target() {
        return target;
    }

    @Override
    public ProjectionTarget<Connection> anotherView() {
        return PostgresTarget.on(pool, PostgresOptions.DEFAULT.withSchema(schema));
    }

    @Override
    public List<EventStore> stores() {
        return List.of(Server.store(schema), EventStore.open("embedded:" + directory));
    }

    /** Every connection of this test is cut. */
    @Override
    public void disturb() {
        Server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '" + schema
                + "'");
    }

    @Override
    public void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE model (key TEXT PRIMARY KEY, number BIGINT NOT NULL)");
        }
    }

    @Override
    public void put(Connection connection, String key, long number, Position position) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO model VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET number = excluded.number")) {
            statement.setString(1, key);
            statement.setLong(2, number);
            statement.executeUpdate();
        }
    }

    @Override
    public void remove(Connection connection, String key, Position position) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM model WHERE key = ?")) {
            statement.setString(1, key);
            statement.executeUpdate();
        }
    }

    @Override
    public Map<String, Long> model(String projection) throws SQLException {
        Map<String, Long> model = new HashMap<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet there =
                        statement.executeQuery("SELECT to_regclass('" + projection + ".model') IS NOT NULL")) {
            there.next();
            if (there.getBoolean(1)) {
                ResultSet rows = statement.executeQuery("SELECT key, number FROM " + projection + ".model");
                while (rows.next()) {
                    model.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        return model;
    }

    private static Change work(Note from) {
        return Change.of(Effect.WORK, ONE, from, from.next(Position.of(1), ""));
    }

    private void make(Namespace namespace) throws Exception {
        Note absent = Note.absent("made/" + namespace.version());
        target.change(Change.of(Effect.CREATE, namespace, absent, absent.next()), this::create);
    }

    private void publish(Namespace namespace) throws Exception {
        Note there = target.note(namespace.projection(), "read").orElse(Note.absent("read"));
        target.change(Change.of(Effect.PUBLISH, namespace, there, there.next()), Work.none());
    }

    @Test
    void a_fault_of_the_work_is_the_works_and_one_of_the_server_is_unavailable() throws Exception {
        make(ONE);
        publish(ONE);
        Note part = Note.absent("part/1");
        assertThatThrownBy(() -> target.change(work(part), connection -> {
                    put(connection, "a", 1, Position.of(1));
                    connection.createStatement().execute("SELECT nonsense");
                }))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> target.change(work(part), connection -> {
                    put(connection, "a", 1, Position.of(1));
                    connection.createStatement().execute("SELECT pg_terminate_backend(pg_backend_pid())");
                }))
                .isInstanceOf(Unavailable.class);
        assertThat(model("orders")).isEmpty();
        assertThat(target.change(work(part), connection -> put(connection, "a", 1, Position.of(1))))
                .isTrue();
    }

    @Test
    void work_that_would_end_the_transaction_is_refused() throws Exception {
        make(ONE);
        publish(ONE);
        Note part = Note.absent("part/1");
        List<Work<Connection>> ends = List.of(
                Connection::commit,
                Connection::rollback,
                Connection::close,
                connection -> connection.setAutoCommit(true));
        for (Work<Connection> end : ends) {
            assertThatThrownBy(() -> target.change(work(part), connection -> {
                        put(connection, "a", 1, Position.of(1));
                        end.on(connection);
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the projector ends its transaction");
        }
        assertThatThrownBy(() -> target.change(
                        work(part), connection -> connection.createStatement().execute("COMMIT")))
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining("has ended the transaction");
        assertThat(model("orders")).isEmpty();
    }

    @Test
    void work_that_goes_on_after_a_statement_failed_has_failed() throws Exception {
        make(ONE);
        publish(ONE);
        Note part = Note.absent("part/1");
        assertThatThrownBy(() -> target.change(work(part), connection -> {
                    put(connection, "a", 1, Position.of(1));
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("INSERT INTO model VALUES ('a', 2)");
                    } catch (SQLException swallowed) {
                        assertThat(swallowed.getMessage()).contains("duplicate key");
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it lets the exception pass");
        assertThat(model("orders")).isEmpty();
        assertThat(target.note("orders", "part/1")).isEmpty();
    }

    @Test
    void a_schema_of_somebody_else_is_left_alone() {
        Server.sql("CREATE SCHEMA orders");
        assertThatThrownBy(() -> make(ONE)).hasMessageContaining("schema orders: exists already");
        Server.sql("ALTER SCHEMA orders RENAME TO orders_v1");
        assertThatThrownBy(() -> make(ONE)).hasMessageContaining("schema orders_v1: exists already");
        assertThat(target.notes("orders", "", "")).isEmpty();
    }

    @Test
    void a_projection_without_tables_of_its_own_cannot_be_built_beside_itself() {
        Note absent = Note.absent("made");
        assertThatThrownBy(() -> target.change(Change.of(Effect.CREATE, TWO, absent, absent.next()), Work.none()))
                .hasMessageContaining("create() made no table");
    }

    /** A read transaction that stays open neither waits nor is waited for; the next one reads the new version. */
    @Test
    void publishing_waits_for_no_reader_and_no_reader_for_it() throws Exception {
        make(ONE);
        publish(ONE);
        make(TWO);
        target.change(work(Note.absent("part/1")), connection -> put(connection, "a", 1, Position.of(1)));
        Note second = Note.absent("part/2");
        target.change(
                Change.of(Effect.WORK, TWO, second, second.next()),
                connection -> put(connection, "a", 2, Position.of(1)));
        try (Connection reader = pool.getConnection()) {
            reader.setAutoCommit(false);
            try (PreparedStatement read = reader.prepareStatement("SELECT number FROM orders.model")) {
                for (int i = 0; i < 10; i++) { // so that the server keeps a plan
                    assertThat(number(read)).isEqualTo(1);
                }
                publish(TWO);
                assertThat(number(read)).isBetween(1L, 2L);
                reader.commit();
                assertThat(number(read)).isEqualTo(2);
                publish(ONE);
                reader.commit();
                assertThat(number(read)).isEqualTo(1);
                reader.commit();
            }
        }
    }

    private static long number(PreparedStatement read) throws SQLException {
        try (ResultSet row = read.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** How many events each stream had. */
    private final class Counts implements Projection<RecordedEvent, Connection>, Codec<RecordedEvent> {
        @Override
        public String name() {
            return "counts";
        }

        @Override
        public EventQuery reads() {
            return EventQuery.all();
        }

        @Override
        public void create(Connection connection) throws SQLException {
            PostgresTargetTest.this.create(connection);
        }

        @Override
        public void apply(RecordedEvent event, Delivery delivery, Connection connection) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO model AS m VALUES (?, 1)"
                    + " ON CONFLICT (key) DO UPDATE SET number = m.number + 1")) {
                statement.setString(1, event.stream().value());
                statement.executeUpdate();
            }
        }

        @Override
        public NewEvent encode(RecordedEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<RecordedEvent> decode(RecordedEvent event) {
            return List.of(event);
        }
    }

    private static ProjectorOptions quick() {
        return ProjectorOptions.standard().withLease(Duration.ofMillis(500)).withParts(4);
    }

    @Test
    void rivals_whose_connections_are_killed_again_and_again_take_each_event_in_once() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("PostgresTargetTest: -Dindelible.seed=" + seed);
        Random random = new Random(seed);
        Counts counts = new Counts();
        Map<String, Long> expected = new HashMap<>();
        try (EventStore store = EventStore.open(Server.url(schema))) {
            List<Projector<?, ?>> rivals = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                rivals.add(Projector.start(store, counts, target, counts, quick()));
            }
            Position last = Position.START;
            for (int i = 0; i < 300; i++) {
                String stream = "Order-" + random.nextInt(10);
                NewEvent[] events = new NewEvent[1 + random.nextInt(20)];
                for (int e = 0; e < events.length; e++) {
                    events[e] = NewEvent.json("Counted", "{}");
                }
                last = store.append(StreamName.of(stream), ExpectedVersion.any(), events)
                        .position();
                expected.merge(stream, (long) events.length, Long::sum);
                if (random.nextInt(10) == 0) {
                    Server.sql(
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '"
                                    + schema + "'");
                } else if (random.nextInt(20) == 0) {
                    rivals.remove(0).close();
                    rivals.add(Projector.start(store, counts, target, counts, quick()));
                }
            }
            for (Projector<?, ?> rival : rivals) {
                assertThat(rival.await(last, Duration.ofSeconds(60)))
                        .as(() -> rival.status().toString())
                        .isTrue();
                rival.close();
            }
        }
        assertThat(model("counts")).isEqualTo(expected);
    }
}
