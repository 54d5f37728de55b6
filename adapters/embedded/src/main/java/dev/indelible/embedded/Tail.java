package dev.indelible.embedded;

import dev.indelible.event.StreamName;
import dev.indelible.event.Tag;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest events, findable in memory until the index holds them. One thread adds; any number read, and pass over
 * what lies behind the head that they know. A full tail never changes again.
 */
final class Tail {
    private final long first;
    private final Map<Term, Postings> terms = new ConcurrentHashMap<>();
    private final IdTable ids = new IdTable();
    private volatile long[] addresses = new long[64];
    private volatile int size;

    Tail(long firstPosition) {
        this.first = firstPosition;
    }

    /** Events of one term, as distances from the tail's first position, growing. */
    static final class Postings {
        private final long firstVersion;
        private volatile int[] offsets = new int[2];
        private volatile int size;

        Postings(long firstVersion) {
            this.firstVersion = firstVersion;
        }

        /** Of a stream: version of the first event here. Else 0. */
        long firstVersion() {
            return firstVersion;
        }

        int size() {
            return size;
        }

        int offset(int i) {
            return offsets[i];
        }

        /** Index of the first offset that is at least the given one, among the first {@code n}. */
        int firstAtLeast(long offset, int n) {
            int[] known = offsets;
            int low = 0;
            int high = n;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (known[middle] < offset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        private void add(int offset) {
            int n = size;
            if (n == offsets.length) {
                offsets = Arrays.copyOf(offsets, 2 * n);
            }
            offsets[n] = offset;
            size = n + 1;
        }
    }

    /** Adds the next event. */
    void add(UUID id, StreamName stream, long version, String type, List<Tag> tags, long address) {
        int offset = size;
        if (offset == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * offset);
        }
        addresses[offset] = address;
        ids.put(id, offset);
        post(Term.Kind.STREAM, stream.value(), version, offset);
        post(Term.Kind.CATEGORY, stream.category(), 0, offset);
        post(Term.Kind.TYPE, type, 0, offset);
        for (Tag tag : tags) {
            post(Term.Kind.TAG, tag.text(), 0, offset);
        }
        size = offset + 1;
    }

    long first() {
        return first;
    }

    /** Position behind the last event. */
    long next() {
        return first + size;
    }

    int size() {
        return size;
    }

    /** Address of the frame that holds the position. */
    long address(long position) {
        return addresses[(int) (position - first)];
    }

    @Nullable
    Postings postings(Term term) {
        return terms.get(term);
    }

    Map<Term, Postings> terms() {
        return terms;
    }

    /** Address of the frame that recorded the id, or -1. For the adding thread, or when the tail is full. */
    long addressOf(UUID id) {
        int offset = ids.get(id);
        return offset < 0 ? -1 : addresses[offset];
    }

    IdTable ids() {
        return ids;
    }

    /** Version of the stream's last event here, or 0. For the adding thread, or when the tail is full. */
    long lastVersion(Term stream) {
        Postings postings = terms.get(stream);
        return postings == null ? 0 : postings.firstVersion + postings.size - 1;
    }

    private void post(Term.Kind kind, String name, long version, int offset) {
        Term term = new Term(kind, name);
        Postings postings = terms.get(term);
        if (postings == null) {
            postings = new Postings(version);
            postings.add(offset);
            terms.put(term, postings);
        } else {
            postings.add(offset);
        }
    }
}
