package dev.indelible.event;

/**
 * Which part of what a query matches, and in which direction.
 *
 * <pre>{@code Range.all().after(position).limit(100)}</pre>
 *
 * @param after only positions greater than this
 * @param before only positions less than this
 * @param fromVersion only versions of at least this; goes with a query of one stream
 * @param toVersion only versions of at most this; goes with a query of one stream
 * @param backwards the latest first
 * @param limit at most so many events
 */
public record Range(Position after, Position before, long fromVersion, long toVersion, boolean backwards, long limit) {
    private static final Range ALL = new Range(Position.START, Position.END, 1, Long.MAX_VALUE, false, Long.MAX_VALUE);

    /** Checks that no number is negative. */
    public Range {
        atLeast("from_version", fromVersion, 0);
        atLeast("to_version", toVersion, 0);
        atLeast("limit", limit, 0);
    }

    /** All of it, in order. */
    public static Range all() {
        return ALL;
    }

    /** This, but only what was recorded after the position. */
    public Range after(Position position) {
        return new Range(position, before, fromVersion, toVersion, backwards, limit);
    }

    /** This, but only what was recorded before the position. */
    public Range before(Position position) {
        return new Range(after, position, fromVersion, toVersion, backwards, limit);
    }

    /** This, but only from that version of the stream on. */
    public Range fromVersion(long version) {
        return new Range(after, before, version, toVersion, backwards, limit);
    }

    /** This, but only up to that version of the stream. */
    public Range toVersion(long version) {
        return new Range(after, before, fromVersion, version, backwards, limit);
    }

    /** This, the latest first. */
    public Range fromTheEnd() {
        return new Range(after, before, fromVersion, toVersion, true, limit);
    }

    /** This, but at most so many events. */
    public Range limit(long events) {
        return new Range(after, before, fromVersion, toVersion, backwards, events);
    }

    /** Whether it asks for certain versions. */
    public boolean usesVersions() {
        return fromVersion > 1 || toVersion < Long.MAX_VALUE;
    }

    /** Whether the event lies within the positions and versions. */
    public boolean contains(RecordedEvent event) {
        return event.position().value() > after.value()
                && event.position().value() < before.value()
                && event.version() >= fromVersion
                && event.version() <= toVersion;
    }

    private static void atLeast(String what, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: " + least + " or more)");
        }
    }
}
