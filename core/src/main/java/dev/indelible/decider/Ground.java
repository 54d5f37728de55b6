package dev.indelible.decider;

import dev.indelible.event.Append;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import java.util.List;

/** What decisions rest on: one stream, or what matches a query. */
interface Ground<S, E> {
    /** As it is. */
    Replayed<S> now();

    /** As it was after that position. */
    Replayed<S> at(Position position);

    /** Records the events unless something has changed since. */
    Append append(Replayed<S> now, List<E> events, List<NewEvent> encoded);

    /** As it is in that state after the events have been recorded; the last of them is at that position. */
    Replayed<S> after(Replayed<S> before, S state, List<NewEvent> encoded, Position position);

    /** Whether an event that this ground's commands lead to can be there. */
    boolean holds(RecordedEvent event);

    /** What it is called, in every process and however its query was put together: this is recorded. */
    String name();
}
