package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.examples.Ordering.Approved;
import dev.indelible.examples.Ordering.Cancelled;
import dev.indelible.examples.Ordering.Delivered;
import dev.indelible.examples.Ordering.OrderEvent;
import dev.indelible.examples.Ordering.Placed;
import dev.indelible.examples.Ordering.Shipped;
import dev.indelible.postgres.PostgresTarget;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.Projector;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A row for each order in a table of PostgreSQL: whose it is, and where it stands. */
final class OrderSummary implements Projection<OrderEvent, Connection> {
    @Override
    public String name() {
        return "order_summary";
    }

    @Override
    public EventQuery reads() {
        return EventQuery.category("Order");
    }

    @Override
    public void create(Connection connection) throws SQLException {
        execute(connection, """
                CREATE TABLE orders (
                    order_id TEXT PRIMARY KEY, customer_id TEXT, status TEXT, estimated_delivery TEXT)""");
        execute(connection, "CREATE INDEX ON orders (customer_id)");
    }

    @Override
    public void apply(OrderEvent event, Delivery delivery, Connection connection) throws SQLException {
        switch (event) {
            case Placed e ->
                execute(
                        connection,
                        "INSERT INTO orders VALUES (?, ?, 'placed', ?)",
                        e.orderId(),
                        e.customerId(),
                        e.estimatedDelivery().toString());
            case Approved e -> becomes(connection, "approved", e.orderId());
            case Shipped e -> becomes(connection, "shipped", e.orderId());
            case Delivered e -> becomes(connection, "delivered", e.orderId());
            case Cancelled e -> becomes(connection, "cancelled", e.orderId());
        }
    }

    private static void becomes(Connection connection, String status, String order) throws SQLException {
        execute(connection, "UPDATE orders SET status = ? WHERE order_id = ?", status, order);
    }

    private static void execute(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    static Projector<OrderEvent, Connection> start(EventStore store, DataSource readModels) {
        return Projector.start(store, new OrderSummary(), PostgresTarget.on(readModels), Ordering.codec());
    }
}
