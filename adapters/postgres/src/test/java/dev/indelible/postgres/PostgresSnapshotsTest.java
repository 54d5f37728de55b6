package dev.indelible.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.decider.Snapshots;
import dev.indelible.tck.SnapshotsContract;
import org.junit.jupiter.api.AfterEach;

class PostgresSnapshotsTest implements SnapshotsContract {
    private final String schema = Server.newSchema();
    private final HikariDataSource pool = Server.pool(Server.running(), schema);
    private final Snapshots snapshots = PostgresSnapshots.on(pool, PostgresOptions.DEFAULT.withSchema(schema));

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }

    @AfterEach
    void close() {
        pool.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }
}
