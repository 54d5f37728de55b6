package dev.indelible.blob;

import java.nio.file.Path;
import java.util.Set;

/** Opens {@code file:PATH}. */
public final class DirectoryBlobStores implements BlobStoreProvider {
    /** For the service loader. */
    public DirectoryBlobStores() {}

    @Override
    public String scheme() {
        return "file";
    }

    @Override
    public String example() {
        return "file:./blobs";
    }

    @Override
    public BlobStore open(BlobUrl url) {
        url.allowOptions(Set.of());
        String path = url.place();
        boolean namesHost = path.startsWith("//") && !path.startsWith("///");
        if (path.isEmpty() || namesHost) {
            throw new IllegalArgumentException("blob URL: \"file:" + path + "\" (expected: file:PATH of a directory)");
        }
        return DirectoryBlobStore.open(Path.of(path));
    }
}
