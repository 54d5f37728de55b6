package dev.indelible.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Admission;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/**
 * A journal in a schema of a PostgreSQL database, 14 or newer: every promise, for any number of processes at once.
 *
 * <p>Events are recorded by functions in the database, each call a transaction of its own that holds one lock for as
 * long as it runs there. A client that is paused, or cut off, holds nothing. Works through poolers that keep no
 * session, with {@code prepareThreshold=0} in the driver's URL where they cannot prepare statements.
 */
public final class PostgresJournal implements Journal {
    private final Database recordedAt;
    private final Database readFrom;
    private final PostgresOptions options;
    private final List<HikariDataSource> owned;
    private final Batcher batcher;
    private final News news;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PostgresJournal(
            DataSource appends, DataSource reads, PostgresOptions options, List<HikariDataSource> owned) {
        DataSource replica = options.readFrom();
        this.recordedAt = new Database(reads, options.schema());
        this.readFrom = replica == null ? recordedAt : new Database(replica, options.schema());
        this.options = options;
        this.owned = owned;
        this.batcher = new Batcher(appends, options.schema());
        this.news = new News(reads, readFrom);
    }

    /** A journal in the schema {@code indelible}, which is made on first use. The data source is not closed with it. */
    public static PostgresJournal on(DataSource dataSource) {
        return on(dataSource, PostgresOptions.DEFAULT);
    }

    /**
     * A journal with those options. It takes up to two connections to append, one to listen while somebody waits for
     * events, one now and then to tell others, and one for each page that is being read.
     *
     * @throws Unavailable if the database cannot be reached, or does not suit
     */
    public static PostgresJournal on(DataSource dataSource, PostgresOptions options) {
        new Schema(dataSource, options.schema()).prepare();
        return new PostgresJournal(dataSource, dataSource, options, List.of());
    }

    /** The tables and functions that opening makes on first use, as a script to run in an empty schema. */
    public static String definitions(String schema) {
        return Schema.script(PostgresOptions.DEFAULT.withSchema(schema).schema());
    }

    /** A journal that owns its connections: for appends, for everything else, and perhaps more. */
    static PostgresJournal owning(PostgresOptions options, List<HikariDataSource> pools) {
        new Schema(pools.get(0), options.schema()).prepare();
        return new PostgresJournal(pools.get(0), pools.get(pools.size() > 1 ? 1 : 0), options, pools);
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public Limits limits() {
        return options.limits();
    }

    @Override
    public Outcome append(Append append) {
        Batcher.Answer answer = batcher.append(append);
        Long position = answer.position();
        if (position != null) {
            Appended appended = appended(append, position, answer.versions());
            news.recorded(appended.position().value(), options.readFrom() == null);
            return new Outcome.Recorded(appended);
        }
        String[] words = String.valueOf(answer.refusal()).split(" ", -1);
        return switch (words[0]) {
            case "known" -> known(append, UUID.fromString(words[1]), Long.parseLong(words[2]));
            case "version" -> {
                int index = Integer.parseInt(words[1]) - 1;
                Append.Part part = append.parts().get(index);
                long actual = answer.versions().get(index);
                yield new Outcome.VersionConflict(part.stream(), part.expected(), actual);
            }
            case "guard" ->
                new Outcome.GuardConflict(
                        append.guards().get(Integer.parseInt(words[1]) - 1), Position.of(Long.parseLong(words[2])));
            default -> throw new IllegalStateException("append_batch: " + answer);
        };
    }

    private static Appended appended(Append append, long first, List<Long> versions) {
        List<Appended.Part> parts = new ArrayList<>();
        long position = first;
        for (int i = 0; i < append.parts().size(); i++) {
            int count = append.parts().get(i).events().size();
            if (count > 0) {
                long version = versions.get(i);
                parts.add(new Appended.Part(
                        append.parts().get(i).stream(),
                        version + 1,
                        version + count,
                        Position.of(position),
                        Position.of(position + count - 1)));
                position += count;
            }
        }
        return new Appended(parts, false);
    }

    /** What is recorded never changes, so the comparison needs no lock. */
    private Outcome known(Append append, UUID id, long first) {
        List<RecordedEvent> recorded;
        try {
            recorded = recordedAt.append(first, (int) append.events().count());
        } catch (SQLException e) {
            throw Failures.of(e);
        }
        return Admission.check(append, new Admission.State() {
                    @Override
                    public boolean knows(UUID eventId) {
                        return eventId.equals(id);
                    }

                    @Override
                    public List<RecordedEvent> appendOf(UUID eventId) {
                        return recorded;
                    }

                    @Override
                    public long version(StreamName stream) {
                        return 0;
                    }

                    @Override
                    public Position lastMatch(EventQuery query, Position after) {
                        return Position.START;
                    }
                })
                .orElseThrow();
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        refuseIfClosed();
        return new PageCursor(readFrom, query, range);
    }

    @Override
    public Position head() {
        refuseIfClosed();
        try {
            return Position.of(readFrom.head());
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        return news.await(after.value(), timeout);
    }

    @Override
    public Description describe() {
        refuseIfClosed();
        try {
            return recordedAt.describe(news.state());
        } catch (SQLException e) {
            throw Failures.of(e);
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        batcher.close();
        news.close();
        owned.forEach(HikariDataSource::close);
    }

    private void refuseIfClosed() {
        if (closed.get()) {
            throw new Unavailable("the journal is closed", null);
        }
    }
}
