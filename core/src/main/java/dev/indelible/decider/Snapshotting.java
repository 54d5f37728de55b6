package dev.indelible.decider;

import dev.indelible.decider.Snapshots.Snapshot;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots and finds them again. What goes wrong with a snapshot is counted and shown, and never thrown: without
 * it a load takes longer, and comes to the same state. They are written by threads of their own, a few at a time; what
 * comes while all are busy is not kept, for another one will be due soon.
 */
final class Snapshotting<S> {
    private static final int SAVES_MAX = 4;

    private final Snapshots snapshots;
    private final StateCodec<S> states;
    private final SnapshotPolicy policy;
    private final Set<StreamName> saving = ConcurrentHashMap.newKeySet();
    private final AtomicLong saved = new AtomicLong();
    private final AtomicLong passedOver = new AtomicLong();
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong faults = new AtomicLong();
    private volatile @Nullable Throwable lastError;

    Snapshotting(Snapshots snapshots, StateCodec<S> states, SnapshotPolicy policy) {
        this.snapshots = snapshots;
        this.states = states;
        this.policy = policy;
    }

    /** Takes none and finds none. */
    static <S> Snapshotting<S> none() {
        return new Snapshotting<>(new Nowhere(), new Never<>(), replay -> false);
    }

    private record Nowhere() implements Snapshots {
        @Override
        public Optional<Snapshot> latest(StreamName stream, int deciderVersion) {
            return Optional.empty();
        }

        @Override
        public void save(StreamName stream, int deciderVersion, Snapshot snapshot) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(StreamName stream) {}
    }

    private record Never<S>() implements StateCodec<S> {
        @Override
        public Payload encode(S state) {
            throw new UnsupportedOperationException();
        }

        @Override
        public S decode(Payload payload) {
            throw new UnsupportedOperationException();
        }
    }

    /** A state to go on from, and the snapshot that it was. */
    record Start<S>(S state, Snapshot snapshot) {}

    Optional<Start<S>> latest(StreamName stream, int deciderVersion) {
        try {
            return snapshots
                    .latest(stream, deciderVersion)
                    .map(snapshot -> new Start<>(
                            Objects.requireNonNull(states.decode(snapshot.state()), "state codec: decoded to null"),
                            snapshot));
        } catch (Throwable e) {
            failed(e);
            return Optional.empty();
        }
    }

    void used() {
        used.incrementAndGet();
    }

    /** The stream does not have the event that it was taken at: it is of another store or past, and bars new ones. */
    void refuse(StreamName stream, Snapshot snapshot) {
        failed(new IllegalStateException("snapshot of %s at version %d: event %s is not there (expected: in the stream)"
                .formatted(stream, snapshot.version(), snapshot.eventId())));
        try {
            snapshots.delete(stream);
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** Keeps the state if the policy says so; returns at once. */
    void offer(StreamName stream, int deciderVersion, Replayed<S> replayed) {
        UUID eventId = replayed.eventId();
        if (eventId == null || replayed.events() == 0 || !isDue(replayed)) {
            return;
        }
        if (saving.size() >= SAVES_MAX || !saving.add(stream)) {
            passedOver.incrementAndGet();
            return;
        }
        Thread.ofVirtual().name("indelible-snapshot").start(() -> {
            try {
                Snapshot snapshot = new Snapshot(replayed.version(), eventId, states.encode(replayed.state()));
                snapshots.save(stream, deciderVersion, snapshot);
                saved.incrementAndGet();
            } catch (Throwable e) {
                failed(e);
            } finally {
                saving.remove(stream);
            }
        });
    }

    private boolean isDue(Replayed<S> replayed) {
        try {
            return policy.isDue(replayed.toReplay());
        } catch (Throwable e) {
            failed(e);
            return false;
        }
    }

    Repository.SnapshotStatus status() {
        return new Repository.SnapshotStatus(
                saved.get(), passedOver.get(), used.get(), faults.get(), Optional.ofNullable(lastError));
    }

    /** Whatever it is: only out of memory is more than the snapshot's matter. */
    private void failed(Throwable e) {
        faults.incrementAndGet();
        lastError = e;
        if (e instanceof OutOfMemoryError error) {
            throw error;
        }
    }
}
