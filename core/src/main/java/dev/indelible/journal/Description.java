package dev.indelible.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * What a journal says of itself, as a tree, for people.
 *
 * @param name of this node
 * @param value in words, with its unit; may be empty
 * @param parts what it consists of
 */
public record Description(String name, String value, List<Description> parts) {
    /** Copies the parts. */
    public Description {
        parts = List.copyOf(parts);
    }

    /** A node without parts. */
    public static Description of(String name, Object value) {
        return new Description(name, String.valueOf(value), List.of());
    }

    /** This, and one more part. */
    public Description with(Description part) {
        List<Description> more = new ArrayList<>(parts);
        more.add(part);
        return new Description(name, value, more);
    }

    /** This, and one more part without parts. */
    public Description with(String partName, Object partValue) {
        return with(of(partName, partValue));
    }
}
