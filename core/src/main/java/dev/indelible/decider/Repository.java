package dev.indelible.decider;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Outcome.VersionConflict;
import java.util.List;

/**
 * Runs a decider on the streams of one category. Commands for different things do not disturb each other; of several
 * for the same thing, the losers of a race decide again on the new state.
 *
 * @param <C> commands
 * @param <S> state
 * @param <E> events
 */
public final class Repository<C, S, E> {
    /** How often a command is decided at most, unless said otherwise. */
    public static final int ATTEMPTS_MAX = 10;

    private final EventStore store;
    private final String category;
    private final Decider<C, S, E> decider;
    private final Codec<E> codec;
    private final int attemptsMax;

    private Repository(EventStore store, String category, Decider<C, S, E> decider, Codec<E> codec, int attemptsMax) {
        this.store = store;
        this.category = category;
        this.decider = decider;
        this.codec = codec;
        this.attemptsMax = attemptsMax;
    }

    /**
     * What was loaded.
     *
     * @param state the decider's state
     * @param version of the stream; 0: it does not exist
     */
    public record Loaded<S>(S state, long version) {}

    /**
     * What a command led to.
     *
     * @param events what was recorded; none if the command changed nothing
     * @param state afterwards
     * @param version of the stream afterwards
     * @param attempts how often it was decided: more than 1 if others were faster
     */
    public record Handled<S, E>(List<E> events, S state, long version, int attempts) {
        /** Copies the events. */
        public Handled {
            events = List.copyOf(events);
        }
    }

    /** A repository of the category's streams, which are named {@code {category}-{id}}. */
    public static <C, S, E> Repository<C, S, E> of(
            EventStore store, String category, Decider<C, S, E> decider, Codec<E> codec) {
        StreamName.of(category, "");
        return new Repository<>(store, category, decider, codec, ATTEMPTS_MAX);
    }

    /** The same, but deciding at most so often, 1 or more. */
    public Repository<C, S, E> attempts(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("attempts: " + max + " (expected: 1 or more)");
        }
        return new Repository<>(store, category, decider, codec, max);
    }

    /** The state of the thing of that id. */
    public Loaded<S> load(String id) {
        return load(StreamName.of(category, id));
    }

    /**
     * Decides the command and records its events, on the condition that the thing has not changed since it was loaded.
     * If it has, the command is decided again, up to {@link #attempts}.
     *
     * @throws Conflict if others were faster each time
     */
    public Handled<S, E> handle(String id, C command) {
        StreamName stream = StreamName.of(category, id);
        for (int attempt = 1; ; attempt++) {
            Loaded<S> loaded = load(stream);
            List<E> events = decider.decide(command, loaded.state());
            if (events.isEmpty()) {
                return new Handled<>(events, loaded.state(), loaded.version(), attempt);
            }
            List<NewEvent> encoded = events.stream().map(codec::encode).toList();
            try {
                long version = store.append(Append.to(stream, ExpectedVersion.exactly(loaded.version()), encoded))
                        .version();
                return new Handled<>(events, evolve(loaded.state(), events), version, attempt);
            } catch (Conflict conflict) {
                if (attempt == attemptsMax || !(conflict.refusal() instanceof VersionConflict)) {
                    throw conflict;
                }
            }
        }
    }

    private Loaded<S> load(StreamName stream) {
        S state = decider.initial();
        long version = 0;
        try (Events events = store.read(EventQuery.stream(stream))) {
            for (RecordedEvent event : events) {
                state = evolve(state, codec.decode(event));
                version = event.version();
            }
        }
        return new Loaded<>(state, version);
    }

    private S evolve(S from, List<E> events) {
        S state = from;
        for (E event : events) {
            state = decider.evolve(state, event);
        }
        return state;
    }
}
