package dev.indelible.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.journal.Journal;
import dev.indelible.tck.JournalContract;
import dev.indelible.tck.JournalFixture;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class PostgresJournalTest extends JournalContract {
    private final String schema = Server.newSchema();

    @AfterEach
    void dropSchema() {
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    @Override
    public JournalFixture fixture() {
        return new JournalFixture() {
            @Override
            public Journal open() {
                HikariDataSource pool = Server.pool(Server.running(), schema);
                return PostgresJournal.owning(PostgresOptions.DEFAULT.withSchema(schema), List.of(pool));
            }

            @Override
            public Journal reopen(Journal journal) {
                journal.close();
                return open();
            }

            // A process that ends takes its connections with it.
            @Override
            public Journal crash(Journal journal) {
                Server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '"
                        + schema + "'");
                Journal next = open();
                journal.close();
                return next;
            }
        };
    }
}
