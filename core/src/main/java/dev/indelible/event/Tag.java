package dev.indelible.event;

import java.util.Objects;

/**
 * What an event is about, across streams: {@code key:value}, for example {@code customer:42}.
 *
 * <p>At most 255 bytes of UTF-8 in all, no control characters; the key ends at the first {@code :}.
 *
 * @param text the whole tag
 */
public record Tag(String text) implements Comparable<Tag> {
    /** Checks the tag; throws {@link IllegalArgumentException} that names the fault. */
    public Tag {
        Names.check("tag", text);
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            throw new IllegalArgumentException("tag: \"" + text + "\" (expected: key:value)");
        }
    }

    /** The tag that is written {@code key:value}. */
    public static Tag of(String text) {
        return new Tag(text);
    }

    /** The tag of that key and value. */
    public static Tag of(String key, String value) {
        Objects.requireNonNull(value, () -> "value of tag " + key + ": null (expected: a text)");
        if (key.indexOf(':') >= 0) {
            throw new IllegalArgumentException("tag key: \"" + key + "\" (expected: no ':', which ends it)");
        }
        return new Tag(key + ":" + value);
    }

    /** What stands before the first {@code :}. */
    public String key() {
        return text.substring(0, text.indexOf(':'));
    }

    /** What stands after the first {@code :}. */
    public String value() {
        return text.substring(text.indexOf(':') + 1);
    }

    @Override
    public int compareTo(Tag other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
