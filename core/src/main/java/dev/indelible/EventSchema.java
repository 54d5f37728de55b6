package dev.indelible;

import dev.indelible.event.Payload;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shape of what a codec records for one kind of event.
 *
 * <p>Fields stand by their paths: {@code total}, {@code address.street}, {@code lines[].sku} for what is in a list,
 * {@code prices{}} for the values of a map, {@code payment(Card).number} for one of several kinds of object. Something
 * with fields of its own has a path too, with the type {@code object}.
 *
 * @param type what happened
 * @param schemaVersion shape of the data
 * @param fields what there is in the data, by path
 * @param sample data of this shape, with made-up values; empty if none could be made
 */
public record EventSchema(String type, int schemaVersion, SortedMap<String, Field> fields, Optional<Payload> sample) {
    /** Copies the fields. */
    public EventSchema {
        fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
    }

    /**
     * One field.
     *
     * @param type in plain words: {@code text}, {@code whole number (int)}, {@code number (exact)}, {@code boolean},
     *     {@code time}, {@code enum(A|B)}, {@code object} …
     * @param optional whether an event may be without it
     */
    public record Field(String type, boolean optional) {
        /** The type, behind {@code optional} if it is. */
        @Override
        public String toString() {
            return optional ? "optional " + type : type;
        }
    }
}
