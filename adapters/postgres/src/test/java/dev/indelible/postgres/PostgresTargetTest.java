package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.Projector;
import dev.indelible.tck.ProjectionTargetContract;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresTargetTest implements ProjectionTargetContract<Connection> {
    private final String schema = Server.newSchema();
    private final HikariDataSource pool = Server.pool(Server.running(), schema);
    private final PostgresTarget target = PostgresTarget.on(pool, PostgresOptions.DEFAULT.withSchema(schema));

    @BeforeEach
    void makeTable() {
        Server.sql("CREATE TABLE " + table() + " (key TEXT PRIMARY KEY, number BIGINT NOT NULL)");
    }

    @AfterEach
    void close() {
        pool.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    private String table() {
        return schema + ".model";
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
    public void add(Connection connection, String key, long number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table()
                + " AS m VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET number = m.number + excluded.number")) {
            statement.setString(1, key);
            statement.setLong(2, number);
            statement.executeUpdate();
        }
    }

    @Override
    public Map<String, Long> model() throws SQLException {
        Map<String, Long> model = new HashMap<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT key, number FROM " + table())) {
            while (rows.next()) {
                model.put(rows.getString(1), rows.getLong(2));
            }
        }
        return model;
    }

    @Test
    void a_fault_of_the_work_is_the_works_and_one_of_the_server_is_unavailable() throws Exception {
        target.begin("orders", Position.START);
        assertThatThrownBy(() -> target.advance("orders", Position.START, Position.of(1), connection -> {
                    add(connection, "a", 1);
                    connection.createStatement().execute("SELECT nonsense");
                }))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> target.advance("orders", Position.START, Position.of(1), connection -> {
                    add(connection, "a", 1);
                    connection.createStatement().execute("SELECT pg_terminate_backend(pg_backend_pid())");
                }))
                .isInstanceOf(Unavailable.class);
        assertThat(model()).isEmpty();
        assertThat(target.advance("orders", Position.START, Position.of(1), connection -> add(connection, "a", 1)))
                .isTrue();
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
        public void apply(RecordedEvent event, Delivery delivery, Connection connection) throws SQLException {
            add(connection, event.stream().value(), 1);
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
                rivals.add(Projector.start(store, counts, anotherView(), counts));
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
                    rivals.add(Projector.start(store, counts, anotherView(), counts));
                }
            }
            for (Projector<?, ?> rival : rivals) {
                assertThat(rival.await(last, Duration.ofSeconds(60)))
                        .as(() -> rival.status().toString())
                        .isTrue();
                rival.close();
            }
        }
        assertThat(model()).isEqualTo(expected);
    }
}
