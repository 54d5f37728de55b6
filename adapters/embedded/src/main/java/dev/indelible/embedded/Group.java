package dev.indelible.embedded;

import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Admission;
import dev.indelible.journal.Outcome;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is recorded, and on top of it the appends that are accepted for the same write. */
final class Group implements Admission.State {
    private final Index index;
    private final Log log;
    private final long headBefore;
    private final Instant recordedAt;
    private final List<Accepted> accepted = new ArrayList<>();
    private final Map<UUID, Accepted> ids = new HashMap<>();
    private final Map<StreamName, Long> versions = new HashMap<>();
    private long head;
    private int bytes;

    Group(Index index, Log log, long head, Instant recordedAt) {
        this.index = index;
        this.log = log;
        this.headBefore = head;
        this.head = head;
        this.recordedAt = recordedAt;
    }

    private record Accepted(Append append, Frame frame, List<RecordedEvent> events) {}

    @Override
    public boolean knows(UUID eventId) {
        return ids.containsKey(eventId) || index.addressOf(eventId) >= 0;
    }

    @Override
    public List<RecordedEvent> appendOf(UUID eventId) {
        Accepted here = ids.get(eventId);
        return here != null
                ? here.events()
                : new LogReader(log).at(index.addressOf(eventId)).events();
    }

    @Override
    public long version(StreamName stream) {
        Long here = versions.get(stream);
        return here != null ? here : index.version(stream);
    }

    @Override
    public Position lastMatch(EventQuery query, Position after) {
        for (int i = accepted.size() - 1; i >= 0; i--) {
            List<RecordedEvent> events = accepted.get(i).events();
            for (int k = events.size() - 1; k >= 0; k--) {
                if (query.matches(events.get(k)) && events.get(k).position().isAfter(after)) {
                    return events.get(k).position();
                }
            }
        }
        Range last = Range.all().after(after).fromTheEnd().limit(1);
        RecordedEvent found = new LogCursor(query, last, log, index, headBefore).next();
        return found == null ? Position.START : found.position();
    }

    /** Gives the events their versions and positions. */
    Outcome accept(Append append, Frame frame) {
        List<RecordedEvent> events = new ArrayList<>(frame.count());
        int at = Frame.HEADER;
        for (Append.Part part : append.parts()) {
            if (part.events().isEmpty()) {
                continue;
            }
            long version = version(part.stream());
            at = frame.setVersions(at, part.events().size(), version + 1);
            for (NewEvent event : part.events()) {
                events.add(RecordedEvent.of(event, part.stream(), ++version, Position.of(++head), recordedAt));
            }
            versions.put(part.stream(), version);
        }
        Accepted here = new Accepted(append, frame, events);
        events.forEach(event -> ids.put(event.id(), here));
        accepted.add(here);
        bytes += frame.paddedLength();
        return new Outcome.Recorded(Admission.appended(events, false));
    }

    /** Bytes of the write. */
    int bytes() {
        return bytes;
    }

    /** Position of the last accepted event. */
    long head() {
        return head;
    }

    Instant recordedAt() {
        return recordedAt;
    }

    /** Puts all frames into the target, for a write at the address. */
    void seal(long address, ByteBuffer target) {
        long micros = LogReader.toMicros(recordedAt);
        for (Accepted here : accepted) {
            long first = here.events().get(0).position().value();
            here.frame().seal(first, address, micros, log.salt(), target);
        }
    }

    /** Makes the events findable, now that they are durable at the address. */
    void addTo(Tail tail, long address) {
        long at = address;
        for (Accepted here : accepted) {
            for (RecordedEvent event : here.events()) {
                tail.add(event.id(), event.stream(), event.version(), event.type(), event.tags(), at);
            }
            at += here.frame().paddedLength();
        }
    }
}
