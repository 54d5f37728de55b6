package dev.indelible.event;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Events to record together, or not at all, and what must hold for it.
 *
 * <pre>{@code Append.to(order, exactly(4), shipped).and(stock, any(), taken).unless(query, read.asOf())}</pre>
 *
 * @param parts streams with their expectation and new events; each stream once; at least one event in all
 * @param guards conditions on what else was recorded
 */
public record Append(List<Part> parts, List<Guard> guards) {
    /**
     * One stream's share.
     *
     * @param stream where to
     * @param expected the version that the stream must have before
     * @param events in their order; none: the expectation is all that counts
     */
    public record Part(StreamName stream, ExpectedVersion expected, List<NewEvent> events) {
        /** Copies the events. */
        public Part {
            events = List.copyOf(events);
        }
    }

    /** Checks that a stream and an event id stand once; throws {@link IllegalArgumentException}. */
    public Append {
        parts = List.copyOf(parts);
        guards = List.copyOf(guards);
        if (parts.stream().allMatch(part -> part.events().isEmpty())) {
            throw new IllegalArgumentException("events: 0 (expected: at least 1)");
        }
        Set<StreamName> streams = new HashSet<>();
        Set<UUID> ids = new HashSet<>();
        for (Part part : parts) {
            if (!streams.add(part.stream())) {
                throw new IllegalArgumentException("stream: \"" + part.stream() + "\" twice (expected: once)");
            }
            for (NewEvent event : part.events()) {
                if (!ids.add(event.id())) {
                    throw new IllegalArgumentException("event_id: " + event.id() + " twice (expected: once)");
                }
            }
        }
    }

    /** An append to one stream. */
    public static Append to(StreamName stream, ExpectedVersion expected, NewEvent... events) {
        return to(stream, expected, List.of(events));
    }

    /** An append to one stream. */
    public static Append to(StreamName stream, ExpectedVersion expected, List<NewEvent> events) {
        return new Append(List.of(new Part(stream, expected, events)), List.of());
    }

    /** This, and to another stream as well. Without events: only if the other stream is at that version. */
    public Append and(StreamName stream, ExpectedVersion expected, NewEvent... events) {
        return and(stream, expected, List.of(events));
    }

    /** This, and to another stream as well. Without events: only if the other stream is at that version. */
    public Append and(StreamName stream, ExpectedVersion expected, List<NewEvent> events) {
        List<Part> extended = new ArrayList<>(parts);
        extended.add(new Part(stream, expected, events));
        return new Append(extended, guards);
    }

    /** This, unless an event that matches the query was recorded after the position. */
    public Append unless(EventQuery query, Position after) {
        List<Guard> extended = new ArrayList<>(guards);
        extended.add(new Guard(query, after));
        return new Append(parts, extended);
    }

    /** All events, in the order in which they get their positions. */
    public Stream<NewEvent> events() {
        return parts.stream().flatMap(part -> part.events().stream());
    }
}
