package dev.indelible.blob;

import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blobs as files of a directory, {@code ab/cdef…}, for any number of processes.
 *
 * <p>A blob is written to a file of another name, forced, and renamed; then the directories that lead to it are forced.
 * So a name leads to a whole blob or to nothing, after a crash too. What a crash leaves is at most a file whose name
 * ends in {@code .tmp}, which is never read; old ones can be deleted.
 */
public final class DirectoryBlobStore implements BlobStore {
    private final Path root;
    private final Set<Path> reachable = ConcurrentHashMap.newKeySet();

    private DirectoryBlobStore(Path root) {
        this.root = root;
    }

    /**
     * Opens the blobs in the directory, which is made if it is not there.
     *
     * @throws Unavailable if it cannot be made
     */
    public static DirectoryBlobStore open(Path directory) {
        DirectoryBlobStore blobs =
                new DirectoryBlobStore(directory.toAbsolutePath().normalize());
        try {
            blobs.makeRoot();
        } catch (IOException e) {
            throw blobs.unavailable("cannot make the directory", e);
        }
        return blobs;
    }

    @Override
    public String put(byte[] content) {
        String hash = BlobHash.of(content);
        Path file = root.resolve(BlobHash.path(hash));
        Path directory = file.resolveSibling("");
        try {
            makeReachable(directory);
            if (!holds(file, content)) {
                write(file, content);
            }
            // Also if another thread or process has written it, which may not have come to this yet.
            force(directory);
        } catch (IOException e) {
            throw unavailable("cannot write blob " + hash, e);
        }
        return hash;
    }

    @Override
    public byte[] get(String hash) {
        Path file = root.resolve(BlobHash.path(hash));
        try {
            return BlobHash.verified(hash, Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            requireRoot();
            throw BlobHash.missing(hash, root.toString());
        } catch (IOException e) {
            throw unavailable("cannot read blob " + hash, e);
        }
    }

    @Override
    public boolean contains(String hash) {
        boolean there = Files.isRegularFile(root.resolve(BlobHash.path(hash)));
        if (!there) {
            requireRoot();
        }
        return there;
    }

    @Override
    public void close() {}

    /** Where the blobs are. */
    @Override
    public String toString() {
        return root.toString();
    }

    private void makeRoot() throws IOException {
        Deque<Path> made = new ArrayDeque<>();
        for (Path path = root; path != null && !Files.exists(path); path = path.getParent()) {
            made.push(path);
        }
        Files.createDirectories(root);
        for (Path path : made) {
            force(path.resolveSibling(""));
        }
    }

    /** The directory's own entry is forced once by each process, whoever has made it. */
    private void makeReachable(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            requireRoot();
            Files.createDirectories(directory);
            reachable.remove(directory);
        }
        if (!reachable.contains(directory)) {
            force(root);
            reachable.add(directory);
        }
    }

    private static boolean holds(Path file, byte[] content) throws IOException {
        try {
            return Files.size(file) == content.length && Arrays.equals(Files.readAllBytes(file), content);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer source = ByteBuffer.wrap(content);
                while (source.hasRemaining()) {
                    channel.write(source);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error e) {
            delete(temporary, e);
            throw e;
        }
    }

    private static void delete(Path temporary, Throwable reason) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Without its root every blob would look as if it were missing, where perhaps a disk is not mounted. */
    private void requireRoot() {
        if (!Files.isDirectory(root)) {
            throw new Unavailable("blobs in " + root + ": no such directory", null);
        }
    }

    private Unavailable unavailable(String what, IOException cause) {
        return new Unavailable("blobs in " + root + ": " + what + ": " + cause, cause);
    }
}
