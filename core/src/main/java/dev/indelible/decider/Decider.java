package dev.indelible.decider;

import java.util.List;

/**
 * How a thing decides and changes, as pure functions. Run by a {@link Repository}.
 *
 * @param <C> commands
 * @param <S> state
 * @param <E> events
 */
public interface Decider<C, S, E> {
    /** The state before the first event. */
    S initial();

    /** The events that the command leads to in this state; none if it changes nothing. Throws to refuse. */
    List<E> decide(C command, S state);

    /** The state after the event. */
    S evolve(S state, E event);

    /**
     * Version of the state's shape and meaning, 1 or more. Raise it when either changes, and with it what
     * {@link #evolve} does: snapshots of another version are not used.
     */
    default int version() {
        return 1;
    }
}
