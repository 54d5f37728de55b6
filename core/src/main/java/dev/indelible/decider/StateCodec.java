package dev.indelible.decider;

import dev.indelible.event.Payload;

/**
 * Turns a decider's state into what a snapshot keeps, and back. Whatever {@link #decode} throws means that the snapshot
 * is of no use, and that the state is found from the events again.
 *
 * @param <S> state
 */
public interface StateCodec<S> {
    /** The state as JSON or bytes. It is called on another thread than the decider, after it. */
    Payload encode(S state);

    /** The state that was encoded. */
    S decode(Payload payload);
}
