package dev.indelible.memory;

import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys in memory, for tests: gone with the process, and then all that was sealed by them is lost.
 */
public final class MemoryKeyRing implements KeyRing {
    private final Map<Subject, Entry> entries = new ConcurrentHashMap<>();
    private final Clock clock;

    /** Either a key or a tombstone. */
    private record Entry(
            int generation, @Nullable DataKey key, @Nullable Tombstone tombstone) {
        static Entry of(DataKey key) {
            return new Entry(key.generation(), key, null);
        }

        static Entry of(Tombstone tombstone) {
            return new Entry(tombstone.generation(), null, tombstone);
        }
    }

    /** No keys yet. */
    public MemoryKeyRing() {
        this(Clock.systemUTC());
    }

    /** No keys yet, by that clock. */
    public MemoryKeyRing(Clock clock) {
        this.clock = clock;
    }

    @Override
    public DataKey keyOf(Subject subject) {
        Entry entry = entries.computeIfAbsent(subject, unknown -> Entry.of(DataKey.random(1)));
        if (entry.tombstone() != null) {
            throw new SubjectShredded(subject, entry.tombstone());
        }
        return Optional.ofNullable(entry.key()).orElseThrow();
    }

    @Override
    public Optional<DataKey> find(Subject subject, int generation) {
        Entry entry = entries.get(subject);
        if (entry == null || entry.generation() < generation) {
            throw KeyRing.neverMade(subject, generation);
        }
        return entry.generation() == generation ? Optional.ofNullable(entry.key()) : Optional.empty();
    }

    @Override
    public Tombstone shred(Subject subject) {
        Entry shredded = entries.compute(subject, (of, entry) -> {
            int generation = entry == null ? 1 : entry.generation();
            return entry != null && entry.tombstone() != null
                    ? entry
                    : Entry.of(new Tombstone(generation, clock.instant()));
        });
        return Optional.ofNullable(shredded.tombstone()).orElseThrow();
    }

    @Override
    public Optional<Tombstone> tombstone(Subject subject) {
        return Optional.ofNullable(entries.get(subject)).map(Entry::tombstone);
    }

    @Override
    public void readmit(Subject subject) {
        entries.computeIfPresent(
                subject,
                (of, entry) -> entry.tombstone() == null ? entry : Entry.of(DataKey.random(entry.generation() + 1)));
    }

    @Override
    public int rotate() {
        return 0;
    }

    @Override
    public void close() {}
}
