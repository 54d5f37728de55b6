package dev.indelible.tck;

import dev.indelible.EventStore;
import dev.indelible.journal.Journal;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * All that a journal promises. An engine's test extends this and gives a {@link #fixture}; what the engine cannot
 * promise it declares as a missing capability, and the contract then asserts the refusal. Nothing is skipped.
 */
public abstract class JournalContract
        implements AppendContract,
                OrderContract,
                ExpectedVersionContract,
                IdempotencyContract,
                GuardContract,
                RefusalOrderContract,
                DurabilityContract,
                QueryContract,
                ReadContract,
                SubscriptionContract,
                LimitsContract,
                EnvelopeContract,
                StatusContract,
                RepositoryContract {
    private @Nullable Journal journal;
    private @Nullable EventStore store;

    /** For engines' tests. */
    protected JournalContract() {}

    @BeforeEach
    void openStore() {
        journal = fixture().open();
        store = EventStore.on(journal);
    }

    @AfterEach
    void closeStore() {
        store().close();
    }

    @Override
    public EventStore store() {
        return java.util.Objects.requireNonNull(store);
    }

    @Override
    public Journal journal() {
        return java.util.Objects.requireNonNull(journal);
    }

    @Override
    public EventStore replace(UnaryOperator<Journal> operation) {
        journal = operation.apply(journal());
        store = EventStore.on(journal);
        return store();
    }
}
