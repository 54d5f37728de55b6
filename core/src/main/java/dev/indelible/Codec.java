package dev.indelible;

import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import java.util.List;

/**
 * Turns an application's events into what is recorded, and back.
 *
 * @param <E> the application's events
 */
public interface Codec<E> {
    /** The event with a new id, its type, schema version, data, metadata and tags. */
    NewEvent encode(E event);

    /**
     * What the recorded event means today: usually one event, none if it means nothing any more, several if it was
     * divided since.
     *
     * @throws IllegalArgumentException if the event is not understood
     */
    List<E> decode(RecordedEvent event);

    /**
     * The shapes of what this codec records, and of what it keeps a shape for only to read it: what a schema check
     * compares. None if it does not know them.
     */
    default List<EventSchema> schemas() {
        return List.of();
    }
}
