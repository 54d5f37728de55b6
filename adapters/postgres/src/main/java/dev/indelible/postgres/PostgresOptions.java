package dev.indelible.postgres;

import dev.indelible.event.Limits;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What can be chosen about a journal in PostgreSQL.
 *
 * @param schema the schema that holds it; a database can hold many, each a store of its own
 * @param limits how large things may be
 * @param readFrom a replica to read from, or null to read where events are recorded
 */
public record PostgresOptions(
        String schema, Limits limits, @Nullable DataSource readFrom) {
    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,47}");

    /** Schema {@code indelible}, the default limits, no replica. */
    public static final PostgresOptions DEFAULT = new PostgresOptions("indelible", Limits.DEFAULT, null);

    /** Checks the name of the schema; throws {@link IllegalArgumentException}. */
    public PostgresOptions {
        if (!SCHEMA.matcher(schema).matches() || schema.startsWith("pg_")) {
            throw new IllegalArgumentException("schema: \"" + schema
                    + "\" (expected: 1 to 48 lower case letters, digits and _, no digit first, not pg_)");
        }
    }

    /** The same in that schema. */
    public PostgresOptions withSchema(String newSchema) {
        return new PostgresOptions(newSchema, limits, readFrom);
    }

    /** The same with those limits. */
    public PostgresOptions withLimits(Limits newLimits) {
        return new PostgresOptions(schema, newLimits, readFrom);
    }

    /** The same, but reading from that replica, which may be behind: reads then see less, and miss nothing. */
    public PostgresOptions withReadFrom(DataSource replica) {
        return new PostgresOptions(schema, limits, replica);
    }
}
