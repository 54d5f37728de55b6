package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Tag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;

/**
 * The limit: what the same server takes into the tables and indexes of ours when nothing is checked. One thread writes
 * whatever waits, in one statement and one commit, at the positions and versions that it counts itself; streams are new
 * each time.
 */
final class UnnestSubject implements Subject {
    private static final String UNNEST = """
            WITH recorded AS (
              INSERT INTO indelible.events (global_position, version, created_at, id, schema_version, append_index,
                  stream_id, stream_type, event_type, event_data, metadata, tags)
                SELECT ? + e.ord, e.version, now(), e.id, e.schema_version, 0, e.stream, 'Order', e.type, e.data::json,
                    e.metadata::json, ARRAY[e.tag]
                  FROM unnest(?, ?::uuid[], ?, ?, ?, ?, ?, ?) WITH ORDINALITY
                    AS e(version, id, schema_version, stream, type, data, metadata, tag, ord)
                RETURNING global_position, tags)
            INSERT INTO indelible.event_tags SELECT t, global_position FROM recorded, unnest(tags) AS t""";

    private final String name;
    private final boolean copies;
    private final HikariDataSource pool;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;
    private long position;

    private UnnestSubject(String name, boolean copies, PostgresServer server) throws SQLException {
        this.name = name;
        this.copies = copies;
        this.pool = server.newDatabase(2, dev.indelible.postgres.PostgresJournal.definitions("indelible"));
        this.thread = Thread.ofPlatform().daemon().start(this::run);
    }

    /** INSERT … SELECT unnest(…). */
    static UnnestSubject sameBatches(PostgresServer server) throws SQLException {
        return new UnnestSubject("unnest", false, server);
    }

    /** COPY. */
    static UnnestSubject copy(PostgresServer server) throws SQLException {
        return new UnnestSubject("copy", true, server);
    }

    private static final class Waiting {
        private final String stream;
        private final NewEvent[] events;
        private final Thread caller = Thread.currentThread();
        private volatile boolean done;

        Waiting(String stream, NewEvent[] events) {
            this.stream = stream;
            this.events = events;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void append(String stream, NewEvent[] events) {
        Waiting mine = new Waiting(stream, events);
        queue.add(mine);
        LockSupport.unpark(thread);
        while (!mine.done) {
            LockSupport.park(this);
        }
    }

    private void run() {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(copies ? false : true);
            while (!closed) {
                List<Waiting> batch = new ArrayList<>();
                for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
                    batch.add(next);
                }
                if (batch.isEmpty()) {
                    LockSupport.park(this);
                    continue;
                }
                write(connection, batch);
                for (Waiting next : batch) {
                    next.done = true;
                    LockSupport.unpark(next.caller);
                }
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(Connection connection, List<Waiting> batch) throws SQLException, IOException {
        if (copies) {
            copy(connection, batch);
        } else {
            insert(connection, batch);
        }
    }

    private void insert(Connection connection, List<Waiting> batch) throws SQLException {
        int count = batch.stream().mapToInt(next -> next.events.length).sum();
        long[] versions = new long[count];
        int[] schemaVersions = new int[count];
        String[][] texts = new String[6][count];
        int i = 0;
        for (Waiting next : batch) {
            for (NewEvent event : next.events) {
                versions[i] = position + i; // No stream has it: nothing is looked up, nothing is twice.
                schemaVersions[i] = event.schemaVersion();
                texts[0][i] = event.id().toString();
                texts[1][i] = next.stream;
                texts[2][i] = event.type();
                texts[3][i] = event.data().text();
                texts[4][i] = event.metadata().text();
                texts[5][i++] = event.tags().get(0).text();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(UNNEST)) {
            statement.setLong(1, position);
            statement.setObject(2, versions);
            statement.setArray(3, connection.createArrayOf("text", texts[0]));
            statement.setObject(4, schemaVersions);
            for (int k = 1; k < texts.length; k++) {
                statement.setArray(4 + k, connection.createArrayOf("text", texts[k]));
            }
            statement.executeUpdate();
        }
        position += count;
    }

    private void copy(Connection connection, List<Waiting> batch) throws SQLException, IOException {
        StringBuilder events = new StringBuilder();
        StringBuilder tags = new StringBuilder();
        for (Waiting next : batch) {
            for (NewEvent event : next.events) {
                position++;
                Tag tag = event.tags().get(0);
                events.append(position)
                        .append('\t')
                        .append(position)
                        .append("\tnow\t")
                        .append(event.id());
                events.append("\t1\t0\t")
                        .append(next.stream)
                        .append("\tOrder\t")
                        .append(event.type())
                        .append('\t');
                events.append(event.data().text())
                        .append('\t')
                        .append(event.metadata().text());
                events.append("\t{").append(tag.text()).append("}\n");
                tags.append(tag.text()).append('\t').append(position).append('\n');
            }
        }
        var copy = connection.unwrap(PGConnection.class).getCopyAPI();
        copy.copyIn(
                "COPY indelible.events (global_position, version, created_at, id, schema_version, append_index,"
                        + " stream_id, stream_type, event_type, event_data, metadata, tags) FROM STDIN",
                new java.io.ByteArrayInputStream(events.toString().getBytes(StandardCharsets.UTF_8)));
        copy.copyIn(
                "COPY indelible.event_tags FROM STDIN",
                new java.io.ByteArrayInputStream(tags.toString().getBytes(StandardCharsets.UTF_8)));
        connection.commit();
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) {
        return -1;
    }

    @Override
    public long scan() {
        return -1;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        pool.close();
    }
}
