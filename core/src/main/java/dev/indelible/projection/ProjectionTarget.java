package dev.indelible.projection;

import dev.indelible.event.Position;

/**
 * Where read models are kept, together with how far they are. Safe for any number of threads and processes; blocks.
 *
 * @param <T> what work writes to
 */
public interface ProjectionTarget<T> {
    /**
     * How far a read model is.
     *
     * @param position up to where it is complete
     * @param replayUntil what was recorded up to here was there before the projection was
     */
    record Progress(Position position, Position replayUntil) {}

    /**
     * What is done to a read model in one step.
     *
     * @param <T> what it writes to
     */
    @FunctionalInterface
    interface Work<T> {
        /** Writes to the target, which is not to be kept. */
        void on(T target) throws Exception;
    }

    /**
     * How far the projection is. If there is none of that name, it begins here, at {@link Position#START}, and keeps
     * for ever what the end of the store was then.
     *
     * @param head the end of the store
     * @throws dev.indelible.EventStoreException.Unavailable if the target cannot be reached
     */
    Progress begin(String projection, Position head);

    /**
     * Does the work and moves the projection on, both or neither, if it is at {@code from}. If it is not, somebody else
     * has moved it, nothing is done, and the answer is false: of rivals one goes on, and the others begin anew from
     * where he is.
     *
     * @throws Exception what the work threw; then nothing of it is kept
     * @throws dev.indelible.EventStoreException.Unavailable if the target cannot be reached; it may have been done, and
     *     {@link #begin} tells
     */
    boolean advance(String projection, Position from, Position to, Work<T> work) throws Exception;
}
