package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.NewEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** As Message DB appends: the same table, and an advisory lock on the category, held until the commit. */
final class CategoryLockSubject implements Subject {
    private final HikariDataSource pool;

    CategoryLockSubject(PostgresServer server) throws SQLException {
        pool = server.newDatabase(20, PostgresRows.TABLES);
    }

    @Override
    public String name() {
        return "category-lock";
    }

    @Override
    public void append(String stream, NewEvent[] events) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement lock =
                    connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
                lock.setString(1, stream.substring(0, stream.indexOf('-')));
                lock.execute();
            }
            HandWrittenSubject.insert(connection, stream, events);
            connection.commit();
        }
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) throws SQLException {
        return PostgresRows.readStream(pool, stream);
    }

    @Override
    public long scan() throws SQLException {
        return PostgresRows.scan(pool);
    }

    @Override
    public void close() {
        pool.close();
    }
}
