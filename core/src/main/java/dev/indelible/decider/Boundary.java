package dev.indelible.decider;

import dev.indelible.event.EventQuery;
import dev.indelible.event.StreamName;
import java.util.function.Function;

/**
 * What a decision across streams rests on, and where its events are recorded. The events that match the query are the
 * decider's past; its new events are recorded unless another match was recorded meanwhile.
 *
 * <p>The query must match every event that the decision depends on, those that the decision itself leads to included:
 * what it does not match does not count, and is not noticed.
 *
 * @param query which events
 * @param stream of each new event
 * @param <E> events
 */
public record Boundary<E>(EventQuery query, Function<? super E, StreamName> stream) {
    /** A decision on what matches the query, whose events are all recorded in that stream. */
    public static <E> Boundary<E> of(EventQuery query, StreamName stream) {
        return new Boundary<>(query, event -> stream);
    }

    /** A decision on what matches the query, each of whose events is recorded in the stream that the function says. */
    public static <E> Boundary<E> of(EventQuery query, Function<? super E, StreamName> stream) {
        return new Boundary<>(query, stream);
    }
}
