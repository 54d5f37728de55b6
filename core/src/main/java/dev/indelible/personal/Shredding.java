package dev.indelible.personal;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException;
import dev.indelible.Events;
import dev.indelible.decider.Snapshots;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Forgets subjects: destroys the key, deletes the snapshots of the streams that hold data of the subject, and records
 * an event {@value #EVENT_TYPE} by which projections learn that they have to forget as well. A crash in between leaves
 * the rest undone; repeating it finishes the rest, and does nothing twice.
 */
public final class Shredding {
    /** Type of the event that is recorded: its data is {@code {"subject":"kind:id"}}, and it has the subject's tag. */
    public static final String EVENT_TYPE = "SubjectShredded";

    /** Category of the streams that hold those events, one for each subject. */
    public static final String CATEGORY = "Shredding";

    private final EventStore store;
    private final KeyRing keys;
    private final List<Snapshots> snapshots;

    private Shredding(EventStore store, KeyRing keys, List<Snapshots> snapshots) {
        this.store = store;
        this.keys = keys;
        this.snapshots = snapshots;
    }

    /**
     * What was done.
     *
     * @param subject who was forgotten
     * @param tombstone when
     * @param streams that have events with the subject's tag, in the order of their first one
     * @param position of the event that tells it
     */
    public record Shredded(Subject subject, Tombstone tombstone, Set<StreamName> streams, Position position) {}

    /**
     * Shredding of those keys, for the subjects of that store.
     *
     * @throws EventStoreException.Unsupported if the store's journal has no tags
     */
    public static Shredding of(EventStore store, KeyRing keys) {
        if (!store.capabilities().contains(Capability.TAGS)) {
            throw new EventStoreException.Unsupported(Capability.TAGS);
        }
        return new Shredding(store, keys, List.of());
    }

    /** The same, and deleting from those snapshots. */
    public Shredding deleting(Snapshots... those) {
        return new Shredding(store, keys, List.of(those));
    }

    /**
     * Forgets the subject. When this returns, its key is destroyed and its snapshots are deleted; processes that hold
     * the key in memory keep it as long as their ring says.
     *
     * @throws EventStoreException.Unavailable if something cannot be reached; repeat it
     */
    public Shredded shred(Subject subject) {
        Tombstone tombstone = keys.shred(subject);
        StreamName told =
                StreamName.of(CATEGORY, NewEvent.idOf(subject.toString()).toString());
        Set<StreamName> streams = new LinkedHashSet<>();
        try (Events events = store.read(EventQuery.tags(subject.tag().text()))) {
            for (RecordedEvent event : events) {
                if (!event.stream().equals(told) && streams.add(event.stream())) {
                    snapshots.forEach(each -> each.delete(event.stream()));
                }
            }
        }
        Position position = store.append(told, ExpectedVersion.any(), event(subject, tombstone))
                .position();
        return new Shredded(subject, tombstone, streams, position);
    }

    private static NewEvent event(Subject subject, Tombstone tombstone) {
        StringBuilder data = new StringBuilder("{\"subject\":");
        Json.quote(subject.toString(), data);
        return NewEvent.of(EVENT_TYPE, Payload.json(data.append('}').toString()))
                .withId(NewEvent.idOf(EVENT_TYPE + " " + tombstone.generation() + " " + subject))
                .withTags(List.of(subject.tag()));
    }
}
