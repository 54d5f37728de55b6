package dev.indelible.projection;

import dev.indelible.event.Position;

/**
 * What a target keeps about a projection beside its read models: how far one is, which is read, what is parked.
 *
 * @param key its name among the notes of the projection: printable ASCII, at most {@value #KEY_MAX} characters
 * @param revision how often it was written; 0 if it is not there
 * @param position the position that it is about
 * @param text what else it says, at most {@value #TEXT_MAX} characters
 */
public record Note(String key, long revision, Position position, String text) {
    /** Most characters of a text. */
    public static final int TEXT_MAX = 8_192;

    /** Most characters of a key. */
    public static final int KEY_MAX = 255;

    /** Checks the lengths. */
    public Note {
        if (key.isEmpty() || key.length() > KEY_MAX || text.length() > TEXT_MAX) {
            throw new IllegalArgumentException("note \"" + key + "\": a key of " + key.length() + " and a text of "
                    + text.length() + " characters (expected: 1 to " + KEY_MAX + ", at most " + TEXT_MAX + ")");
        }
    }

    /** The note of that key that is not there. */
    public static Note absent(String key) {
        return new Note(key, 0, Position.START, "");
    }

    /** It as it is written next. */
    public Note next(Position position, String text) {
        return new Note(key, revision + 1, position, text);
    }

    /** It as it is written next with nothing else changed: who knew it as it was before is fenced off. */
    public Note next() {
        return next(position, text);
    }
}
