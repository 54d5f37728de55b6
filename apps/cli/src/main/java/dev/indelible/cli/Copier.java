package dev.indelible.cli;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records the events of one store in another: the same ids, versions and order. The other store must be empty, or hold
 * the beginning of this one and nothing else; so a copy that was stopped goes on where it was. Neighbours in the log
 * are recorded together, as many as fit one append in their order.
 */
final class Copier {
    /** Such a server has streams of the system of its own, and does not show them as events of the store. */
    private static final String KEEPS_ITS_OWN_SYSTEM = "kurrentdb";

    private final EventStore from;
    private final EventStore to;
    private final Tally tally;
    private final int streamsMax;
    private final boolean withSystem;
    private final Map<StreamName, List<RecordedEvent>> batch = new LinkedHashMap<>();
    private StreamName last = StreamName.of("none");
    private int events;
    private long bytes;

    Copier(EventStore from, EventStore to, Tally tally) {
        this.from = from;
        this.to = to;
        this.tally = tally;
        boolean several = to.capabilities().contains(Capability.SEVERAL_STREAMS);
        this.streamsMax = several ? to.limits().streamsMax() : 1;
        this.withSystem = !to.describe().name().equals(KEEPS_ITS_OWN_SYSTEM);
    }

    /** That the two are not what a copy makes of them. */
    static final class Differs extends RuntimeException {
        private static final long serialVersionUID = 1;

        Differs(String message, Throwable cause) {
            super(message, cause);
        }

        Differs(String message) {
            super(message);
        }
    }

    /**
     * Copies what is there now and not yet copied; returns up to where that is.
     *
     * @throws Differs if the other store holds something else; what was copied before that stays
     */
    Position copy() {
        try (Events all = from.read(EventQuery.all(), Range.all().after(copied()))) {
            for (RecordedEvent event : all) {
                if (isCopied(event)) {
                    tally.read(event.stream());
                    add(event);
                }
            }
            flush();
            return all.asOf();
        }
    }

    /** Position in this store of the last event that the other one has. */
    private Position copied() {
        List<RecordedEvent> lasts =
                to.read(EventQuery.all(), Range.all().fromTheEnd().limit(1)).toList();
        if (lasts.isEmpty()) {
            return Position.START;
        }
        RecordedEvent there = lasts.getFirst();
        Range place = Range.all().fromVersion(there.version()).limit(1);
        List<RecordedEvent> here =
                from.read(EventQuery.stream(there.stream()), place).toList();
        if (here.isEmpty() || !isSame(here.getFirst(), there)) {
            throw new Differs("the last event there, version " + there.version() + " of " + there.stream()
                    + ", is not here (expected: an empty store, or one that a copy of this one was begun in)");
        }
        return here.getFirst().position();
    }

    private boolean isCopied(RecordedEvent event) {
        return withSystem || !event.stream().isSystem();
    }

    private void add(RecordedEvent event) {
        Limits limits = to.limits();
        boolean isBack = batch.containsKey(event.stream()) && !event.stream().equals(last);
        boolean isFull = events == limits.eventsMax()
                || (batch.size() == streamsMax && !batch.containsKey(event.stream()))
                || bytes + bytesOf(event) > limits.appendBytesMax();
        if (events > 0 && (isBack || isFull)) {
            flush();
        }
        batch.computeIfAbsent(event.stream(), stream -> new ArrayList<>()).add(event);
        last = event.stream();
        events++;
        bytes += bytesOf(event);
    }

    private static long bytesOf(RecordedEvent event) {
        return (long) event.data().size() + event.metadata().size();
    }

    private void flush() {
        if (batch.isEmpty()) {
            return;
        }
        List<Append.Part> parts = new ArrayList<>();
        batch.forEach((stream, some) -> parts.add(new Append.Part(
                stream,
                ExpectedVersion.exactly(some.getFirst().version() - 1),
                some.stream().map(Copier::asNew).toList())));
        try {
            boolean repeated = to.appendAsSystem(new Append(parts, List.of())).repeated();
            for (int i = 0; i < events; i++) {
                tally.recorded(repeated);
            }
        } catch (Conflict e) {
            throw new Differs(OneLineErrors.text(e) + " (expected: only what a copy has put there)", e);
        }
        batch.clear();
        events = 0;
        bytes = 0;
    }

    private static NewEvent asNew(RecordedEvent event) {
        return new NewEvent(
                event.id(), event.type(), event.schemaVersion(), event.data(), event.metadata(), event.tags());
    }

    /**
     * Reads both from the beginning and compares each event; returns how many there are.
     *
     * @throws Differs at the first difference
     */
    long verify(Position upTo) {
        long count = 0;
        try (Events here = from.read(EventQuery.all(), Range.all().before(Position.of(upTo.value() + 1)));
                Events there = to.read(EventQuery.all(), Range.all())) {
            Iterator<RecordedEvent> others = there.iterator();
            for (RecordedEvent event : here) {
                if (!isCopied(event)) {
                    continue;
                }
                RecordedEvent other = others.hasNext() ? others.next() : null;
                if (other == null || !isSame(event, other)) {
                    throw new Differs("event " + (count + 1) + ": " + name(event) + " here, "
                            + (other == null ? "nothing" : name(other)) + " there");
                }
                count++;
            }
            if (others.hasNext()) {
                throw new Differs("event " + (count + 1) + ": nothing here, " + name(others.next()) + " there");
            }
        }
        return count;
    }

    private static String name(RecordedEvent event) {
        return event.type() + " " + event.id() + ", version " + event.version() + " of " + event.stream();
    }

    private static boolean isSame(RecordedEvent one, RecordedEvent other) {
        return one.stream().equals(other.stream())
                && one.version() == other.version()
                && one.data().equals(other.data())
                && one.metadata().sameValue(other.metadata())
                && one.isRecordOf(asNew(other));
    }
}
