package dev.indelible.postgres;

import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The tables and functions of a store: made when it is first used, or by whoever runs the script. */
final class Schema {
    /** What the function {@code store_version} answers when all migrations have run. */
    private static final int VERSION = 3;

    private static final List<String> MIGRATIONS =
            List.of("V1__event_store.sql", "V2__append.sql", "V3__personal_keys.sql");

    private final DataSource dataSource;
    private final String name;

    Schema(DataSource dataSource, String name) {
        this.dataSource = dataSource;
        this.name = name;
    }

    /** The definitions as one script, to be run once in an empty schema. */
    static String script(String name) {
        StringBuilder script = new StringBuilder("BEGIN;\nCREATE SCHEMA IF NOT EXISTS \"").append(name);
        script.append("\";\nSET search_path = \"").append(name).append("\";\n\n");
        for (String migration : MIGRATIONS) {
            try (InputStream in = Schema.class.getResourceAsStream(migration)) {
                String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
                script.append(text.replace("${schema}", name)).append('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return script.append("RESET search_path;\nCOMMIT;\n").toString();
    }

    /** Whether the schema holds a store. */
    boolean isThere() {
        try (Connection connection = dataSource.getConnection()) {
            return version(connection) > 0;
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    /** Brings the schema to this version unless it is there. Several processes may do so at once. */
    void prepare() {
        try (Connection connection = dataSource.getConnection()) {
            requireUtf8(connection);
            int found = version(connection);
            if (found > VERSION) {
                throw new Unavailable(
                        "schema %s: version %d (expected: at most %d; use a newer Indelible)"
                                .formatted(name, found, VERSION),
                        null);
            }
            if (found == VERSION) {
                return;
            }
        } catch (SQLException e) {
            throw Failures.of(e);
        }
        try {
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(dataSource)
                    .schemas(name)
                    .locations("classpath:dev/indelible/postgres")
                    .placeholders(Map.of("schema", name))
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new Unavailable("schema " + name + ": " + e.getMessage(), e);
        }
    }

    private static void requireUtf8(Connection connection) throws SQLException {
        try (PreparedStatement show = connection.prepareStatement("SHOW server_encoding");
                ResultSet row = show.executeQuery()) {
            row.next();
            if (!row.getString(1).equals("UTF8")) {
                throw new Unavailable("database encoding: " + row.getString(1) + " (expected: UTF8)", null);
            }
        }
    }

    /** 0 if there is nothing yet. */
    private int version(Connection connection) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement("SELECT to_regprocedure(?) IS NOT NULL")) {
            look.setString(1, "\"" + name + "\".store_version()");
            try (ResultSet row = look.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    return 0;
                }
            }
        }
        try (PreparedStatement call = connection.prepareStatement("SELECT \"" + name + "\".store_version()");
                ResultSet row = call.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
