package dev.indelible.lab;

import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import dev.indelible.projection.Delivered;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The read model of the benchmarks: for each order how many events it has and their bytes, one row each.
 */
final class OrderTotals implements Projection<RecordedEvent, Connection> {
    static final String CREATE = """
            CREATE TABLE order_totals (order_id TEXT PRIMARY KEY, events BIGINT, bytes BIGINT)""";

    static final String ADD = """
            INSERT INTO order_totals VALUES (?, ?, ?) ON CONFLICT (order_id) DO UPDATE
            SET events = order_totals.events + excluded.events, bytes = order_totals.bytes + excluded.bytes""";

    private static final String ADD_ALL = """
            INSERT INTO order_totals SELECT * FROM unnest(?::TEXT[], ?::BIGINT[], ?::BIGINT[])
            ON CONFLICT (order_id) DO UPDATE
            SET events = order_totals.events + excluded.events, bytes = order_totals.bytes + excluded.bytes""";

    private final String name;
    private final boolean isBulk;
    private final int waitMillis;

    private OrderTotals(String name, boolean isBulk, int waitMillis) {
        this.name = name;
        this.isBulk = isBulk;
        this.waitMillis = waitMillis;
    }

    /** A statement for each event. */
    static OrderTotals oneByOne(String name) {
        return new OrderTotals(name, false, 0);
    }

    /** A statement for all events of a step. */
    static OrderTotals bulk(String name) {
        return new OrderTotals(name, true, 0);
    }

    /** The same on a database that needs so many milliseconds more for each step. */
    static OrderTotals bulkWaiting(String name, int millis) {
        return new OrderTotals(name, true, millis);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public EventQuery reads() {
        return EventQuery.category("Order");
    }

    @Override
    public void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
        }
    }

    @Override
    public void apply(RecordedEvent event, Delivery delivery, Connection connection) throws SQLException {
        add(connection, event.stream().value(), event.data().size());
    }

    static void add(Connection connection, String order, long bytes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            statement.setString(1, order);
            statement.setLong(2, 1);
            statement.setLong(3, bytes);
            statement.executeUpdate();
        }
    }

    private static final class Sum {
        private long events;
        private long bytes;
    }

    @Override
    public void applyAll(List<Delivered<RecordedEvent>> events, Connection connection) throws Exception {
        if (!isBulk) {
            Projection.super.applyAll(events, connection);
            return;
        }
        Map<String, Sum> sums = new HashMap<>();
        for (Delivered<RecordedEvent> each : events) {
            Sum sum = sums.computeIfAbsent(each.event().stream().value(), key -> new Sum());
            sum.events++;
            sum.bytes += each.event().data().size();
        }
        try (PreparedStatement statement = connection.prepareStatement(ADD_ALL)) {
            statement.setArray(1, connection.createArrayOf("text", sums.keySet().toArray()));
            statement.setArray(2, longs(connection, sums.values().stream().map(sum -> sum.events)));
            statement.setArray(3, longs(connection, sums.values().stream().map(sum -> sum.bytes)));
            statement.executeUpdate();
        }
        if (waitMillis > 0) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_sleep(" + waitMillis + " / 1000.0)");
            }
        }
    }

    private static Array longs(Connection connection, Stream<Long> values) throws SQLException {
        return connection.createArrayOf("bigint", values.toArray());
    }
}
