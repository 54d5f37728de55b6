package dev.indelible.tck;

import dev.indelible.decider.Snapshots;
import dev.indelible.memory.MemorySnapshots;

class MemorySnapshotsTest implements SnapshotsContract {
    private final Snapshots snapshots = new MemorySnapshots();

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }
}
