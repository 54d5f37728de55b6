package dev.indelible.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.decider.Repository;
import dev.indelible.event.Position;
import dev.indelible.projection.Projections;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** On a PostgreSQL server that starts and ends with the test. */
class OnPostgresTest {
    @Test
    void a_store_lives_in_the_applications_database() throws IOException, SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            OnPostgres example = new OnPostgres(server.getPostgresDatabase());
            try (EventStore store = example.open()) {
                example.place(store, "1", 40);
                example.place(store, "2", 2);
                assertThat(example.ofCustomer(store, "7")).hasSize(2);
            }
            assertThat(example.revenue()).isEqualTo(42);
        }
    }

    @Test
    void a_read_model_follows_the_store_and_goes_on_after_a_restart() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                EventStore store = EventStore.open("memory:");
                Connection connection = server.getPostgresDatabase().getConnection()) {
            var orders = Repository.of(store, "Order", Ordering.Order.NONE, Ordering.codec());
            try (var projector = OrderSummary.start(store, server.getPostgresDatabase())) {
                orders.handle("1", new Ordering.Place("1", "anna", LocalDate.EPOCH));
                Position approved =
                        orders.handle("1", new Ordering.Approve("1")).position();
                assertThat(projector.await(approved, Duration.ofSeconds(30))).isTrue();
                assertThat(statusOf(connection, "1")).isEqualTo("anna: approved");
                SimpleMeterRegistry registry = new SimpleMeterRegistry();
                new ProjectionMetrics(Projections.of(projector)).bindTo(registry);
                assertThat(registry.get("indelible.projection.position")
                                .tag("projection", "order_summary")
                                .gauge()
                                .value())
                        .isEqualTo((double) approved.value());
                assertThat(registry.get("indelible.projection.stopped").gauge().value())
                        .isZero();
            }
            Position cancelled =
                    orders.handle("1", new Ordering.Cancel("1", "too late")).position();
            try (var projector = OrderSummary.start(store, server.getPostgresDatabase())) {
                assertThat(projector.await(cancelled, Duration.ofSeconds(30))).isTrue();
                assertThat(statusOf(connection, "1")).isEqualTo("anna: cancelled");
                assertThat(projector.status().events()).isEqualTo(1);
            }
        }
    }

    private static String statusOf(Connection connection, String order) throws SQLException {
        try (ResultSet row = connection
                .createStatement()
                .executeQuery("SELECT customer_id || ': ' || status FROM order_summary.orders WHERE order_id = '"
                        + order + "'")) {
            row.next();
            return row.getString(1);
        }
    }
}
