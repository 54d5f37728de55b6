package dev.indelible.projection;

import dev.indelible.event.Position;

/**
 * An event that was set aside, since it or one of its key before it could not be taken in.
 *
 * @param version of the read model that it is missing in
 * @param key what it is about: all events of that key wait behind the first
 * @param position where it stands in the store
 * @param reason what went wrong when it was last tried; of one that waits behind another, that
 */
public record ParkedEvent(int version, String key, Position position, String reason) {}
