package dev.indelible.projection;

import java.util.List;

/**
 * One step of a target: it is done if a note is still as it was, and then as a whole.
 *
 * @param effect what is done to the namespace
 * @param namespace the namespace
 * @param from the note as it must be; with revision 0 it must not be there
 * @param to the same note as it becomes, with the next revision
 * @param also other notes to write, whether they are there or not
 * @param gone keys of notes to delete, whether they are there or not
 */
public record Change(Effect effect, Namespace namespace, Note from, Note to, List<Note> also, List<String> gone) {
    /** What a change does to a namespace. */
    public enum Effect {
        /** Nothing; there is no work, only notes change. */
        NOTES,
        /** The work writes to it. */
        WORK,
        /** It is made, empty, and the work is done in it: tables, indexes, mappings. */
        CREATE,
        /** From now on readers of the projection read this one. */
        PUBLISH,
        /** It is removed with all that is in it, if it is there. */
        DROP
    }

    /** Checks that it is one note. */
    public Change {
        if (!from.key().equals(to.key()) || to.revision() != from.revision() + 1) {
            throw new IllegalArgumentException(
                    "change: from " + from + " to " + to + " (expected: the same key, the next revision)");
        }
        also = List.copyOf(also);
        gone = List.copyOf(gone);
    }

    /** A change of one note. */
    public static Change of(Effect effect, Namespace namespace, Note from, Note to) {
        return new Change(effect, namespace, from, to, List.of(), List.of());
    }

    /** It, and these notes are written as well. */
    public Change writing(List<Note> notes) {
        return new Change(effect, namespace, from, to, notes, gone);
    }

    /** It, and notes with these keys are deleted as well. */
    public Change deleting(List<String> keys) {
        return new Change(effect, namespace, from, to, also, keys);
    }
}
