package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a caller is told when the database will not. */
class FailuresTest {
    private static final StreamName STREAM = StreamName.of("Order-1");

    private final String schema = Server.newSchema();

    @AfterEach
    void dropSchema() {
        Server.sql("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
    }

    @Test
    void an_append_that_a_statement_timeout_ends_is_unavailable_and_can_be_repeated() throws SQLException {
        NewEvent event = NewEvent.json("A", "{}");
        String options = "&options=-c%20statement_timeout=200";
        try (EventStore store = EventStore.open(Server.url(schema + options));
                Connection slow = Server.connect()) {
            slow.setAutoCommit(false);
            Server.sql(
                    slow,
                    "SELECT \"" + schema + "\".append('Slow-1', '\"any\"', '[{\"event_type\": \"B\", \"data\": 1}]')");
            assertThatThrownBy(() -> store.append(STREAM, ExpectedVersion.noStream(), event))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("statement timeout");
            slow.commit();
            assertThat(store.append(STREAM, ExpectedVersion.noStream(), event).repeated())
                    .isFalse();
            assertThat(store.read(EventQuery.all()).toList()).hasSize(2);
        }
    }

    @Test
    void a_server_that_is_not_there_is_unavailable() {
        assertThatThrownBy(() -> EventStore.open("postgresql://nobody@127.0.0.1:1/none?loginTimeout=1"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void a_store_that_is_not_there_is_not_made_by_who_opens_an_existing_one() {
        String url = Server.url(schema);
        assertThatThrownBy(() -> EventStore.openExisting(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no such store: postgresql://")
                .hasMessageNotContaining("@");
        assertThat(Server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = '" + schema + "'"))
                .isEqualTo("0");
        EventStore.open(url).close();
        EventStore.openExisting(url).close();
    }

    @Test
    void a_wrong_url_names_value_and_expectation() {
        assertThatThrownBy(() -> EventStore.open("postgresql:db"))
                .hasMessageContaining("\"postgresql:db\" (expected: postgresql://user:password@host:port/database)");
        assertThatThrownBy(() -> EventStore.open(Server.url("Orders")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema: \"Orders\"");
        assertThatThrownBy(() -> EventStore.open(Server.url(schema + "&colour=red")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("option \"colour\"");
        assertThatThrownBy(() -> EventStore.open(Server.url(schema + "&pool_size=1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pool_size=1 (expected: 4 or more)");
    }

    @Test
    void a_schema_that_was_made_by_the_script_is_used_as_it_is() throws SQLException {
        try (Connection connection = Server.connect()) {
            Server.sql(connection, PostgresJournal.definitions(schema));
        }
        try (EventStore store = EventStore.open(Server.url(schema))) {
            store.append(STREAM, ExpectedVersion.noStream(), NewEvent.json("A", "{}"));
        }
        assertThat(Server.sql("SELECT to_regclass('\"" + schema + "\".flyway_schema_history') IS NULL"))
                .isEqualTo("t");
    }

    @Test
    void a_schema_of_a_newer_version_is_left_alone() {
        EventStore.open(Server.url(schema)).close();
        Server.sql("CREATE OR REPLACE FUNCTION \"" + schema
                + "\".store_version() RETURNS INT LANGUAGE sql IMMUTABLE AS 'SELECT 99'");
        assertThatThrownBy(() -> EventStore.open(Server.url(schema)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("version 99");
    }

    @Test
    void what_was_small_enough_to_go_in_comes_back_no_larger() {
        try (EventStore store = EventStore.open(Server.url(schema))) {
            String list = "[" + "1,".repeat(500_000) + "1]";
            String numbers = "[" + "1e99,".repeat(100_000) + "1]";
            store.append(STREAM, ExpectedVersion.any(), NewEvent.json("A", list), NewEvent.json("A", numbers));
            assertThat(store.read(EventQuery.all()).stream()
                            .map(event -> event.data().text()))
                    .containsExactly(list, numbers);
        }
    }

    @Test
    void a_password_is_in_no_message() {
        for (String url : new String[] {
            "postgresql:me:secret@host/db", "postgresql:/me:secret@host/db", "postgresql://me:p?secret@host/db"
        }) {
            assertThatThrownBy(() -> EventStore.open(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
        String wrong = Server.url(schema).replace("postgres:postgres@", "nobody:p%2Fsecret@");
        assertThatThrownBy(() -> EventStore.open(wrong)).hasMessageNotContaining("secret");
    }

    @Test
    void more_types_than_can_be_looked_up_are_found_all_the_same() {
        try (EventStore store = EventStore.open(Server.url(schema))) {
            String[] types = new String[100];
            for (int i = 0; i < types.length; i++) {
                types[i] = "Type-" + i;
                store.append(STREAM, ExpectedVersion.any(), NewEvent.json(types[i], "1"), NewEvent.json("Other", "1"));
            }
            EventQuery query = EventQuery.types(types);
            assertThat(store.read(query).stream().count()).isEqualTo(100);
            assertThat(store.read(query, Range.all().limit(3)).stream().count()).isEqualTo(3);
        }
    }

    @Test
    void numbers_that_would_come_back_as_thousands_of_digits_come_back_as_they_were() {
        try (EventStore store = EventStore.open(Server.url(schema))) {
            String data = "[1e9999,-2E-9999,\"3e1234\",{\"a\":1e+500}]";
            store.append(STREAM, ExpectedVersion.any(), NewEvent.json("A", data));
            assertThat(store.read(EventQuery.all()).next().data().text()).isEqualTo(data);
        }
    }
}
