package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every read goes along an index that finds and orders it, on a large table: {@code -Dindelible.plans.events=10000000}
 * makes it as large as a store of years.
 */
class PlansTest {
    private static final long EVENTS = Long.getLong("indelible.plans.events", 200_000);
    private static final long STREAMS = EVENTS / 100;

    private static final Map<String, EventQuery> QUERIES = new LinkedHashMap<>();

    static {
        QUERIES.put("everything", EventQuery.all());
        QUERIES.put("a stream", EventQuery.stream("Order-7"));
        QUERIES.put("types of a stream", EventQuery.stream("Order-7").withTypes("Type-3", "Type-4"));
        QUERIES.put("a category", EventQuery.category("Order"));
        QUERIES.put("a type", EventQuery.types("Type-3"));
        QUERIES.put("a rare type", EventQuery.types("Rare"));
        QUERIES.put("a type that is not there", EventQuery.types("Never"));
        QUERIES.put("several types", EventQuery.types("Type-1", "Type-2", "Rare"));
        QUERIES.put("types of a category", EventQuery.category("Order").withTypes("Type-1", "Rare"));
        QUERIES.put("a tag", EventQuery.tags("customer:3"));
        QUERIES.put("several tags", EventQuery.tags("customer:3", "parity:1"));
        QUERIES.put("types with a tag", EventQuery.types("Type-3").withTags("customer:3"));
        QUERIES.put("a category with a tag", EventQuery.category("Order").withTags("customer:3"));
        QUERIES.put("a type or a tag", EventQuery.types("Rare").or(EventQuery.tags("customer:3")));
        QUERIES.put("two categories", EventQuery.category("Order").or(EventQuery.category("Cart")));
    }

    private final String schema = Server.newSchema();

    @Test
    void no_read_scans_a_table_or_sorts_a_result_and_neither_does_an_append() throws SQLException {
        EventStore.open(Server.url(schema)).close();
        try (Connection connection = Server.connect()) {
            fill(connection);
            List<String> faults = new ArrayList<>();
            for (Map.Entry<String, EventQuery> query : QUERIES.entrySet()) {
                for (Range range : List.of(Range.all(), Range.all().fromTheEnd())) {
                    for (long after : new long[] {0, EVENTS / 2, EVENTS - 10}) {
                        String plan = plan(connection, query.getValue(), range, after);
                        if (plan.contains("Seq Scan") || plan.contains("Sort  (") || plan.contains("Bitmap")) {
                            faults.add(query.getKey() + ":\n" + plan);
                        }
                    }
                }
            }
            assertThat(faults).isEmpty();
        }
        String before = scans();
        useEverything();
        assertThat(scans()).isEqualTo(before);
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    private void fill(Connection connection) throws SQLException {
        String table = "\"" + schema + "\".events";
        Server.sql(connection, """
                INSERT INTO %s (global_position, version, created_at, id, schema_version, append_index, stream_id,
                    stream_type, event_type, event_data, metadata, tags)
                  SELECT g, (g - 1) / %d + 1, now(), md5(g::text)::uuid, 1, 0,
                    CASE g %% 3 WHEN 0 THEN 'Cart-' ELSE 'Order-' END || g %% %d,
                    CASE g %% 3 WHEN 0 THEN 'Cart' ELSE 'Order' END,
                    CASE WHEN g %% 50000 = 1 THEN 'Rare' ELSE 'Type-' || g %% 7 END, '{"a": 1}', '{}',
                    ARRAY['customer:' || g %% 5000, 'parity:' || g %% 2]
                  FROM generate_series(1, %d) AS g""".formatted(table, 3 * STREAMS, 3 * STREAMS, EVENTS));
        Server.sql(
                connection,
                "INSERT INTO \"%s\".event_tags SELECT t, global_position FROM %s, unnest(tags) AS t"
                        .formatted(schema, table));
        Server.sql(connection, "ANALYZE " + table);
        Server.sql(connection, "ANALYZE \"" + schema + "\".event_tags");
    }

    private String plan(Connection connection, EventQuery query, Range range, long after) throws SQLException {
        PageQuery.Page page = new PageQuery(schema, query, range).page(after, EVENTS + 1, 4_096);
        connection.setAutoCommit(false);
        StringBuilder plan = new StringBuilder();
        Server.sql(connection, PageCursor.ALONG_INDEXES);
        try (PreparedStatement explain =
                        new PageQuery.Page("EXPLAIN " + page.sql(), page.arguments()).prepare(connection);
                ResultSet lines = explain.executeQuery()) {
            while (lines.next()) {
                plan.append(lines.getString(1)).append('\n');
            }
        }
        connection.rollback();
        return plan.toString();
    }

    /** How often a table was scanned; sessions that have ended have told. */
    private String scans() {
        return Server.sql("SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE schemaname = '" + schema
                + "' AND relname IN ('events', 'event_tags')");
    }

    private void useEverything() {
        try (EventStore store = EventStore.open(Server.url(schema))) {
            for (EventQuery query : QUERIES.values()) {
                store.read(query, Range.all().after(Position.of(EVENTS / 2)).limit(300))
                        .toList();
                store.read(query, Range.all().fromTheEnd().limit(300)).toList();
                Append guarded = Append.to(
                                StreamName.of("Guarded-1"), ExpectedVersion.any(), NewEvent.json("Guarded", "1"))
                        .unless(query, store.head());
                store.append(guarded);
                store.append(guarded);
            }
        }
    }
}
