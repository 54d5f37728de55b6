package dev.indelible.event;

import java.util.Objects;

/**
 * The name of a stream: {@code {Category}-{id}}, for example {@code Order-abc123}.
 *
 * <p>The category ends at the first {@code -}; a name without one is its own category. At most 255 bytes of UTF-8, no
 * control characters. Names that begin with {@code $} are the system's; a store refuses to append to them.
 *
 * @param value the whole name
 */
public record StreamName(String value) implements Comparable<StreamName> {
    /** Checks the name; throws {@link IllegalArgumentException} that names the fault. */
    public StreamName {
        Names.check("stream", value);
    }

    /** The stream of that name. */
    public static StreamName of(String value) {
        return new StreamName(value);
    }

    /** The stream of one thing of a category: {@code of("Order", "abc123")} is {@code Order-abc123}. */
    public static StreamName of(String category, String id) {
        Objects.requireNonNull(id, "id of a stream: null (expected: a text)");
        if (category.indexOf('-') >= 0) {
            throw new IllegalArgumentException("category: \"" + category + "\" (expected: no '-', which ends it)");
        }
        return new StreamName(category + "-" + id);
    }

    /** What stands before the first {@code -}, or the whole name if there is none. */
    public String category() {
        int dash = value.indexOf('-');
        return dash > 0 ? value.substring(0, dash) : value;
    }

    /** What stands after the first {@code -}, or an empty text if there is none. */
    public String id() {
        int dash = value.indexOf('-');
        return dash > 0 ? value.substring(dash + 1) : "";
    }

    /** Whether the name is reserved for the system. */
    public boolean isSystem() {
        return value.charAt(0) == '$';
    }

    @Override
    public int compareTo(StreamName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
