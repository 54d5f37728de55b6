package dev.indelible.event;

/**
 * A place in the whole store. Later events have greater positions; whoever has seen a position never finds a new event
 * at or below it. Positions may have gaps on some engines.
 *
 * @param value 0 for the start, before every event; greater for events
 */
public record Position(long value) implements Comparable<Position> {
    /** Before the first event. */
    public static final Position START = new Position(0);

    /** After every event that can ever be. */
    public static final Position END = new Position(Long.MAX_VALUE);

    /** Checks that the value is not negative. */
    public Position {
        if (value < 0) {
            throw new IllegalArgumentException("position: " + value + " (expected: 0 or more)");
        }
    }

    /** The position of that value. */
    public static Position of(long value) {
        return new Position(value);
    }

    /** Whether this is greater than the other. */
    public boolean isAfter(Position other) {
        return value > other.value;
    }

    /** The greater of the two. */
    public static Position later(Position a, Position b) {
        return a.value >= b.value ? a : b;
    }

    @Override
    public int compareTo(Position other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
