package dev.indelible.kurrentdb;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.IdConflict.Difference;
import dev.indelible.journal.Outcome.VersionConflict;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WriteResult;
import io.kurrent.dbclient.WrongExpectedVersionException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A journal on a KurrentDB or EventStoreDB server, for any number of processes at once. The version of an event is its
 * revision + 1, its position the commit position.
 *
 * <p>It promises what the server does: no guards, one stream an append, and ids only at a stated version. An append
 * that expects {@code noStream} or {@code exactly(n)} can be repeated, and is answered as the first time, whenever that
 * is; one that expects {@code any} or {@code exists} may be recorded again. Queries by category, type and tag read the
 * whole store from the position on, since those of the server's ways that cost less promise less.
 */
public final class KurrentDbJournal implements Journal {
    /**
     * What every server takes unless it is configured to take less: data of 512 KiB an event, and 896 KiB an append,
     * which leaves room for names and tags in the 1 MiB that older servers take.
     */
    public static final Limits LIMITS = new Limits(1 << 19, 1 << 16, 32, 10_000, 7 << 17, 100, 16);

    private static final Set<Capability> CAPABILITIES = Set.of(Capability.DURABLE, Capability.TAGS);

    private final KurrentDBClient client;
    private final Limits limits;
    private final Runnable onClose;
    private final Reader reader;
    private final News news;
    private final String version;
    private final AtomicBoolean closed = new AtomicBoolean();

    KurrentDbJournal(KurrentDBClient client, Limits limits, Runnable onClose) {
        this.client = client;
        this.limits = limits;
        this.onClose = onClose;
        this.reader = new Reader(client);
        this.news = new News(client, reader);
        this.version =
                Failures.answer(client.getServerVersion()).map(Object::toString).orElse("unknown");
        news.publish(reader.head());
    }

    /**
     * A journal through a client of the application's, which stays open. Its node preference must be the leader.
     *
     * @throws Unavailable if the server cannot be reached
     */
    public static KurrentDbJournal on(KurrentDBClient client, Limits limits) {
        return new KurrentDbJournal(client, limits, () -> {});
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.copyOf(CAPABILITIES);
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Outcome append(Append append) {
        refuseIfClosed();
        if (append.parts().size() > 1) {
            throw new Unsupported(Capability.SEVERAL_STREAMS);
        } else if (!append.guards().isEmpty()) {
            throw new Unsupported(Capability.GUARDS);
        }
        Append.Part part = append.parts().get(0);
        List<EventData> events = part.events().stream().map(EventForm::proposed).toList();
        // To the server a stream exists that has metadata only.
        if (part.expected() == ExpectedVersion.Exists.EXISTS
                && reader.stream(part.stream(), Long.MAX_VALUE, true, 1).isEmpty()) {
            return new VersionConflict(part.stream(), part.expected(), 0);
        }
        long heard = news.heard();
        try {
            WriteResult result = Failures.answer(client.appendToStream(
                    part.stream().value(),
                    AppendToStreamOptions.get().streamState(state(part.expected())),
                    events.iterator()));
            return recorded(part, result, heard);
        } catch (WrongExpectedVersionException e) {
            return new VersionConflict(part.stream(), part.expected(), version(e.getActualState()));
        }
    }

    private static StreamState state(ExpectedVersion expected) {
        return switch (expected) {
            case ExpectedVersion.Any any -> StreamState.any();
            case ExpectedVersion.Exists exists -> StreamState.streamExists();
            case ExpectedVersion.Exactly exactly ->
                exactly.version() == 0 ? StreamState.noStream() : StreamState.streamRevision(exactly.version() - 1);
        };
    }

    /** Version of a stream whose last revision that is. */
    private static long version(StreamState lastRevision) {
        return Math.max(-1, lastRevision.toRawLong()) + 1;
    }

    /** What was heard of before this append was sent is a repeat; a repeat of what others recorded may go unnoticed. */
    private Outcome recorded(Append.Part part, WriteResult result, long heard) {
        io.kurrent.dbclient.@Nullable Position answered = result.getLogPosition();
        if (answered == null) {
            throw new Unavailable("KurrentDB: an append to " + part.stream() + " answered without a position", null);
        }
        long last = answered.getCommitUnsigned();
        boolean repeated = last <= heard;
        int count = part.events().size();
        long lastVersion = version(result.getNextExpectedRevision());
        long firstVersion = lastVersion - count + 1;
        long first = last;
        if (repeated || count > 1) {
            // The answer has the last position only.
            List<RecordedEvent> there = reader.stream(part.stream(), firstVersion, false, repeated ? count : 1);
            NewEvent other = repeated ? firstOther(part, there) : null;
            if (other != null) {
                return new IdConflict(other.id(), Difference.OTHER_CONTENT);
            } else if (there.isEmpty()) {
                throw new Unavailable("KurrentDB: the events just recorded in " + part.stream() + " are gone", null);
            }
            first = EventForm.position(there.get(0));
        }
        news.publish(last);
        return new Outcome.Recorded(new Appended(
                List.of(new Appended.Part(
                        part.stream(), firstVersion, lastVersion, Position.of(first), Position.of(last))),
                repeated));
    }

    private static @Nullable NewEvent firstOther(Append.Part part, List<RecordedEvent> there) {
        for (int i = 0; i < there.size(); i++) {
            NewEvent asked = part.events().get(i);
            if (!EventForm.recorded(there.get(i)).isRecordOf(asked)) {
                return asked;
            }
        }
        return null;
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        refuseIfClosed();
        PageCursor cursor = reader.read(query, range);
        news.publish(cursor.asOf().value());
        return cursor;
    }

    @Override
    public Position head() {
        refuseIfClosed();
        return Position.of(reader.head());
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        refuseIfClosed();
        return news.await(after.value(), timeout);
    }

    @Override
    public Description describe() {
        refuseIfClosed();
        Throwable error = news.lastError();
        return Description.of("kurrentdb", "server version " + version)
                .with("head", reader.head())
                .with("dropped subscriptions", news.dropped())
                .with("last error", error == null ? "none" : String.valueOf(error.getMessage()));
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
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
