package dev.indelible.projection;

import java.util.List;
import java.util.Optional;

/**
 * Where read models are kept, together with notes about them. Each version of a read model has a {@link Namespace} of
 * its own; readers see the one that was last published. Safe for any number of threads and processes; blocks.
 *
 * <p>A target knows nothing of projectors, rebuilds or parked events: all that is notes and changes.
 *
 * @param <T> what work writes to
 */
public interface ProjectionTarget<T> {
    /** Most notes of one answer. */
    int NOTES_MAX = 1_000;

    /**
     * What is done to a read model in one step.
     *
     * @param <T> what it writes to
     */
    @FunctionalInterface
    interface Work<T> {
        /** Writes to the target, which is not to be kept. */
        void on(T target) throws Exception;

        /** No work. */
        static <T> Work<T> none() {
            return target -> {};
        }
    }

    /**
     * How two versions of a read model compare.
     *
     * @param rows how many rows, documents or keys the one has
     * @param otherRows how many the other has
     * @param differences what was found to differ, in words; empty if nothing was
     */
    record Comparison(long rows, long otherRows, List<String> differences) {}

    /**
     * The note of that key, as the last change left it.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the target cannot be reached
     */
    Optional<Note> note(String projection, String key);

    /**
     * The notes whose keys begin so and come after a key ({@code ""}: from the first), by their keys, at most
     * {@link #NOTES_MAX}.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if the target cannot be reached
     */
    List<Note> notes(String projection, String prefix, String after);

    /**
     * Makes the change and does its work, all or nothing, if its note is as the change expects. If it is not, nothing
     * is done, and the answer is false: of rivals one goes on.
     *
     * <p>A target that cannot do all at once does the work first, so that repeating it changes nothing, then writes the
     * other notes, then changes the one, then deletes.
     *
     * @throws Exception what the work threw; then nothing of it is kept
     * @throws dev.indelible.EventStoreException.Unavailable if the target cannot be reached; it may have been done, and
     *     {@link #note} tells
     */
    boolean change(Change change, Work<T> work) throws Exception;

    /** Whether it can {@link #compare} versions of a read model. */
    default boolean compares() {
        return false;
    }

    /**
     * Compares two versions of a read model, all rows by number and so many of them by content. Empty if the target
     * cannot.
     */
    default Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
        return Optional.empty();
    }
}
