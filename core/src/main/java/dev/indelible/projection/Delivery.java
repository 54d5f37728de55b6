package dev.indelible.projection;

import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;

/**
 * An event on its way into a read model.
 *
 * @param event as the store holds it
 * @param isReplay whether it was recorded before the projection was begun, or goes to a read model that nobody reads
 *     yet: mail about it was sent by another, if ever
 */
public record Delivery(RecordedEvent event, boolean isReplay) {
    /** Where the event stands in the store. */
    public Position position() {
        return event.position();
    }
}
