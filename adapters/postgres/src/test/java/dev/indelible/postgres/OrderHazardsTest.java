package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Promise 4 under everything that is known to have broken it: nothing is skipped, twice, or out of order. */
class OrderHazardsTest {
    private static final String ONE = "'\"any\"', '[{\"event_type\": \"Slow\", \"data\": {}}]')";

    private final String schema = Server.newSchema();
    private EventStore store;
    private FeedChecker feed;
    private Appenders appenders;

    @BeforeEach
    void start() {
        store = EventStore.open(Server.url(schema));
        feed = new FeedChecker(store);
        appenders = new Appenders(store, 4, 1);
        appenders.awaitMore(100);
    }

    @AfterEach
    void nothing_is_skipped_doubled_or_lost() {
        appenders.awaitMore(100);
        appenders.close();
        feed.awaitAt(store.head());
        feed.assertSaw(appenders.acknowledged());
        assertThat(store.read(EventQuery.all()).stream().count()).isEqualTo(feed.count());
        feed.close();
        store.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    @Test
    void an_appender_that_pauses_in_mid_transaction_is_waited_for_and_not_passed() throws SQLException {
        try (Connection slow = Server.connect()) {
            slow.setAutoCommit(false);
            Server.sql(slow, "SELECT \"" + schema + "\".append('Slow-1', " + ONE);
            awaitWaiting();
            Position before = store.head();
            feed.awaitAt(before);
            assertThat(store.describe().toString()).contains("append lock", "idle in transaction");
            awaitWaiting();
            assertThat(store.head()).isEqualTo(before);
            slow.commit();
        }
        assertThat(store.version(dev.indelible.event.StreamName.of("Slow-1"))).isEqualTo(1);
    }

    @Test
    void an_append_that_is_rolled_back_leaves_no_hole() throws SQLException {
        for (int i = 0; i < 20; i++) {
            try (Connection slow = Server.connect()) {
                slow.setAutoCommit(false);
                Server.sql(slow, "SELECT \"" + schema + "\".append('Slow-1', " + ONE);
                slow.rollback();
            }
            appenders.awaitMore(10);
        }
        assertThat(store.version(dev.indelible.event.StreamName.of("Slow-1"))).isZero();
    }

    @Test
    void open_transactions_that_wrote_something_else_stop_nobody() throws SQLException {
        Server.sql("CREATE TABLE IF NOT EXISTS public.something (a INT)");
        Server.sql("CREATE DATABASE elsewhere");
        try (Connection idle = Server.connect();
                Connection elsewhere =
                        Server.running().getDatabase("postgres", "elsewhere").getConnection()) {
            idle.setAutoCommit(false);
            Server.sql(idle, "INSERT INTO public.something VALUES (1)");
            elsewhere.setAutoCommit(false);
            Server.sql(elsewhere, "CREATE TABLE something (a INT)");
            Server.sql(elsewhere, "INSERT INTO something VALUES (1)");
            appenders.awaitMore(200);
            feed.awaitAt(store.head());
            idle.rollback();
            elsewhere.rollback();
        }
        Server.sql("DROP DATABASE elsewhere WITH (FORCE)");
    }

    @Test
    void a_transaction_that_began_long_before_it_appends_is_in_order_nevertheless() throws SQLException {
        try (Connection early = Server.connect()) {
            early.setAutoCommit(false);
            Server.sql(early, "CREATE TABLE public.early_" + schema + " (a INT)");
            appenders.awaitMore(100);
            Server.sql(early, "SELECT \"" + schema + "\".append('Slow-1', " + ONE);
            early.commit();
        }
        Server.sql("DROP TABLE public.early_" + schema);
    }

    @Test
    void a_prepared_transaction_holds_the_order_until_it_is_committed() throws SQLException {
        try (Connection slow = Server.connect()) {
            slow.setAutoCommit(false);
            Server.sql(slow, "SELECT \"" + schema + "\".append('Slow-1', " + ONE);
            Server.sql(slow, "PREPARE TRANSACTION '" + schema + "'");
        }
        awaitWaiting();
        Server.sql("COMMIT PREPARED '" + schema + "'");
    }

    @Test
    void another_isolation_than_read_committed_is_refused() throws SQLException {
        try (Connection connection = Server.connect()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThatThrownBy(() -> Server.sql(connection, "SELECT \"" + schema + "\".append('Slow-1', " + ONE))
                    .hasMessageContaining("repeatable read (expected: read committed)");
        }
    }

    @Test
    void what_is_recorded_cannot_be_changed_with_sql_either() {
        for (String sql : new String[] {"DELETE FROM", "TRUNCATE"}) {
            assertThatThrownBy(() -> Server.sql(sql + " \"" + schema + "\".events"))
                    .hasMessageContaining("events are never changed");
        }
        assertThatThrownBy(() -> Server.sql("UPDATE \"" + schema + "\".events SET event_type = 'x'"))
                .hasMessageContaining("events are never changed");
    }

    /** Waits until an append waits for the lock. */
    private void awaitWaiting() {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (Server.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                .equals("0")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }
}
