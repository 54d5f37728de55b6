package dev.indelible.personal;

import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A directory whose files are whole at each moment, for their owner alone. One thread of one process changes it at a
 * time, by the lock of a file that ends with the process; whoever reads needs no lock.
 *
 * <p>The lock of a file belongs to the process, and closing any channel of that file gives it up. So there is one lock
 * above it for all directories of this process: keys are made seldom.
 */
final class KeyDirectory {
    private static final ReentrantLock THIS_PROCESS = new ReentrantLock();
    private static final int LOCK_WAIT_S = 30;
    private static final int LOCK_LOOK_MS = 1;
    private static final String LOCK = "lock";

    /** There is one at most, since there is one writer. */
    private static final String TEMPORARY = "temporary";

    private final Path path;
    private final boolean posix;

    private KeyDirectory(Path path, boolean posix) {
        this.path = path;
        this.posix = posix;
    }

    /** Makes the directory unless it is there. */
    static KeyDirectory of(Path path) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            if (posix) {
                Files.createDirectories(path, ownerOnly("rwx------"));
            } else {
                Files.createDirectories(path);
            }
        } catch (IOException e) {
            throw unavailable(path, e);
        }
        return new KeyDirectory(path, posix);
    }

    interface Action<T> {
        T run() throws IOException;
    }

    Path path(String name) {
        return path.resolve(name);
    }

    /** Does it while nobody else changes the directory. */
    <T> T alone(Action<T> action) {
        THIS_PROCESS.lock();
        try (FileChannel lock = FileChannel.open(
                path(LOCK), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), attributes())) {
            take(lock);
            discard(); // Of a process that was killed: it may hold a key.
            return action.run();
        } catch (IOException e) {
            throw unavailable(path, e);
        } finally {
            THIS_PROCESS.unlock();
        }
    }

    Optional<byte[]> read(String name) {
        try {
            return Optional.of(Files.readAllBytes(path(name)));
        } catch (NoSuchFileException e) {
            if (!Files.isDirectory(path)) {
                throw unavailable(path, e);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(path, e);
        }
    }

    /** The names of the files that end so. */
    List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .toList();
        }
    }

    /** Writes a file, whether it is there or not: durable, and either all of it or nothing. */
    void write(String name, byte[] content) throws IOException {
        Path temporary = path(TEMPORARY);
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(temporary, options, attributes())) {
            writeAll(channel, content);
        }
        Path file = path(name);
        if (Files.exists(file)) {
            try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
                force();
                writeAll(old, new byte[(int) old.size()]); // It has no name any more, but perhaps a place on the disk.
            }
        } else {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            force();
        }
    }

    /** Writes over what the file holds, in its place, so that no copy of that remains where it was. */
    void overwrite(String name, byte[] content) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path(name).toFile(), "rw")) {
            byte[] padded = Arrays.copyOf(content, (int) Math.max(content.length, file.length()));
            Arrays.fill(padded, content.length, padded.length, (byte) '\n');
            file.write(padded);
            file.getFD().sync();
        }
    }

    private void discard() throws IOException {
        Path temporary = path(TEMPORARY);
        if (Files.exists(temporary)) {
            overwrite(TEMPORARY, new byte[0]);
            Files.delete(temporary);
        }
    }

    private void take(FileChannel lock) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOCK_WAIT_S);
        while (!taken(lock)) {
            if (System.nanoTime() - end > 0) {
                throw new Unavailable(
                        "%s is locked by another process for %d s (expected: an instant)".formatted(path, LOCK_WAIT_S),
                        null);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOCK_LOOK_MS));
        }
    }

    private static boolean taken(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException heldByAnotherClassLoader) {
            return false;
        }
    }

    private void force() throws IOException {
        if (posix) { // Elsewhere a directory cannot be opened.
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private FileAttribute<?>[] attributes() {
        return posix ? new FileAttribute<?>[] {ownerOnly("rw-------")} : new FileAttribute<?>[0];
    }

    private static FileAttribute<?> ownerOnly(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    private static void writeAll(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
            channel.write(buffer, buffer.position());
        }
        channel.force(true);
    }

    private static Unavailable unavailable(Path path, IOException e) {
        return new Unavailable("key ring in " + path + ": " + e, e);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
