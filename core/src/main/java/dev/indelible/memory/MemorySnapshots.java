package dev.indelible.memory;

import dev.indelible.decider.Snapshots;
import dev.indelible.event.StreamName;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Snapshots in memory: gone with the process, which costs time and nothing else. */
public final class MemorySnapshots implements Snapshots {
    private final Map<Key, Snapshot> latest = new ConcurrentHashMap<>();

    private record Key(StreamName stream, int deciderVersion) {}

    /** None yet. */
    public MemorySnapshots() {}

    @Override
    public Optional<Snapshot> latest(StreamName stream, int deciderVersion) {
        return Optional.ofNullable(latest.get(new Key(stream, deciderVersion)));
    }

    @Override
    public void save(StreamName stream, int deciderVersion, Snapshot snapshot) {
        latest.merge(new Key(stream, deciderVersion), snapshot, (a, b) -> a.version() >= b.version() ? a : b);
    }

    @Override
    public void delete(StreamName stream) {
        latest.keySet().removeIf(key -> key.stream().equals(stream));
    }
}
