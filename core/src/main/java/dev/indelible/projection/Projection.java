package dev.indelible.projection;

import dev.indelible.event.EventQuery;

/**
 * How events become a read model.
 *
 * @param <E> the application's events
 * @param <T> what the target hands out to write to, for example a database connection
 */
public interface Projection<E, T> {
    /** Its name, the same for ever: the checkpoint is kept under it. At most 255 bytes of UTF-8. */
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
}
