package dev.indelible.blob;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Cursor;
import dev.indelible.journal.Description;
import dev.indelible.journal.Journal;
import dev.indelible.journal.Outcome;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.IdConflict.Difference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A journal that keeps large data outside: the bytes go into a {@link BlobStore}, and the event carries a {@link
 * BlobReference}. Every promise of the journal stays.
 *
 * <p>An append puts its blobs first, and is sent when they are durable; so an event that was recorded has its blob, and
 * an append that was not leaves at most a blob that nobody refers to. What is read has its data {@linkplain
 * Payload#deferred deferred}: the blob is fetched, and compared with its hash, when it is first needed, and it is then
 * that a missing or damaged one is an error.
 *
 * <p>The threshold may be another each time that a store is opened. An event whose id is recorded is compared by its
 * data, wherever that is.
 */
public final class ClaimCheck implements Journal {
    /** Data of more bytes than this goes into the blob store, unless said otherwise. */
    public static final int OVER_BYTES = 64 << 10;

    /** Data of one event has at most so many bytes, unless said otherwise. */
    public static final int BLOB_BYTES_MAX = 64 << 20;

    private static final int BLOB_BYTES_MOST = 1 << 30;

    private final Journal journal;
    private final BlobStore blobs;
    private final int overBytes;
    private final int blobBytesMax;

    private ClaimCheck(Journal journal, BlobStore blobs, int overBytes, int blobBytesMax) {
        this.journal = journal;
        this.blobs = blobs;
        this.overBytes = overBytes;
        this.blobBytesMax = blobBytesMax;
    }

    /** That journal, with large data in that blob store. It closes both. */
    public static ClaimCheck on(Journal journal, BlobStore blobs) {
        return new ClaimCheck(journal, blobs, OVER_BYTES, BLOB_BYTES_MAX);
    }

    /**
     * The same with another threshold: data of more bytes goes into the blob store. So does data that the journal
     * itself would refuse for its size.
     */
    public ClaimCheck over(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("over: " + bytes + " bytes (expected: 0 or more)");
        }
        return new ClaimCheck(journal, blobs, bytes, blobBytesMax);
    }

    /** The same with another limit of the data of one event, up to 1 GiB. It is held in memory, some three times. */
    public ClaimCheck upTo(int bytes) {
        if (bytes < 1 || bytes > BLOB_BYTES_MOST) {
            throw new IllegalArgumentException("up to: " + bytes + " bytes (expected: 1 to " + BLOB_BYTES_MOST + ")");
        }
        return new ClaimCheck(journal, blobs, overBytes, bytes);
    }

    @Override
    public Set<Capability> capabilities() {
        return journal.capabilities();
    }

    /** Those of the journal, but for data; an append takes the largest blob beside what the journal takes. */
    @Override
    public Limits limits() {
        Limits inner = journal.limits();
        return new Limits(
                blobBytesMax,
                inner.metadataBytesMax(),
                inner.tagsMax(),
                inner.eventsMax(),
                (int) Math.min(Integer.MAX_VALUE, (long) inner.appendBytesMax() + blobBytesMax),
                inner.streamsMax(),
                inner.guardsMax());
    }

    /**
     * As the journal, after the blobs are durable.
     *
     * @throws IllegalArgumentException if data is a JSON object with the member {@link BlobReference#MEMBER}, which
     *     could not be told from a reference; or if the append is too large for the journal even with references
     */
    @Override
    public Outcome append(Append append) {
        append.events().forEach(ClaimCheck::refuseReserved);
        Append carried = append.events().anyMatch(this::isLarge) ? map(append, this::carried) : append;
        journal.limits().check(carried);
        Outcome outcome = journal.append(carried);
        return outcome instanceof IdConflict conflict && conflict.difference() == Difference.OTHER_CONTENT
                ? appendAsRecorded(append, carried, conflict)
                : outcome;
    }

    private static void refuseReserved(NewEvent event) {
        if (event.data().isJson() && BlobReference.isReserved(event.data().toBytes())) {
            throw new IllegalArgumentException(
                    "event %s: data: an object with the member \"%s\" (expected: another name,"
                                    .formatted(event.id(), BlobReference.MEMBER)
                            + " this one stands for a reference to a blob)");
        }
    }

    private boolean isLarge(NewEvent event) {
        return event.data().size() > Math.min(overBytes, journal.limits().dataBytesMax());
    }

    /** The event as the journal gets it; its blob is durable. */
    private NewEvent carried(NewEvent event) {
        if (!isLarge(event)) {
            return event;
        }
        Payload data = event.data();
        String hash = blobs.put(data.toBytes());
        return withData(event, new BlobReference(hash, data.size(), data.format()).toPayload());
    }

    /**
     * The journal knows an id with other content. That may be the same JSON in another spelling, whose hash is another,
     * or data that is on the other side of a threshold of another day. So ask once more, with the data of each such
     * event as it was recorded: the journal decides, and knows all of them.
     */
    private Outcome appendAsRecorded(Append append, Append carried, IdConflict conflict) {
        Map<UUID, Payload> recorded = new HashMap<>();
        append.parts().forEach(part -> findRecorded(part, recorded));
        Append again = map(carried, event -> withData(event, recorded.getOrDefault(event.id(), event.data())));
        return again.equals(carried) ? conflict : journal.append(again);
    }

    /** Finds the data under which the part's events are recorded in its stream, as the journal has it. */
    private void findRecorded(Append.Part part, Map<UUID, Payload> found) {
        Map<UUID, NewEvent> wanted = new HashMap<>();
        part.events().forEach(event -> wanted.put(event.id(), event));
        try (Cursor cursor = journal.read(EventQuery.stream(part.stream()), Range.all())) {
            RecordedEvent event = wanted.isEmpty() ? null : cursor.next();
            while (event != null) {
                NewEvent asked = wanted.remove(event.id());
                if (asked != null && claimed(event).isRecordOf(asked)) {
                    found.put(event.id(), event.data());
                }
                event = wanted.isEmpty() ? null : cursor.next();
            }
        }
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        Cursor cursor = journal.read(query, range);
        return new Cursor() {
            @Override
            public Position asOf() {
                return cursor.asOf();
            }

            @Override
            public @Nullable RecordedEvent next() {
                RecordedEvent event = cursor.next();
                return event == null ? null : claimed(event);
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    /** The event with its own data, which is not fetched yet. */
    private RecordedEvent claimed(RecordedEvent event) {
        return BlobReference.of(event.data())
                .map(reference -> withData(
                        event, Payload.deferred(reference.format(), reference.size(), () -> reference.fetch(blobs))))
                .orElse(event);
    }

    @Override
    public Position head() {
        return journal.head();
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        return journal.await(after, timeout);
    }

    @Override
    public Description describe() {
        return journal.describe()
                .with(Description.of("blobs", blobs)
                        .with("for data of more than", overBytes + " bytes")
                        .with("and at most", blobBytesMax + " bytes"));
    }

    @Override
    public void close() {
        try {
            journal.close();
        } finally {
            blobs.close();
        }
    }

    private interface Change {
        NewEvent of(NewEvent event);
    }

    private static Append map(Append append, Change change) {
        List<Append.Part> parts = new ArrayList<>();
        for (Append.Part part : append.parts()) {
            List<NewEvent> events = new ArrayList<>();
            part.events().forEach(event -> events.add(change.of(event)));
            parts.add(new Append.Part(part.stream(), part.expected(), events));
        }
        return new Append(parts, append.guards());
    }

    private static NewEvent withData(NewEvent event, Payload data) {
        return new NewEvent(event.id(), event.type(), event.schemaVersion(), data, event.metadata(), event.tags());
    }

    private static RecordedEvent withData(RecordedEvent event, Payload data) {
        return new RecordedEvent(
                event.id(),
                event.stream(),
                event.type(),
                event.version(),
                event.schemaVersion(),
                data,
                event.metadata(),
                event.tags(),
                event.position(),
                event.recordedAt());
    }
}
