package dev.indelible.blob;

/** Opens blob stores by URL. Found by {@link java.util.ServiceLoader}. */
public interface BlobStoreProvider {
    /** What the URL begins with, before the first colon. */
    String scheme();

    /** A URL as an example, for messages. */
    String example();

    /**
     * Opens the store.
     *
     * @throws IllegalArgumentException if the URL's place or options are not understood
     */
    BlobStore open(BlobUrl url);
}
