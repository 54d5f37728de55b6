package dev.indelible.event;

import java.util.List;

/**
 * Where the events of an append are recorded.
 *
 * @param parts one for each stream with events, in the order of the append
 * @param repeated whether they were recorded before, by an append with the same ids; the rest is as it was then
 */
public record Appended(List<Part> parts, boolean repeated) {
    /**
     * One stream's share; its versions have no holes.
     *
     * @param stream where
     * @param firstVersion of the first event
     * @param lastVersion of the last event
     * @param firstPosition of the first event
     * @param lastPosition of the last event
     */
    public record Part(
            StreamName stream, long firstVersion, long lastVersion, Position firstPosition, Position lastPosition) {}

    /** Copies the parts. */
    public Appended {
        parts = List.copyOf(parts);
    }

    /** Version of the last event in the first stream: what to expect when appending to it next. */
    public long version() {
        return parts.get(0).lastVersion();
    }

    /** Position of the last event: wait for it to read your own write. */
    public Position position() {
        return parts.get(parts.size() - 1).lastPosition();
    }
}
