package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobStore;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract of blob stores passes on a store that keeps it, and catches each that does not. */
class BlobsInMemoryTest {
    private static @Nullable Function<Map<String, byte[]>, BlobsInMemory> make;

    /** A broken store, and the test that must catch it. */
    record Broken(String promise, Function<Map<String, byte[]>, BlobsInMemory> make, String caughtBy) {
        @Override
        public String toString() {
            return promise;
        }
    }

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("hands out damage", Unverified::new, "damage_is_found_named_and_healed"),
                new Broken("leaves damage", NeverOverwriting::new, "damage_is_found_named_and_healed"),
                new Broken("makes up what is missing", MakingUp::new, "a_blob_that_was_never_put_or_is_gone"),
                new Broken("takes any text for a hash", TakingAnything::new, "what_is_no_hash_is_refused"),
                new Broken("keeps the caller's array", Sharing::new, "arrays_are_the_callers"),
                new Broken("lives in its own process", kept -> new BlobsInMemory(), "also_from_another_store"),
                new Broken("has its own hash", ByLength::new, "what_was_put_comes_back_under_its_hash"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_broken_store_is_caught(Broken broken) {
        assertThat(run(broken.make()).getFailures())
                .extracting(failure -> failure.getTestIdentifier().getDisplayName())
                .anyMatch(name -> name.contains(broken.caughtBy()));
    }

    @Test
    void a_store_that_is_not_broken_passes() {
        TestExecutionSummary summary = run(BlobsInMemory::new);
        assertThat(summary.getFailures()).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(8);
    }

    private static TestExecutionSummary run(Function<Map<String, byte[]>, BlobsInMemory> store) {
        make = store;
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(OnBrokenStore.class))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /** The contract on what {@link #make} makes. Run by this test only. */
    static final class OnBrokenStore implements BlobStoreContract {
        private final Map<String, byte[]> disk = new ConcurrentHashMap<>();
        private final BlobStore blobs = another();

        @Override
        public BlobStore blobs() {
            return blobs;
        }

        @Override
        public BlobStore another() {
            return Objects.requireNonNull(make).apply(disk);
        }

        @Override
        public void replace(String hash, byte[] bytes) {
            disk.put(hash, bytes);
        }

        @Override
        public void remove(String hash) {
            disk.remove(hash);
        }
    }

    private static final class Unverified extends BlobsInMemory {
        Unverified(Map<String, byte[]> kept) {
            super(kept);
        }

        @Override
        public byte[] get(String hash) {
            return contains(hash) ? kept.get(hash).clone() : super.get(hash);
        }
    }

    private static final class NeverOverwriting extends BlobsInMemory {
        NeverOverwriting(Map<String, byte[]> kept) {
            super(kept);
        }

        @Override
        public String put(byte[] content) {
            String hash = BlobHash.of(content);
            kept.putIfAbsent(hash, content.clone());
            return hash;
        }
    }

    private static final class MakingUp extends BlobsInMemory {
        MakingUp(Map<String, byte[]> kept) {
            super(kept);
        }

        @Override
        public byte[] get(String hash) {
            return contains(hash) ? super.get(hash) : new byte[0];
        }
    }

    private static final class TakingAnything extends BlobsInMemory {
        TakingAnything(Map<String, byte[]> kept) {
            super(kept);
        }

        @Override
        public boolean contains(String hash) {
            return kept.containsKey(hash);
        }
    }

    private static final class Sharing extends BlobsInMemory {
        Sharing(Map<String, byte[]> kept) {
            super(kept);
        }

        @Override
        public String put(byte[] content) {
            String hash = BlobHash.of(content);
            kept.put(hash, content);
            return hash;
        }

        @Override
        public byte[] get(String hash) {
            super.get(hash);
            return kept.get(hash);
        }
    }

    private static final class ByLength extends BlobsInMemory {
        ByLength(Map<String, byte[]> kept) {
            super(kept);
        }

        @Override
        public String put(byte[] content) {
            String hash = "sha256:%064x".formatted(content.length);
            kept.put(hash, content.clone());
            return hash;
        }

        @Override
        public byte[] get(String hash) {
            return contains(hash) ? kept.get(hash).clone() : super.get(hash);
        }
    }
}
