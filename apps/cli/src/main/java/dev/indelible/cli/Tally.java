package dev.indelible.cli;

import dev.indelible.event.StreamName;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counts what an import does. {@link #read} is for one thread, the rest for any. */
final class Tally {
    /** Up to here streams are told apart, in about 64 MB. */
    static final int STREAMS_COUNTED_MAX = 1_000_000;

    private static final double NANOS = 1e9;

    private final LongSupplier nanoTime;
    private final long startNs;
    private final LongAdder read = new LongAdder();
    private final LongAdder recorded = new LongAdder();
    private final LongAdder known = new LongAdder();
    private final Set<Long> streams = Collections.synchronizedSet(new HashSet<>());

    Tally(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startNs = nanoTime.getAsLong();
    }

    /** An event of that stream was read. */
    void read(StreamName stream) {
        read.increment();
        if (streams.size() <= STREAMS_COUNTED_MAX) {
            streams.add(hash(stream.value()));
        }
    }

    /** An event is in the store. */
    void recorded(boolean wasKnown) {
        (wasKnown ? known : recorded).increment();
    }

    /** Events that are in the store now. */
    long imported() {
        return recorded.sum() + known.sum();
    }

    @Override
    public String toString() {
        double seconds = Math.max(1, nanoTime.getAsLong() - startNs) / NANOS;
        String more = streams.size() > STREAMS_COUNTED_MAX ? "more than " : "";
        return String.format(
                Locale.ROOT,
                "%d events read, %d new, %d known, %s%d streams, %.0f events/s",
                read.sum(),
                recorded.sum(),
                known.sum(),
                more,
                Math.min(streams.size(), STREAMS_COUNTED_MAX),
                imported() / seconds);
    }

    /** FNV-1a with 64 bits: among a million names two are taken for one with a chance of 1 to 30 million. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
