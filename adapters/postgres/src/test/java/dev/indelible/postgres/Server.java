package dev.indelible.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.EventStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A PostgreSQL server with durable settings for all tests of this process, and what they do with it. */
final class Server {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private Server() {}

    private static final class Running {
        private static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                return durable().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A server as it would be run: what it acknowledges is on the disk. */
    static EmbeddedPostgres.Builder durable() {
        return EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_prepared_transactions", "10")
                .setServerConfig("max_connections", "200");
    }

    static EmbeddedPostgres running() {
        return Running.SERVER;
    }

    /** The name of a schema that nobody has used. */
    static String newSchema() {
        return "test_" + SCHEMAS.incrementAndGet();
    }

    static String url(EmbeddedPostgres server, String options) {
        return "postgresql://postgres:postgres@127.0.0.1:" + server.getPort() + "/postgres?" + options;
    }

    static String url(String schema) {
        return url(running(), "schema=" + schema);
    }

    /** A store in the schema, whose connections have its name. */
    static EventStore store(String schema) {
        HikariDataSource pool = pool(running(), schema);
        return EventStore.on(PostgresJournal.owning(PostgresOptions.DEFAULT.withSchema(schema), List.of(pool)));
    }

    static HikariDataSource pool(EmbeddedPostgres server, String application) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres");
        config.setUsername("postgres");
        config.setPassword("postgres");
        config.addDataSourceProperty("ApplicationName", application);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }

    /** Executes a statement; returns the first column of the first row, if there is one. */
    static String sql(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            try (ResultSet row = statement.getResultSet()) {
                return row.next() ? String.valueOf(row.getString(1)) : "";
            }
        }
    }

    static String sql(String sql) {
        try (Connection connection = connect()) {
            return sql(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        }
    }

    static Connection connect() throws SQLException {
        return running().getPostgresDatabase().getConnection();
    }

    /** Waits for the end of a thread. */
    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
