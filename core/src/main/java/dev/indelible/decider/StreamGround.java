package dev.indelible.decider;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.util.List;
import java.util.Optional;

/** Decisions on one stream, from a snapshot where there is one. */
record StreamGround<C, S, E>(EventStore store, StreamName stream, Fold<C, S, E> fold, Snapshotting<S> snapshotting)
        implements Ground<S, E> {
    @Override
    public Replayed<S> now() {
        Replayed<S> replayed = snapshotting
                .latest(stream, fold.decider().version())
                .flatMap(this::from)
                .orElseGet(() -> fold.of(fold.nothing(), store.read(EventQuery.stream(stream))));
        offer(replayed);
        return replayed;
    }

    @Override
    public Replayed<S> at(Position position) {
        Range range = Range.all().before(Position.of(position.value() + 1));
        return fold.of(fold.nothing(), store.read(EventQuery.stream(stream), range));
    }

    @Override
    public Append append(Replayed<S> now, List<E> events, List<NewEvent> encoded) {
        return Append.to(stream, ExpectedVersion.exactly(now.version()), encoded);
    }

    @Override
    public Replayed<S> after(Replayed<S> before, S state, List<NewEvent> encoded, Position position) {
        Replayed<S> after = before.plus(state, encoded.getLast().id(), position, encoded.size());
        offer(after);
        return after;
    }

    @Override
    public boolean holds(RecordedEvent event) {
        return event.stream().equals(stream);
    }

    @Override
    public String name() {
        return stream.value();
    }

    /** Reads the event that the snapshot was taken at, too: it proves that the snapshot is of this stream's past. */
    private Optional<Replayed<S>> from(Snapshotting.Start<S> start) {
        Snapshots.Snapshot snapshot = start.snapshot();
        long began = System.nanoTime();
        try (Events events = store.read(EventQuery.stream(stream), Range.all().fromVersion(snapshot.version()))) {
            if (events.hasNext()) {
                RecordedEvent last = events.next();
                if (last.version() == snapshot.version() && last.id().equals(snapshot.eventId())) {
                    snapshotting.used();
                    long nanos = System.nanoTime() - began;
                    Replayed<S> kept =
                            new Replayed<>(start.state(), last.version(), last.id(), last.position(), 0, nanos);
                    return Optional.of(fold.of(kept, events));
                }
            }
        }
        snapshotting.refuse(stream, snapshot);
        return Optional.empty();
    }

    private void offer(Replayed<S> replayed) {
        snapshotting.offer(stream, fold.decider().version(), replayed);
    }
}
