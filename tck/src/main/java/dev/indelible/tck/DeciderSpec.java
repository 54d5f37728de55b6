package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.decider.Decider;
import java.util.List;

/**
 * Tests a decider in the form given events, when command, then events or error.
 *
 * <pre>{@code
 * DeciderSpec.of(new OrderDecider()).given(new Placed("book")).when(new Ship()).then(new Shipped());
 * }</pre>
 *
 * @param <C> commands
 * @param <S> state
 * @param <E> events
 */
public final class DeciderSpec<C, S, E> {
    private final Decider<C, S, E> decider;
    private final List<E> given;

    private DeciderSpec(Decider<C, S, E> decider, List<E> given) {
        this.decider = decider;
        this.given = given;
    }

    /** A specification of that decider, for which nothing has happened yet. */
    public static <C, S, E> DeciderSpec<C, S, E> of(Decider<C, S, E> decider) {
        return new DeciderSpec<>(decider, List.of());
    }

    /** The same, after those events. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final DeciderSpec<C, S, E> given(E... events) {
        return new DeciderSpec<>(decider, List.of(events));
    }

    /** What the command leads to. */
    public When when(C command) {
        return new When(command);
    }

    /** A command in a state, whose outcome is to be stated. */
    public final class When {
        private final C command;

        private When(C command) {
            this.command = command;
        }

        /** Asserts that the command leads to exactly those events. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final void then(E... events) {
            assertThat(decide()).containsExactly(events);
        }

        /** Asserts that the command changes nothing. */
        public void thenNothing() {
            assertThat(decide()).isEmpty();
        }

        /** Asserts that the command is refused with an exception of that type whose message contains the text. */
        public void thenFails(Class<? extends Exception> type, String text) {
            assertThatThrownBy(this::decide).isInstanceOf(type).hasMessageContaining(text);
        }

        private List<E> decide() {
            S state = decider.initial();
            for (E event : given) {
                state = decider.evolve(state, event);
            }
            return decider.decide(command, state);
        }
    }
}
