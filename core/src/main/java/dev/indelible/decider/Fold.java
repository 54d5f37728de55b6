package dev.indelible.decider;

import dev.indelible.Codec;
import dev.indelible.Events;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import java.util.List;
import java.util.UUID;

/** Finds states from events. */
record Fold<C, S, E>(Decider<C, S, E> decider, Codec<E> codec) {
    Replayed<S> nothing() {
        return Replayed.nothing(decider.initial());
    }

    /** Goes on from a state through the events to their end, and closes them. */
    Replayed<S> of(Replayed<S> from, Events events) {
        long began = System.nanoTime();
        S state = from.state();
        UUID id = from.eventId();
        Position position = from.position();
        long count = 0;
        try (events) {
            for (RecordedEvent event : events) {
                state = evolve(state, codec.decode(event));
                id = event.id();
                position = event.position();
                count++;
            }
        }
        long nanos = from.nanos() + System.nanoTime() - began;
        return new Replayed<>(state, from.version() + count, id, position, from.events() + count, nanos);
    }

    S evolve(S from, List<E> events) {
        S state = from;
        for (E event : events) {
            state = decider.evolve(state, event);
        }
        return state;
    }
}
