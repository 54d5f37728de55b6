package dev.indelible.event;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * An immutable fact, as a store holds it.
 *
 * @param id the event's id, once in a store
 * @param stream where it lives
 * @param type what happened
 * @param version its place in the stream: 1, 2, 3 …
 * @param schemaVersion shape of the data
 * @param data what happened exactly
 * @param metadata what is known around it
 * @param tags what it is about
 * @param position its place in the store
 * @param recordedAt when the store recorded it, in microseconds by the store's clock; never less than before it
 */
public record RecordedEvent(
        UUID id,
        StreamName stream,
        String type,
        long version,
        int schemaVersion,
        Payload data,
        Payload metadata,
        List<Tag> tags,
        Position position,
        Instant recordedAt) {
    /** Copies the tags. */
    public RecordedEvent {
        tags = List.copyOf(tags);
    }

    /** What a new event becomes when it is recorded at that place and time. */
    public static RecordedEvent of(NewEvent event, StreamName stream, long version, Position position, Instant at) {
        return new RecordedEvent(
                event.id(),
                stream,
                event.type(),
                version,
                event.schemaVersion(),
                event.data(),
                event.metadata(),
                event.tags(),
                position,
                at);
    }

    /**
     * Whether this is the event that the other one became: same id, type, schema version, data and tags. The JSON value
     * counts, not its spelling; metadata does not count, since a retry may carry another time or trace.
     */
    public boolean isRecordOf(NewEvent other) {
        return id.equals(other.id())
                && type.equals(other.type())
                && schemaVersion == other.schemaVersion()
                && (tags.equals(other.tags()) || Set.copyOf(tags).equals(Set.copyOf(other.tags())))
                && data.sameValue(other.data());
    }
}
