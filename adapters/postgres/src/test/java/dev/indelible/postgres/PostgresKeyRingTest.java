package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.MasterKeys;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.tck.DurableKeyRingContract;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresKeyRingTest implements DurableKeyRingContract {
    private static final Subject SUBJECT = Subject.of("customer:1");
    private static final MasterKeys MASTER = MasterKeys.of(DurableKeyRingContract.masterKey(1));

    private final String schema = Server.newSchema();
    private final PostgresOptions options = PostgresOptions.DEFAULT.withSchema(schema);
    private final HikariDataSource pool = Server.pool(Server.running(), schema);
    private final AtomicLong nanos = new AtomicLong();
    private final KeyRing keys = PostgresKeyRing.on(pool, options, MASTER, nanos::get);

    @Override
    public KeyRing keys() {
        return keys;
    }

    @Override
    public KeyRing open(MasterKeys masterKeys) {
        return PostgresKeyRing.on(pool, options, masterKeys);
    }

    @Test
    void a_row_holds_a_wrapped_key_or_a_tombstone() {
        byte[] key = keys.keyOf(SUBJECT).toBytes();
        assertThat(row()).startsWith("customer:1 1 60 " + MASTER.currentId() + " ");
        assertThat(Server.sql("SELECT encode(wrapped_key, 'hex') FROM \"" + schema + "\".personal_keys"))
                .doesNotContain(HexFormat.of().formatHex(key, 0, 8));
        keys.shred(SUBJECT);
        assertThat(row()).isEqualTo("customer:1 1   t");
    }

    private String row() {
        return Server.sql("SELECT concat_ws(' ', subject, generation, coalesce(octet_length(wrapped_key)::TEXT, ''),"
                + " coalesce(master_key, ''), shredded_at IS NOT NULL) FROM \"" + schema + "\".personal_keys");
    }

    @Test
    void what_another_process_shreds_can_be_read_for_a_short_time_but_not_recorded() {
        DataKey key = keys.keyOf(SUBJECT);
        assertThat(keys.find(SUBJECT, 1)).contains(key);
        elsewhere().shred(SUBJECT);
        assertThatExceptionOfType(SubjectShredded.class).isThrownBy(() -> keys.keyOf(SUBJECT));
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(KeyCache.SECONDS) - 1);
        assertThat(keys.find(SUBJECT, 1)).contains(key);
        nanos.addAndGet(1);
        assertThat(keys.find(SUBJECT, 1)).isEmpty();
    }

    @Test
    void reading_asks_the_database_once_for_a_short_time() {
        DataKey key = keys.keyOf(SUBJECT);
        assertThat(keys.find(SUBJECT, 1)).contains(key);
        Server.sql("ALTER TABLE \"" + schema + "\".personal_keys RENAME TO hidden");
        assertThat(keys.find(SUBJECT, 1)).contains(key);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(KeyCache.SECONDS));
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> keys.find(SUBJECT, 1))
                .withMessageContaining("personal_keys");
    }

    @Test
    void a_store_from_before_there_were_keys_gets_the_table() {
        String old = Server.newSchema();
        Flyway.configure()
                .dataSource(pool)
                .schemas(old)
                .locations("classpath:dev/indelible/postgres")
                .placeholders(Map.of("schema", old))
                .target("2")
                .load()
                .migrate();
        assertThat(Server.sql("SELECT \"" + old + "\".store_version()")).isEqualTo("2");
        try (KeyRing ring = PostgresKeyRing.on(pool, options.withSchema(old), MASTER)) {
            assertThat(ring.keyOf(SUBJECT).generation()).isEqualTo(1);
        }
        assertThat(Server.sql("SELECT \"" + old + "\".store_version()")).isEqualTo("3");
        Server.sql("DROP SCHEMA \"" + old + "\" CASCADE");
    }

    @AfterEach
    void close() {
        pool.close();
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }
}
