package dev.indelible.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.EventStoreException.Unavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One process, and one journal in it, holds a directory. The lock ends with the process, however that ends. */
final class DirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lockOf(channel) == null) {
            channel.close();
            throw new Unavailable(
                    "%s is held by process %s%s (expected: one process and one store in it)"
                            .formatted(
                                    directory.toAbsolutePath().normalize(),
                                    Files.readString(file).strip(),
                                    Files.readString(file).strip().equals(ownProcess()) ? ", this one" : ""),
                    null);
        }
        channel.truncate(0).write(ByteBuffer.wrap(ownProcess().getBytes(UTF_8)), 0);
        return new DirectoryLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static String ownProcess() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static @Nullable FileLock lockOf(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
