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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Decisions on what matches a query. */
record BoundaryGround<C, S, E>(EventStore store, Boundary<E> boundary, Fold<C, S, E> fold) implements Ground<S, E> {
    @Override
    public Replayed<S> now() {
        Events events = store.read(boundary.query());
        Replayed<S> replayed = fold.of(fold.nothing(), events);
        return new Replayed<>(
                replayed.state(), replayed.version(), null, events.asOf(), replayed.events(), replayed.nanos());
    }

    @Override
    public Replayed<S> at(Position position) {
        Range range = Range.all().before(Position.of(position.value() + 1));
        return fold.of(fold.nothing(), store.read(boundary.query(), range));
    }

    @Override
    public Append append(Replayed<S> now, List<E> events, List<NewEvent> encoded) {
        Map<StreamName, List<NewEvent>> byStream = new LinkedHashMap<>();
        for (int i = 0; i < events.size(); i++) {
            StreamName stream = boundary.stream().apply(events.get(i));
            byStream.computeIfAbsent(stream, key -> new ArrayList<>()).add(encoded.get(i));
        }
        List<Append.Part> parts = new ArrayList<>();
        byStream.forEach((stream, part) -> parts.add(new Append.Part(stream, ExpectedVersion.any(), part)));
        return new Append(parts, List.of()).unless(boundary.query(), now.position());
    }

    @Override
    public Replayed<S> after(Replayed<S> before, S state, List<NewEvent> encoded, Position position) {
        return before.plus(state, encoded.getLast().id(), position, encoded.size());
    }

    @Override
    public boolean holds(RecordedEvent event) {
        return boundary.query().matches(event);
    }

    @Override
    public String name() {
        return boundary.query().items().stream()
                .map(item -> new EventQuery(List.of(item)).toString())
                .sorted()
                .collect(Collectors.joining(" or "));
    }
}
