package dev.indelible.personal;

import dev.indelible.EventStoreException;
import java.util.Optional;

/**
 * Keeps one key for each subject, and destroys it on demand. What was sealed by it is then unreadable wherever it lies:
 * in the store, in copies, in backups of events. Keep the keys elsewhere than the events, or at least their backups:
 * whoever restores a key ring from before, restores destroyed keys.
 *
 * <p>A subject has either a key or a {@link Tombstone}. Safe for any number of threads, and for several processes if
 * the implementation says so; blocks. All methods throw {@link EventStoreException.Unavailable} if the keys cannot be
 * reached, and {@link EventStoreException.Corrupted} if one is damaged.
 */
public interface KeyRing extends AutoCloseable {
    /**
     * The subject's key, made when it is first asked for: all who ask at once get the same. It is durable, if the ring
     * is, when this returns.
     *
     * @throws SubjectShredded if it was destroyed, however short a time ago and by whatever process
     */
    DataKey keyOf(Subject subject);

    /**
     * The subject's key of that generation; empty for ever once it was destroyed.
     *
     * @throws EventStoreException.Corrupted if this ring never made such a key: then it is not forgotten but lost, or
     *     this is the ring of another store
     */
    Optional<DataKey> find(Subject subject, int generation);

    /**
     * Destroys the subject's key for ever, also if it never had one. Repeating it changes nothing and answers as the
     * first time. {@link Shredding} does this and the rest that belongs to it.
     */
    Tombstone shred(Subject subject);

    /** When it was shredded; empty if it was not, or was readmitted since. */
    Optional<Tombstone> tombstone(Subject subject);

    /**
     * Gives a subject that was shredded a new key, of the next generation, so that its data can be recorded again. What
     * was sealed before stays unreadable. Nothing for any other subject.
     */
    void readmit(Subject subject);

    /**
     * Wraps all keys anew that are wrapped under an older master key, and returns how many those were. Then nothing
     * needs the older master keys any more, but backups of the ring. 0 for a ring without master keys.
     */
    int rotate();

    /** Ends the use of the ring; the keys stay. */
    @Override
    void close();

    /** For implementations: a key is asked for that was neither made nor destroyed here. */
    static EventStoreException.Corrupted neverMade(Subject subject, int generation) {
        return new EventStoreException.Corrupted(
                ("key of %s, generation %d: this key ring has never made it (expected: the key ring that the data was"
                                + " sealed with; shred the subject if its key is lost)")
                        .formatted(subject, generation),
                null);
    }
}
