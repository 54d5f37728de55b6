package dev.indelible.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
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
}
