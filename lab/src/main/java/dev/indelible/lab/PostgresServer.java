package dev.indelible.lab;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A PostgreSQL server with durable settings, on the same two cores as its clients. */
final class PostgresServer implements AutoCloseable {
    /** Added to a URL, makes the driver send the inserts of a batch as one statement of many rows where it can. */
    static final String REWRITE_BATCHES = "&reWriteBatchedInserts=true";

    private static final int CONNECTIONS_MAX = 200;

    private final EmbeddedPostgres server;
    private int databases;

    PostgresServer() throws IOException {
        server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "" + CONNECTIONS_MAX)
                .setServerConfig("shared_buffers", "1GB")
                .setServerConfig("max_wal_size", "8GB")
                .start();
    }

    /** Makes an empty database; returns {@code //user:password@host:port/database?user=…}, without a scheme. */
    String newDatabase() {
        String name = "bench_" + ++databases;
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            statement.execute("CHECKPOINT");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return "//127.0.0.1:" + server.getPort() + "/" + name + "?user=postgres&password=postgres";
    }

    /** Connections to a new database in which the statements have been executed. */
    HikariDataSource newDatabase(int connections, String... statements) throws SQLException {
        HikariDataSource pool = pool(newDatabase(), connections);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        return pool;
    }

    /** Connections to a database that was made. */
    HikariDataSource pool(String database, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql:" + database);
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    /** Drops the last database that was made, so that rounds do not fill the disk. */
    void dropLast() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS bench_" + databases + " WITH (FORCE)");
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
