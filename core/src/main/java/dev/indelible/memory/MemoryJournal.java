package dev.indelible.memory;

import dev.indelible.EventStoreException;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The journal in memory: every promise but that of surviving its process. One lock decides appends one by one; readers
 * take no lock. Position p is at {@code log[p - 1]}.
 */
public final class MemoryJournal implements Journal {
    private final Clock clock;
    private final Limits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition recorded = lock.newCondition();
    private final Map<UUID, List<RecordedEvent>> appends = new HashMap<>();
    private final Map<StreamName, Long> versions = new HashMap<>();
    private RecordedEvent[] log = new RecordedEvent[1024];
    private Instant latest = Instant.EPOCH;
    private volatile Snapshot published = new Snapshot(log, 0);
    private boolean closed;

    /** What readers see: the first {@code size} events of the array, which never change. */
    private record Snapshot(RecordedEvent[] log, int size) {}

    /** An empty journal by the system's clock. */
    public MemoryJournal() {
        this(Clock.systemUTC(), Limits.DEFAULT);
    }

    /** An empty journal. */
    public MemoryJournal(Clock clock, Limits limits) {
        this.clock = clock;
        this.limits = limits;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.complementOf(EnumSet.of(Capability.DURABLE));
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Outcome append(Append append) {
        lock.lock();
        try {
            if (closed) {
                throw new EventStoreException.Unavailable("the journal is closed", null);
            }
            return Admission.check(append, new Recorded()).orElseGet(() -> record(append));
        } finally {
            lock.unlock();
        }
    }

    private Outcome record(Append append) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        latest = now.isAfter(latest) ? now : latest;
        List<RecordedEvent> events = new ArrayList<>();
        int size = published.size();
        for (Append.Part part : append.parts()) {
            for (NewEvent event : part.events()) {
                long version = versions.merge(part.stream(), 1L, Long::sum);
                Position position = Position.of(size + events.size() + 1);
                events.add(RecordedEvent.of(event, part.stream(), version, position, latest));
            }
        }
        if (size + events.size() > log.length) {
            log = Arrays.copyOf(log, Math.max(2 * log.length, size + events.size()));
        }
        for (RecordedEvent event : events) {
            log[size++] = event;
            appends.put(event.id(), events);
        }
        published = new Snapshot(log, size);
        recorded.signalAll();
        return new Outcome.Recorded(Admission.appended(events, false));
    }

    @Override
    public Cursor read(EventQuery query, Range range) {
        Snapshot now = published;
        long end = Math.max(0, Math.min(now.size(), range.before().value() - 1));
        return new Cursor() {
            private long next = range.backwards() ? end : Math.min(range.after().value(), end) + 1;
            private long left = range.limit();

            @Override
            public Position asOf() {
                return Position.of(end);
            }

            @Override
            public @Nullable RecordedEvent next() {
                while (left > 0 && next >= 1 && next <= end) {
                    RecordedEvent event = now.log()[(int) next - 1];
                    next += range.backwards() ? -1 : 1;
                    if (range.contains(event) && query.matches(event)) {
                        left--;
                        return event;
                    }
                }
                return null;
            }
        };
    }

    @Override
    public Position head() {
        return Position.of(published.size());
    }

    @Override
    public boolean await(Position after, Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (published.size() <= after.value() && nanos > 0 && !closed) {
                nanos = recorded.awaitNanos(nanos);
            }
            return published.size() > after.value();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Description describe() {
        return Description.of("memory", "lost when the process ends").with("events", published.size());
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            recorded.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Used under the lock only. */
    private final class Recorded implements Admission.State {
        @Override
        public boolean knows(UUID eventId) {
            return appends.containsKey(eventId);
        }

        @Override
        public List<RecordedEvent> appendOf(UUID eventId) {
            return appends.getOrDefault(eventId, List.of());
        }

        @Override
        public long version(StreamName stream) {
            return versions.getOrDefault(stream, 0L);
        }

        @Override
        public Position lastMatch(EventQuery query, Position after) {
            RecordedEvent last =
                    read(query, Range.all().after(after).fromTheEnd().limit(1)).next();
            return last == null ? Position.START : last.position();
        }
    }
}
