package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.postgres.PostgresJournal;
import dev.indelible.postgres.PostgresOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/** A store in the database that the application has already. */
final class OnPostgres {
    private final DataSource dataSource;

    OnPostgres(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    EventStore open() {
        return EventStore.on(PostgresJournal.on(dataSource, PostgresOptions.DEFAULT.withSchema("orders")));
    }

    Position place(EventStore store, String order, int total) {
        NewEvent placed =
                NewEvent.json("OrderPlaced", "{\"total\":" + total + "}").withTags("customer:7");
        return store.append(StreamName.of("Order", order), ExpectedVersion.noStream(), placed)
                .position();
    }

    List<RecordedEvent> ofCustomer(EventStore store, String customer) {
        return store.read(EventQuery.tags("customer:" + customer)).toList();
    }

    long revenue() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT sum((event_data ->> 'total')::BIGINT)"
                        + " FROM orders.events WHERE event_type = 'OrderPlaced'")) {
            row.next();
            return row.getLong(1);
        }
    }
}
