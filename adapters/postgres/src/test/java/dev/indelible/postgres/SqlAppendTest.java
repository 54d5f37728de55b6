package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The function {@code append}, as psql and other languages call it: the same promises. */
class SqlAppendTest {
    private static final String ID = "00000000-0000-0000-0000-000000000001";
    private static final String EVENT = "{\"event_id\":\"" + ID
            + "\",\"event_type\":\"Placed\",\"data\":{\"total\":1.50},\"metadata\":{\"user_id\":\"zoe\"},"
            + "\"schema_version\":2,\"tags\":[\"customer:7\",\"a:b\"]}";

    private final String schema = Server.newSchema();
    private EventStore store;

    @BeforeEach
    void open() {
        store = EventStore.open(Server.url(schema));
    }

    @AfterEach
    void close() {
        store.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    @Test
    void an_event_is_recorded_as_by_any_other_client() {
        String answer = append("Order-1", "\"no_stream\"", "[" + EVENT + "]");
        assertThat(answer).contains("\"first_version\": 1", "\"position\": 1", "\"repeated\": false");
        RecordedEvent event = store.read(EventQuery.tags("customer:7", "a:b")).next();
        assertThat(event.id()).hasToString(ID);
        assertThat(event.stream()).isEqualTo(StreamName.of("Order-1"));
        assertThat(event.type()).isEqualTo("Placed");
        assertThat(event.schemaVersion()).isEqualTo(2);
        assertThat(event.metadata().text()).isEqualTo("{\"user_id\": \"zoe\"}");
        assertThat(store.append(StreamName.of("Order-1"), ExpectedVersion.exactly(1), NewEvent.json("B", "1"))
                        .version())
                .isEqualTo(2);
    }

    @Test
    void a_repeat_answers_as_the_first_time_and_another_event_under_the_same_id_is_refused() {
        String first = append("Order-1", "0", "[" + EVENT + "]");
        append("Order-1", "1", "[{\"event_type\":\"Next\",\"data\":null}]");
        String again = append("Order-1", "0", "[" + EVENT.replace("1.50", "1.5") + "]");
        assertThat(again).isEqualTo(first.replace("\"repeated\": false", "\"repeated\": true"));
        assertRefused("Order-1", "0", "[" + EVENT.replace("1.50", "2") + "]", "ID409", "event_id " + ID);
        assertRefused("Order-2", "0", "[" + EVENT + "]", "ID409", "event_id " + ID);
        assertRefused(
                "Order-1", "0", "[" + EVENT + ",{\"event_type\":\"More\",\"data\":1}]", "ID409", "recorded already");
        assertThat(store.version(StreamName.of("Order-1"))).isEqualTo(2);
    }

    @Test
    void versions_and_guards_count() {
        append("Order-1", "\"any\"", "[" + EVENT + "]");
        String event = "[{\"event_type\":\"A\",\"data\":1}]";
        assertRefused(
                "Order-1", "\"no_stream\"", event, "ID409", "stream Order-1: version 1 (expected: \"no_stream\")");
        assertRefused("Order-2", "\"exists\"", event, "ID409", "stream Order-2: version 0");
        String guarded = """
                {"appends": [{"stream": "Order-3", "events": [{"event_type": "A", "data": 1}]},
                  {"stream": "Order-4", "expected_version": 0, "events": [{"event_type": "A", "data": 1}]}],
                 "guards": [{"query": [{"tags": ["customer:7"]}], "after": %d}]}""";
        assertThatThrownBy(() -> Server.sql(call(guarded.formatted(0)))).hasMessageContaining("an event at position 1");
        assertThat(Server.sql(call(guarded.formatted(1)))).contains("\"position\": 3");
    }

    @Test
    void what_is_not_allowed_is_a_clear_error() {
        assertRefused("$x", "0", "[{\"event_type\":\"A\",\"data\":1}]", "22023", "stream: \"$x\" is reserved");
        assertRefused("", "0", "[{\"event_type\":\"A\",\"data\":1}]", "22023", "stream: \"\" (expected: a text)");
        assertRefused("a\tb", "0", "[{\"event_type\":\"A\",\"data\":1}]", "22023", "no control character");
        assertRefused("Order-1", "-2", "[{\"event_type\":\"A\",\"data\":1}]", "22023", "expected_version: -2");
        assertRefused("Order-1", "0", "[{\"event_type\":\"A\"}]", "22023", "data: missing");
        assertRefused("Order-1", "0", "[{\"data\":1}]", "22023", "event_type: missing");
        assertRefused("Order-1", "0", "[]", "22023", "events: 0");
        assertRefused("Order-1", "0", "[{\"event_type\":\"A\",\"data\":1,\"tags\":[\"a\"]}]", "22023", "key:value");
        assertRefused(
                "Order-1",
                "0",
                "[{\"event_type\":\"A\",\"data\":\"" + "x".repeat(1 << 20) + "\"}]",
                "22023",
                "data bytes: 1048578 (limit: 1048576)");
        assertThat(store.head().value()).isZero();
    }

    @Test
    void a_request_of_another_form_is_refused_and_never_taken_for_less_than_was_meant() {
        append("Order-1", "0", "[" + EVENT + "]");
        String appends = "\"appends\": [{\"stream\": \"Order-2\", \"events\": [{\"event_type\": \"A\", \"data\": 1}]}]";
        for (String[] wrong : new String[][] {
            {"{\"append\": []}", "request: \"append\" is unknown"},
            {"[]", "request: [] (expected: an object)"},
            {"{\"appends\": {}}", "appends: {} (expected: a list)"},
            {"{" + appends.replace("events", "event") + "}", "append: \"event\" is unknown"},
            {"{" + appends.replace("data", "tag") + "}", "event: \"tag\" is unknown"},
            {"{" + appends.replace("1}", "1, \"event_id\": \"abc\"}") + "}", "event_id: \"abc\" (expected: a UUID)"},
            {"{" + appends.replace("1}", "1, \"tags\": \"a:b\"}") + "}", "tags: \"a:b\" (expected: a list of texts)"},
            {
                "{" + appends.replace("1}", "1, \"schema_version\": \"2\"}") + "}",
                "schema_version: \"2\" (expected: a whole"
            },
            {"{" + appends.replace("\"Order-2\"", "5") + "}", "stream: 5 (expected: a text)"},
            {"{" + appends + ", \"guards\": [null]}", "guard: null (expected: an object)"},
            {"{" + appends + ", \"guards\": [{\"query\": [{}]}]}", "after: missing (expected: a whole number"},
            {"{" + appends + ", \"guards\": [{\"query\": [], \"after\": 0}]}", "query: 0 alternatives"},
            {"{" + appends + ", \"guards\": [{\"query\": [{\"tag\": 1}], \"after\": 0}]}", "query: \"tag\" is unknown"},
            {"{" + appends + ", \"guards\": [{\"query\": [{}], \"after\": 9}]}", "after position 9, but the last is 1"}
        }) {
            assertThatThrownBy(() -> Server.sql(call(wrong[0]))).as(wrong[0]).hasMessageContaining(wrong[1]);
        }
        assertThat(store.head().value()).isEqualTo(1);
    }

    @Test
    void of_many_racers_one_wins() throws Exception {
        List<FutureTask<Boolean>> racers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FutureTask<Boolean> racer = new FutureTask<>(() -> {
                try {
                    append("Order-1", "0", "[{\"event_type\":\"A\",\"data\":1}]");
                    return true;
                } catch (IllegalStateException e) {
                    return false;
                }
            });
            racers.add(racer);
            Thread.ofPlatform().daemon().start(racer);
        }
        int winners = 0;
        for (FutureTask<Boolean> racer : racers) {
            winners += racer.get(30, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
        assertThat(store.version(StreamName.of("Order-1"))).isEqualTo(1);
    }

    private String call(String request) {
        return "SELECT \"" + schema + "\".append('" + request + "')";
    }

    private String append(String stream, String expected, String events) {
        try (Connection connection = Server.connect();
                PreparedStatement call =
                        connection.prepareStatement("SELECT \"" + schema + "\".append(?, ?::jsonb, ?::jsonb)")) {
            call.setString(1, stream);
            call.setString(2, expected);
            call.setString(3, events);
            try (ResultSet row = call.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getSQLState() + ": " + e.getMessage(), e);
        }
    }

    private void assertRefused(String stream, String expected, String events, String state, String message) {
        assertThatThrownBy(() -> append(stream, expected, events))
                .hasMessageStartingWith(state)
                .hasMessageContaining(message);
    }
}
