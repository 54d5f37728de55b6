package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.indelible.journal.Journal;
import dev.indelible.memory.MemoryJournal;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A contract that no broken journal fails would be worth nothing: for each promise there is one here that fails. */
class ContractHasTeethTest {
    private static final String PATIENCE = "indelible.tck.patience_s";

    private static @Nullable Function<MemoryJournal, KeptJournal> make;

    /** A broken journal, and the part of the contract that must catch it. */
    record Broken(String promise, Function<MemoryJournal, KeptJournal> make, Class<?> caughtBy) {
        @Override
        public String toString() {
            return promise;
        }
    }

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("1 rewrites", BrokenJournals.Rewriting::new, AppendContract.class),
                new Broken("2 records one by one", BrokenJournals.OneByOne::new, AppendContract.class),
                new Broken("3 leaves out a version", BrokenJournals.Gapped::new, AppendContract.class),
                new Broken("4 shows an event late", BrokenJournals.Late::new, OrderContract.class),
                new Broken("5 checks, then acts", BrokenJournals.CheckThenAct::new, ExpectedVersionContract.class),
                new Broken("6 forgets ids", BrokenJournals.Forgetful::new, IdempotencyContract.class),
                new Broken("6 no ids at all", BrokenJournals.FranklyForgetful::new, IdempotencyContract.class),
                new Broken("6 ids on conflict", BrokenJournals.IdsOnConflictOnly::new, IdempotencyContract.class),
                new Broken("6 blind to content", BrokenJournals.BlindToContent::new, IdempotencyContract.class),
                new Broken("7 has no guards", BrokenJournals.Guardless::new, GuardContract.class),
                new Broken("7 checks, then acts", BrokenJournals.CheckThenAct::new, GuardContract.class),
                new Broken("7 newer than read", BrokenJournals.NewerAsOf::new, GuardContract.class),
                new Broken("8 versions before ids", BrokenJournals.VersionsFirst::new, RefusalOrderContract.class),
                new Broken("9 loses the last", BrokenJournals.Losing::new, DurabilityContract.class),
                new Broken("10 repeats", BrokenJournals.Repeating::new, SubscriptionContract.class),
                new Broken("10 stuck on nothing", BrokenJournals.StuckOnNothing::new, SubscriptionContract.class),
                new Broken("11 has no limits", BrokenJournals.Limitless::new, LimitsContract.class),
                new Broken("11 refuses the system", BrokenJournals.RefusingSystem::new, LimitsContract.class),
                new Broken("12 is silent", BrokenJournals.Silent::new, StatusContract.class),
                new Broken("12 is deaf", BrokenJournals.Deaf::new, StatusContract.class),
                new Broken("query by prefix", BrokenJournals.PrefixCategory::new, QueryContract.class),
                new Broken("read after, inclusive", BrokenJournals.Repeating::new, ReadContract.class),
                new Broken("envelope loses digits", BrokenJournals.Lossy::new, EnvelopeContract.class),
                new Broken("envelope spells anew", BrokenJournals.Respelling::new, EnvelopeContract.class),
                new Broken("commands, checks first", BrokenJournals.CheckThenAct::new, RepositoryContract.class),
                new Broken("hides a capability", BrokenJournals.Modest::new, DurabilityContract.class));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_journal_is_caught(Broken broken) {
        TestExecutionSummary summary = run(broken.make(), testsOf(broken.caughtBy()));
        assertThat(summary.getTestsFailedCount())
                .as("tests of %s that failed", broken.caughtBy().getSimpleName())
                .isPositive();
    }

    @Test
    void a_journal_that_is_not_broken_passes() {
        List<Method> all = Stream.of(JournalContract.class.getInterfaces())
                .flatMap(part -> testsOf(part).stream())
                .toList();
        TestExecutionSummary summary = run(KeptJournal::new, all);
        assertThat(summary.getFailures()).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(all.size()).isGreaterThan(70);
    }

    private static List<Method> testsOf(Class<?> part) {
        List<Method> tests = new ArrayList<>();
        for (Method method : part.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                tests.add(method);
            }
        }
        return tests;
    }

    private static TestExecutionSummary run(Function<MemoryJournal, KeptJournal> journal, List<Method> tests) {
        make = journal;
        List<DiscoverySelector> selectors = new ArrayList<>();
        tests.forEach(test -> selectors.add(selectMethod(OnBrokenJournal.class, test.getName())));
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        System.setProperty(PATIENCE, "2");
        try {
            LauncherFactory.create().execute(request, listener);
        } finally {
            System.clearProperty(PATIENCE);
        }
        return listener.getSummary();
    }

    /** The contract on what {@link #make} makes. Run by this test only. */
    static final class OnBrokenJournal extends JournalContract implements JournalFixture {
        private MemoryJournal disk = new MemoryJournal();

        @Override
        public JournalFixture fixture() {
            return this;
        }

        @Override
        public Journal open() {
            disk = new MemoryJournal();
            return Objects.requireNonNull(make).apply(disk);
        }

        @Override
        public Journal reopen(Journal journal) {
            journal.close();
            return Objects.requireNonNull(make).apply(disk);
        }

        @Override
        public Journal crash(Journal journal) {
            if (journal instanceof BrokenJournals.Losing) {
                disk = BrokenJournals.Losing.withoutTheLast(disk);
            }
            return Objects.requireNonNull(make).apply(disk);
        }
    }
}
