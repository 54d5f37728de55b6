package dev.indelible.embedded;

import java.util.Arrays;

/** Some postings in growing order: positions of events, and the addresses of the frames that hold them. */
final class Page {
    static final Page EMPTY = new Page(0, 0);

    private final long firstVersion;
    private long[] positions;
    private long[] addresses;
    private int size;

    /** A page for so many postings, of which, if they are of a stream, the first has that version. */
    Page(int capacity, long firstVersion) {
        this.firstVersion = firstVersion;
        positions = new long[capacity];
        addresses = new long[capacity];
    }

    void add(long position, long address) {
        if (size == positions.length) {
            int larger = Math.max(16, 2 * size);
            positions = Arrays.copyOf(positions, larger);
            addresses = Arrays.copyOf(addresses, larger);
        }
        positions[size] = position;
        addresses[size++] = address;
    }

    long firstVersion() {
        return firstVersion;
    }

    int size() {
        return size;
    }

    long position(int i) {
        return positions[i];
    }

    long address(int i) {
        return addresses[i];
    }

    /** Index of the first position that is at least the given one. */
    int firstAtLeast(long position) {
        int found = Arrays.binarySearch(positions, 0, size, position);
        return found < 0 ? -found - 1 : found;
    }

    /** Index of the last position that is at most the given one, or -1. */
    int lastAtMost(long position) {
        int found = Arrays.binarySearch(positions, 0, size, position);
        return found < 0 ? -found - 2 : found;
    }
}
