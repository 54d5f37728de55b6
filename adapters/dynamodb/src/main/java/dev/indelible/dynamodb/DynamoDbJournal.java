package dev.indelible.dynamodb;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Guard;
import dev.indelible.event.Limits;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * A journal in a DynamoDB table: every promise, for any number of processes at once, within {@link
 * DynamoDbOptions#LIMITS}.
 *
 * <p>A commit is one transaction, on condition that the head of the store is the one it was planned on: so positions
 * have no holes, and whatever was found out before it still holds. Appends that wait share a commit. A table is the
 * unit of order, and so of speed: contexts or tenants that need no common order have tables of their own.
 */
public final class DynamoDbJournal implements Journal {
    private final DynamoDbOptions options;
    private final Runnable onClose;
    private final Service service;
    private final Chains chains;
    private final Reader reader;
    private final News news;
    private final Examination examination;
    private final Committer committer;
    private final AtomicBoolean closed = new AtomicBoolean();

    DynamoDbJournal(DynamoDbClient client, DynamoDbOptions options, Runnable onClose) {
        this.options = options;
        this.onClose = onClose;
        this.service = new Service(client, options);
        this.chains = new Chains(service);
        this.reader = new Reader(service, chains);
        this.news = new News(service);
        this.examination = new Examination(service, chains, reader);
        this.committer = new Committer(service, chains, Clock.systemUTC(), news::publish);
    }

    /**
     * A journal in that table, which is made on first use, through a client of the application's, which stays open.
     * Needs the permissions {@code dynamodb:DescribeTable, GetItem, BatchGetItem, Query, PutItem, ConditionCheckItem};
     * {@code CreateTable} if it is to make the table; {@code UpdateItem} for fair turns among processes.
     *
     * @throws Unavailable if the service cannot be reached, or the table is another's
     */
    public static DynamoDbJournal on(DynamoDbClient client, DynamoDbOptions options) {
        new Table(client, options).prepare();
        return new DynamoDbJournal(client, options, () -> {});
    }

    /** The table that opening makes on first use, as a CloudFormation template that protects it from deletion. */
    public static String definitions(String table) {
        return Table.template(DynamoDbOptions.of(table).table());
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
        refuseIfClosed();
        int items = Plan.itemsOf(append);
        if (items > Service.ITEMS_MAX) {
            throw new IllegalArgumentException("append: " + items + " items to write (limit: " + Service.ITEMS_MAX
                    + "; each event is one, and each of the different tags)");
        }
        for (Chain chain : Plan.chainsOf(append)) {
            chains.end(chain); // Here others need not wait for it.
        }
        Service.Deadline deadline = service.deadline();
        Committer.Waiting mine = new Committer.Waiting(append, deadline);
        while (true) {
            Optional<Outcome> outcome = Optional.empty();
            switch (committer.append(mine)) {
                case SUSPECT -> outcome = examination.of(append, mine.tried());
                case UNPROVEN -> mine.provenTo(prove(append));
                case PLANNED, LATER -> outcome = mine.outcome();
            }
            if (outcome.isPresent()) {
                return outcome.get();
            } else if (deadline.isOver()) {
                throw deadline.failure("others are always faster", null);
            }
        }
    }

    /** A position up to which all guards hold, or that one does not. */
    private long prove(Append append) {
        long proven = Long.MAX_VALUE;
        for (Guard guard : append.guards()) {
            SliceCursor found = reader.read(
                    guard.query(), Range.all().after(guard.after()).fromTheEnd().limit(1));
            if (found.next() != null) {
                return Plan.REFUTED;
            }
            proven = Math.min(proven, found.asOf().value());
        }
        return proven;
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        refuseIfClosed();
        return reader.read(query, range);
    }

    @Override
    public Position head() {
        refuseIfClosed();
        return Position.of(lookAtHead().last());
    }

    private Head lookAtHead() {
        long seen = committer.highest();
        return committer.notBefore(seen, Head.of(service.get(Keys.HEAD, true)));
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        refuseIfClosed();
        return news.await(after.value(), timeout);
    }

    @Override
    public Description describe() {
        refuseIfClosed();
        Head head = lookAtHead();
        Throwable error = committer.lastError();
        return Description.of("dynamodb", "table " + service.table())
                .with("head", head.last())
                .with("last commit", head.last() == 0 ? "none" : head.recordedAt())
                .with("commits of this process", committer.commits() + " of " + committer.events() + " events")
                .with("commits that others came before", committer.conflicts())
                .with("looking for events of others", "every " + news.pollMs() + " ms")
                .with("calls of this process", service.calls())
                .with("read units", String.format(Locale.ROOT, "%.1f", service.readUnits()))
                .with("write units", String.format(Locale.ROOT, "%.1f", service.writeUnits()))
                .with("last error", error == null ? "none" : String.valueOf(error.getMessage()));
    }

    Service service() {
        return service;
    }

    Committer committer() {
        return committer;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            committer.close();
            news.close();
            onClose.run();
        }
    }

    private void refuseIfClosed() {
        if (closed.get()) {
            throw new Unavailable("the journal is closed", null);
        }
    }
}
