package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.indelible.personal.KeyRing;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** For each promise of a key ring there is one here that breaks it and is caught, by the test of that promise. */
class KeyRingContractHasTeethTest {
    private static @Nullable Supplier<KeyRing> make;

    /** A broken ring, and the test that must catch it. */
    record Broken(Supplier<KeyRing> make, String caughtBy) {
        @Override
        public String toString() {
            return caughtBy;
        }
    }

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken(BrokenKeyRings.CheckThenAct::new, "racers_for_the_first_key_of_a_subject_get_the_same"),
                new Broken(BrokenKeyRings.Reviving::new, "a_destroyed_key_is_not_found_and_not_made_again"),
                new Broken(BrokenKeyRings.Hiding::new, "a_destroyed_key_is_not_found_and_not_made_again"),
                new Broken(BrokenKeyRings.Anonymous::new, "a_destroyed_key_is_not_found_and_not_made_again"),
                new Broken(BrokenKeyRings.Losing::new, "a_key_that_was_never_made_is_an_error_and_not_forgotten"),
                new Broken(BrokenKeyRings.Forgetful::new, "a_subject_that_never_had_a_key_is_shredded_as_well"),
                new Broken(
                        BrokenKeyRings.Restless::new, "shredding_again_changes_nothing_and_answers_as_the_first_time"),
                new Broken(
                        BrokenKeyRings.Recalling::new,
                        "who_is_readmitted_gets_another_key_and_the_old_one_stays_absent"),
                new Broken(
                        BrokenKeyRings.Renewing::new,
                        "who_is_readmitted_gets_another_key_and_the_old_one_stays_absent"),
                new Broken(BrokenKeyRings.Blurring::new, "each_subject_has_a_key_of_its_own"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_key_ring_is_caught(Broken broken) {
        assertThat(run(broken.make()).getFailures())
                .map(failure -> failure.getTestIdentifier().getDisplayName())
                .contains(broken.caughtBy() + "()");
    }

    @Test
    void a_key_ring_that_is_not_broken_passes() {
        TestExecutionSummary summary = run(BrokenKeyRings.Kept::new);
        assertThat(summary.getFailures()).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isPositive();
    }

    private static TestExecutionSummary run(Supplier<KeyRing> ring) {
        make = ring;
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(OnBrokenKeyRing.class))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /** The contract on what {@link #make} makes. Run by this test only. */
    static final class OnBrokenKeyRing implements KeyRingContract {
        private final KeyRing keys = Objects.requireNonNull(make).get();

        @Override
        public KeyRing keys() {
            return keys;
        }

        @Override
        public KeyRing elsewhere() {
            return keys;
        }
    }
}
