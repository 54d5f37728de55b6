package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.ProjectionTarget.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every target for projections promises: a read model and how far it is are one. The test's read model is a number
 * for
 * each key.
 *
 * @param <T> what work writes to
 */
public interface ProjectionTargetContract<T> {
    /** An empty one, the same for all calls of one test. */
    ProjectionTarget<T> target();

    /** Adds to the number of a key, which begins at 0. */
    void add(T model, String key, long number) throws Exception;

    /** The numbers of all keys. */
    Map<String, Long> model() throws Exception;

    /** The same target as another process would have it; of one that is gone with its process, the same. */
    ProjectionTarget<T> anotherView();

    private static Position at(long position) {
        return Position.of(position);
    }

    @Test
    default void a_projection_begins_at_the_start_and_keeps_what_the_end_of_the_store_was_then() {
        assertThat(target().begin("orders", at(7))).isEqualTo(new Progress(Position.START, at(7)));
        assertThat(target().begin("orders", at(9))).isEqualTo(new Progress(Position.START, at(7)));
        assertThat(anotherView().begin("orders", at(9))).isEqualTo(new Progress(Position.START, at(7)));
    }

    @Test
    default void work_is_done_and_the_projection_moved_together() throws Exception {
        target().begin("orders", at(7));
        assertThat(target().advance("orders", Position.START, at(3), model -> add(model, "a", 1)))
                .isTrue();
        assertThat(target().advance("orders", at(3), at(5), model -> {
                    add(model, "a", 10);
                    add(model, "b", 2);
                }))
                .isTrue();
        assertThat(model()).isEqualTo(Map.of("a", 11L, "b", 2L));
        assertThat(anotherView().begin("orders", at(9))).isEqualTo(new Progress(at(5), at(7)));
    }

    @Test
    default void a_projection_moves_without_work_too() throws Exception {
        target().begin("orders", at(7));
        assertThat(target().advance("orders", Position.START, at(3), model -> {}))
                .isTrue();
        assertThat(target().begin("orders", at(7)).position()).isEqualTo(at(3));
        assertThat(model()).isEmpty();
    }

    @Test
    default void what_work_throws_passes_through_and_leaves_nothing() throws Exception {
        target().begin("orders", at(7));
        target().advance("orders", Position.START, at(3), model -> add(model, "a", 1));
        for (Exception failure : List.of(new IllegalStateException("no"), new IOException("no"))) {
            assertThatThrownBy(() -> target().advance("orders", at(3), at(5), model -> {
                        add(model, "a", 10);
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
        assertThat(model()).isEqualTo(Map.of("a", 1L));
        assertThat(target().begin("orders", at(7)).position()).isEqualTo(at(3));
    }

    @Test
    default void who_comes_from_another_place_does_nothing() throws Exception {
        assertThat(target().advance("orders", Position.START, at(3), model -> add(model, "a", 1)))
                .as("never begun")
                .isFalse();
        target().begin("orders", at(7));
        target().advance("orders", Position.START, at(3), model -> add(model, "a", 1));
        for (long from : new long[] {0, 2, 4}) {
            assertThat(target().advance("orders", at(from), at(9), model -> add(model, "a", 10)))
                    .isFalse();
        }
        assertThat(model()).isEqualTo(Map.of("a", 1L));
    }

    @Test
    default void of_rivals_one_moves_it() throws Exception {
        target().begin("orders", at(7));
        for (long from = 0; from < 10; from++) {
            Position here = at(from);
            Position next = at(from + 1);
            List<Boolean> moved = Racers.race(8, i -> {
                ProjectionTarget<T> view = i % 2 == 0 ? target() : anotherView();
                return () -> view.advance("orders", here, next, model -> add(model, "a", 1));
            });
            assertThat(moved.stream().filter(each -> each)).hasSize(1);
        }
        assertThat(model()).isEqualTo(Map.of("a", 10L));
    }

    @Test
    default void projections_of_one_target_do_not_disturb_each_other() throws Exception {
        target().begin("orders", at(7));
        target().begin("customers", at(8));
        target().advance("orders", Position.START, at(3), model -> add(model, "a", 1));
        assertThat(target().begin("customers", at(9))).isEqualTo(new Progress(Position.START, at(8)));
        target().advance("customers", Position.START, at(4), model -> add(model, "b", 1));
        assertThat(target().begin("orders", at(9))).isEqualTo(new Progress(at(3), at(7)));
        assertThat(model()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }
}
