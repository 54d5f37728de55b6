package dev.indelible.blob;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Holds bytes by the hash of their content. {@code BlobStoreContract} in {@code indelible-tck} says what it promises.
 *
 * <p>Safe for any number of threads and processes; methods block. Nothing deletes a blob. {@code toString} says where
 * the store is. A technology that fails is {@link Unavailable}, with its cause.
 */
public interface BlobStore extends AutoCloseable {
    /**
     * Opens the store at a URL, for example {@code file:./blobs}. Its technology must be on the class path.
     *
     * @throws IllegalArgumentException if no store takes the URL, or it does not understand it
     */
    static BlobStore open(String url) {
        BlobUrl parsed = BlobUrl.parse(url);
        TreeMap<String, String> examples = new TreeMap<>();
        for (BlobStoreProvider provider : ServiceLoader.load(BlobStoreProvider.class)) {
            if (provider.scheme().equals(parsed.scheme())) {
                return provider.open(parsed);
            }
            examples.put(provider.scheme(), provider.example());
        }
        throw new IllegalArgumentException("blob URL: no store for \"" + parsed.scheme()
                + "\" on the class path (expected: " + String.join(", ", examples.values()) + ")");
    }

    /**
     * Holds the content from now on and returns its {@linkplain BlobHash hash}. Returns when the content is durable,
     * also if it was there already; where it was there and damaged, it is whole again.
     *
     * @param content is not changed, and not kept
     */
    String put(byte[] content);

    /**
     * The content with that hash, in an array that is the caller's.
     *
     * @throws IllegalArgumentException if this is no {@linkplain BlobHash hash}
     * @throws Corrupted if it is not there, or what is there has another hash; names hash and place
     */
    byte[] get(String hash);

    /**
     * Whether there is something under that hash, which may be damaged.
     *
     * @throws IllegalArgumentException if this is no {@linkplain BlobHash hash}
     */
    boolean contains(String hash);

    /** Gives back what it holds. Closing twice is no error. */
    @Override
    void close();
}
