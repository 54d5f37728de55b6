package dev.indelible.projection;

import dev.indelible.event.RecordedEvent;

/**
 * An event on its way into a read model.
 *
 * @param event as the store holds it
 * @param isReplay whether it was recorded before the projection was begun: mail about it was sent long ago, if ever
 */
public record Delivery(RecordedEvent event, boolean isReplay) {}
