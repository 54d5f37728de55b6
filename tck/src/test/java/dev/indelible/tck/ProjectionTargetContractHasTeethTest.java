package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** For each promise of a target there is one here that breaks it and is caught, by the test of that promise. */
class ProjectionTargetContractHasTeethTest {
    private static @Nullable Supplier<BrokenTargets.Kept> make;

    /** A broken target, and the test that must catch it. */
    record Broken(Supplier<BrokenTargets.Kept> make, String caughtBy) {
        @Override
        public String toString() {
            return make.get().getClass().getSimpleName() + ": " + caughtBy;
        }
    }

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken(BrokenTargets.Unfenced::new, "who_has_an_old_note_does_nothing"),
                new Broken(BrokenTargets.CheckThenAct::new, "of_rivals_one_makes_the_change"),
                new Broken(BrokenTargets.CheckpointFirst::new, "what_work_throws_passes_through_and_leaves_nothing"),
                new Broken(BrokenTargets.HalfDone::new, "what_work_throws_passes_through_and_leaves_nothing"),
                new Broken(BrokenTargets.Swallowing::new, "what_work_throws_passes_through_and_leaves_nothing"),
                new Broken(BrokenTargets.Forgetful::new, "work_is_done_and_notes_are_changed_together"),
                new Broken(BrokenTargets.Hoarding::new, "work_is_done_and_notes_are_changed_together"),
                new Broken(BrokenTargets.Private::new, "a_note_is_there_when_it_was_written_and_for_everybody"),
                new Broken(BrokenTargets.Unpaged::new, "notes_are_listed_by_prefix_in_order_and_in_pages"),
                new Broken(BrokenTargets.Collating::new, "keys_are_ordered_by_their_characters"),
                new Broken(BrokenTargets.PublishedOnce::new, "readers_see_what_was_published_and_that_goes_both_ways"),
                new Broken(BrokenTargets.OneWay::new, "readers_see_what_was_published_and_that_goes_both_ways"),
                new Broken(BrokenTargets.Premature::new, "readers_see_what_was_published_and_that_goes_both_ways"),
                new Broken(BrokenTargets.Littering::new, "what_was_dropped_leaves_nothing_for_the_next"),
                new Broken(BrokenTargets.Shared::new, "projections_of_one_target_do_not_disturb_each_other"),
                new Broken(BrokenTargets.Counting::new, "versions_of_a_read_model_are_compared_if_the_target_can"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_target_is_caught(Broken broken) {
        assertThat(run(broken.make(), broken.caughtBy()).getTestsFailedCount()).isEqualTo(1);
        TestExecutionSummary whole = run(BrokenTargets.Kept::new, broken.caughtBy());
        assertThat(whole.getFailures()).isEmpty();
        assertThat(whole.getTestsSucceededCount()).isEqualTo(1);
    }

    private static TestExecutionSummary run(Supplier<BrokenTargets.Kept> target, String test) {
        make = target;
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(OnBrokenTarget.class, test))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /** The contract on what {@link #make} makes. Run by this test only. */
    static final class OnBrokenTarget implements ProjectionTargetContract<Map<String, Long>> {
        private final BrokenTargets.Kept target = Objects.requireNonNull(make).get();

        @Override
        public ProjectionTarget<Map<String, Long>> target() {
            return target;
        }

        @Override
        public ProjectionTarget<Map<String, Long>> anotherView() {
            return target.elsewhere();
        }

        @Override
        public void create(Map<String, Long> model) {}

        @Override
        public void put(Map<String, Long> model, String key, long number, Position position) {
            model.put(key, number);
        }

        @Override
        public void remove(Map<String, Long> model, String key, Position position) {
            model.remove(key);
        }

        @Override
        public Map<String, Long> model(String projection) {
            return target.model(projection);
        }
    }
}
