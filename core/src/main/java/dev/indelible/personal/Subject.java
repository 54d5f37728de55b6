package dev.indelible.personal;

import dev.indelible.event.Tag;

/**
 * Somebody whose data can be forgotten, written {@code kind:id}, for example {@code customer:42}. That text stays in
 * clear, in tags and beside sealed values.
 *
 * @param kind what kind of subject, without {@code :}
 * @param id which one; it should mean nothing by itself
 */
public record Subject(String kind, String id) {
    /** Checks that the text makes a tag that a store takes; throws {@link IllegalArgumentException}. */
    public Subject {
        if (kind.isEmpty() || kind.charAt(0) == '$') {
            throw new IllegalArgumentException(
                    "subject: kind \"" + kind + "\" (expected: a text that does not begin with '$')");
        }
        if (id.isEmpty()) {
            throw new IllegalArgumentException("subject: " + kind + " without an id (expected: " + kind + ":ID)");
        }
        Tag.of(kind, id);
    }

    /** The subject that is written {@code kind:id}; the kind ends at the first {@code :}. */
    public static Subject of(String text) {
        Tag tag = Tag.of(text);
        return new Subject(tag.key(), tag.value());
    }

    /** The tag of every event that holds data of this subject. */
    public Tag tag() {
        return Tag.of(kind, id);
    }

    @Override
    public String toString() {
        return kind + ":" + id;
    }
}
