package dev.indelible.postgres;

import dev.indelible.personal.DataKey;
import dev.indelible.personal.Subject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was found in a key ring a short time ago, also that a key was destroyed. */
final class KeyCache {
    /** Most keys that are remembered. */
    static final int ENTRIES_MAX = 10_000;

    /** How long one is remembered, in seconds: so long others may still use a key that was destroyed elsewhere. */
    static final int SECONDS = 10;

    private static final float LOAD_FACTOR = 0.75f;

    private final ReentrantLock lock = new ReentrantLock();
    private final LongSupplier nanos;
    private final Map<Named, Found> entries = new LinkedHashMap<>(16, LOAD_FACTOR, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Named, Found> eldest) {
            return size() > ENTRIES_MAX;
        }
    };
    private long forgotten;

    private record Named(Subject subject, int generation) {}

    private record Found(Optional<DataKey> key, long at) {}

    KeyCache(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** What is remembered of that key, or else what is found. */
    Optional<DataKey> find(Subject subject, int generation, Supplier<Optional<DataKey>> look) {
        Named named = new Named(subject, generation);
        long before;
        lock.lock();
        try {
            Found known = entries.get(named);
            if (known != null && isFresh(known)) {
                return known.key();
            }
            before = forgotten;
        } finally {
            lock.unlock();
        }
        long at = nanos.getAsLong();
        Optional<DataKey> key = look.get();
        lock.lock();
        try {
            if (before == forgotten) { // Otherwise it may have been found before it was destroyed.
                entries.put(named, new Found(key, at));
            }
        } finally {
            lock.unlock();
        }
        return key;
    }

    /** Forgets the keys of that subject, or all. */
    void forget(@Nullable Subject subject) {
        lock.lock();
        try {
            forgotten++;
            entries.keySet()
                    .removeIf(named -> subject == null || named.subject().equals(subject));
        } finally {
            lock.unlock();
        }
    }

    private boolean isFresh(Found found) {
        return nanos.getAsLong() - found.at() < TimeUnit.SECONDS.toNanos(SECONDS);
    }
}
