package dev.indelible.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.blob.BlobStore;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every store for blobs promises. */
public interface BlobStoreContract {
    /** The hash of no bytes. */
    String OF_NOTHING = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /** An empty one, the same for all calls of one test. */
    BlobStore blobs();

    /** A second one on the same place, as another process would open it; the test closes it. */
    BlobStore another();

    /** Puts those bytes where the blob is, past the store. */
    void replace(String hash, byte[] bytes) throws Exception;

    /** Takes the blob away, past the store. */
    void remove(String hash) throws Exception;

    /** The same bytes, whatever their number. */
    @Test
    default void what_was_put_comes_back_under_its_hash_also_from_another_store_on_the_same_place() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        List<byte[]> contents = List.of(new byte[0], new byte[] {0}, every, bytes(1, 5 << 20));
        List<String> hashes = contents.stream().map(blobs()::put).toList();
        assertThat(hashes).startsWith(OF_NOTHING).allMatch(hash -> hash.matches("sha256:[0-9a-f]{64}"));
        try (BlobStore another = another()) {
            for (int i = 0; i < contents.size(); i++) {
                assertThat(blobs().get(hashes.get(i))).isEqualTo(contents.get(i));
                assertThat(another.get(hashes.get(i))).isEqualTo(contents.get(i));
                assertThat(blobs().contains(hashes.get(i))).isTrue();
                assertThat(another.contains(hashes.get(i))).isTrue();
            }
        }
    }

    /** The store has its own copy, and hands out copies. */
    @Test
    default void arrays_are_the_callers() {
        byte[] content = bytes(2, 1_000);
        String hash = blobs().put(content);
        content[0]++;
        blobs().get(hash)[1]++;
        content[0]--;
        assertThat(blobs().get(hash)).isEqualTo(content);
    }

    /** A retry costs time and nothing else. */
    @Test
    default void the_same_content_twice_is_one_blob() {
        String hash = blobs().put(bytes(3, 100_000));
        assertThat(blobs().put(bytes(3, 100_000))).isEqualTo(hash);
        try (BlobStore another = another()) {
            assertThat(another.put(bytes(3, 100_000))).isEqualTo(hash);
        }
        assertThat(blobs().get(hash)).isEqualTo(bytes(3, 100_000));
    }

    /** Nothing is made up. */
    @Test
    default void a_blob_that_was_never_put_or_is_gone_is_named_as_missing() throws Exception {
        blobs().put(bytes(4, 100));
        assertMissing("sha256:" + "0123456789abcdef".repeat(4));
        String hash = blobs().put(bytes(5, 100));
        remove(hash);
        assertMissing(hash);
        blobs().put(bytes(5, 100));
        assertThat(blobs().get(hash)).isEqualTo(bytes(5, 100));
    }

    /** A bad hash is the caller's error, and never a path. */
    @Test
    default void what_is_no_hash_is_refused() {
        String digits = "0123456789abcdef".repeat(4);
        List<String> malformed = List.of(
                "",
                "sha256:",
                digits,
                "sha256:" + digits.substring(1),
                "sha256:" + digits + "0",
                "sha256:" + digits.toUpperCase(java.util.Locale.ROOT),
                "SHA256:" + digits,
                "sha512:" + digits,
                "sha256:../../" + digits.substring(6),
                "sha256:" + digits + "\n");
        for (String hash : malformed) {
            assertThatThrownBy(() -> blobs().get(hash))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("blob hash: \"" + hash + "\" (expected:");
            assertThatThrownBy(() -> blobs().contains(hash)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Whatever became of a blob's bytes, they are not handed out; its neighbours are. */
    @Test
    default void damage_is_found_named_and_healed_by_putting_the_content_again() throws Exception {
        byte[] content = bytes(6, 10_000);
        byte[] flipped = content.clone();
        flipped[9_000] ^= 1;
        String neighbour = blobs().put(bytes(7, 10_000));
        String hash = blobs().put(content);
        for (byte[] damaged : List.of(
                flipped,
                Arrays.copyOf(content, 5_000),
                new byte[0],
                Arrays.copyOf(content, 10_001),
                new byte[10_000])) {
            replace(hash, damaged);
            assertThatThrownBy(() -> blobs().get(hash))
                    .isInstanceOf(Corrupted.class)
                    .hasMessageContaining(hash)
                    .hasMessageContaining("damaged in ");
            assertThat(blobs().contains(hash)).isTrue();
            assertThat(blobs().get(neighbour)).isEqualTo(bytes(7, 10_000));
            assertThat(blobs().put(content)).isEqualTo(hash);
            assertThat(blobs().get(hash)).isEqualTo(content);
        }
    }

    /** Who has put a blob can read it at once, whoever else puts it. */
    @Test
    default void many_threads_put_the_same_content_and_each_finds_it_whole() {
        for (int round = 0; round < 5; round++) {
            byte[] content = bytes(100 + round, 300_000);
            List<String> hashes = Racers.race(12, racer -> () -> {
                String hash = blobs().put(content);
                assertThat(blobs().get(hash)).isEqualTo(content);
                return hash;
            });
            assertThat(hashes).containsOnly(hashes.get(0));
        }
    }

    /** Blobs of many threads do not get into each other's way. */
    @Test
    default void many_threads_put_many_contents() {
        List<List<String>> hashes = Racers.race(
                8,
                racer -> () -> java.util.stream.IntStream.range(0, 20)
                        .mapToObj(i -> blobs().put((racer + "/" + i).getBytes(UTF_8)))
                        .toList());
        for (int racer = 0; racer < hashes.size(); racer++) {
            for (int i = 0; i < 20; i++) {
                assertThat(new String(blobs().get(hashes.get(racer).get(i)), UTF_8))
                        .isEqualTo(racer + "/" + i);
            }
        }
    }

    private void assertMissing(String hash) {
        assertThat(blobs().contains(hash)).isFalse();
        assertThatThrownBy(() -> blobs().get(hash))
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining(hash)
                .hasMessageContaining("missing in ");
    }

    private static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
