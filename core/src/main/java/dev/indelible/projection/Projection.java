package dev.indelible.projection;

import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import java.util.List;

/**
 * How events become a read model.
 *
 * @param <E> the application's events
 * @param <T> what the target hands out to write to, for example a database connection
 */
public interface Projection<E, T> {
    /** Its name, the same for ever; see {@link Namespace} for what it may be. */
    String name();

    /** Which events it reads. */
    EventQuery reads();

    /**
     * Takes in an event. What it writes to the target is kept together with the checkpoint or not at all; whatever else
     * it does may be done again after a failure, and should be done only for what is no {@linkplain Delivery#isReplay
     * replay}.
     *
     * @throws Exception if the event cannot be taken in; the projector tries again
     */
    void apply(E event, Delivery delivery, T target) throws Exception;

    /**
     * Takes in several events in their order, each of which would go to {@link #apply}. Write them in bulk here where
     * the target is faster so: a rebuild gains most.
     *
     * @throws Exception if one cannot be taken in; the projector tries again with fewer
     */
    default void applyAll(List<Delivered<E>> events, T target) throws Exception {
        for (Delivered<E> each : events) {
            apply(each.event(), each.delivery(), target);
        }
    }

    /**
     * Makes what events are written to, for example tables, in a new namespace. Called once for each.
     *
     * @throws Exception if it cannot; the projector tries again
     */
    default void create(T target) throws Exception {}

    /**
     * What an event is about. Events of one key are taken in one after the other, and wait together if one of them
     * fails; with several slices, others may overtake them. The stream, unless it is overridden.
     */
    default String key(RecordedEvent event) {
        return event.stream().value();
    }

    /**
     * Raise it when what this code writes has changed: then a read model of the new version is built beside the one
     * that is read, and takes its place when it has caught up. From 1.
     */
    default int version() {
        return 1;
    }
}
