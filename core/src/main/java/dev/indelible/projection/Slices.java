package dev.indelible.projection;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A share of a projection's events: those whose keys fall into these of {@value #COUNT} fixed slices. Events of one key
 * are in one slice, for ever.
 *
 * @param first the first slice, from 0
 * @param last the last slice, inclusive, at most 1,023
 */
public record Slices(int first, int last) implements Comparable<Slices> {
    /** How many slices there are. */
    public static final int COUNT = 1_024;

    /** All of them. */
    public static final Slices ALL = new Slices(0, COUNT - 1);

    /** Checks the bounds. */
    public Slices {
        if (first < 0 || last < first || last >= COUNT) {
            throw new IllegalArgumentException(
                    "slices: " + first + " to " + last + " (expected: within 0 to " + (COUNT - 1) + ")");
        }
    }

    /** The slice of a key: the CRC-32C of its UTF-8, modulo {@value #COUNT}. */
    public static int of(String key) {
        CRC32C crc = new CRC32C();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % COUNT);
    }

    /** All slices in so many parts, as even as can be; from 1 to {@value #COUNT}. */
    public static List<Slices> inParts(int parts) {
        if (parts < 1 || parts > COUNT) {
            throw new IllegalArgumentException("parts: " + parts + " (expected: 1 to " + COUNT + ")");
        }
        List<Slices> all = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            all.add(new Slices(i * COUNT / parts, (i + 1) * COUNT / parts - 1));
        }
        return all;
    }

    /** Whether the slice is one of them. */
    public boolean contains(int slice) {
        return first <= slice && slice <= last;
    }

    @Override
    public int compareTo(Slices other) {
        return Integer.compare(first, other.first);
    }

    /** For example {@code 0256-0511}. */
    @Override
    public String toString() {
        return "%04d-%04d".formatted(first, last);
    }
}
