package dev.indelible.embedded;

import dev.indelible.EventStoreException.Corrupted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/** Segment files in a directory. They are sparse at their full length from the start, and read through a mapping. */
final class LocalDisk implements Disk {
    private final Path directory;

    LocalDisk(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    @Override
    public int segments() throws IOException {
        int count = 0;
        while (Files.exists(path(count))) {
            count++;
        }
        try (var files = Files.list(directory)) {
            long found = files.filter(file -> file.toString().endsWith(".log")).count();
            if (found != count) {
                throw new IOException("%s: %d segment files, of which %s is the first missing (expected: no gap)"
                        .formatted(directory, found, path(count).getFileName()));
            }
        }
        return count;
    }

    @Override
    public File segment(int number, int bytes) throws IOException {
        Path path = path(number);
        return uninterrupted(() -> {
            FileChannel channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                long size = channel.size();
                if (size == 0) {
                    channel.write(ByteBuffer.allocate(1), bytes - 1L);
                    channel.force(true);
                    forceDirectory();
                } else if (size != bytes) {
                    throw new Corrupted(
                            "%s, offset %d: the file ends here (expected: %d bytes)"
                                    .formatted(path.getFileName(), Math.min(size, bytes), bytes),
                            null);
                }
                return new LocalFile(path, channel, channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        });
    }

    static String fileName(int number) {
        return "%08d.log".formatted(number);
    }

    @Override
    public void close() {}

    private Path path(int number) {
        return directory.resolve(fileName(number));
    }

    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    /** Does it again, from its beginning, if an interrupt closed a channel below it; the interrupt stays known. */
    private static <T> T uninterrupted(Action<T> action) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return action.run();
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * An interrupt of a writing thread closes the channel, for all who use it. Each then opens the file anew and does
     * all of its write again, force included, so that nothing rests on a force whose end nobody has seen.
     */
    private static final class LocalFile implements File {
        private final Path path;
        private final MappedByteBuffer view;
        private final ReentrantLock opening = new ReentrantLock();
        private volatile FileChannel channel;
        private boolean closed;

        LocalFile(Path path, FileChannel channel, MappedByteBuffer view) {
            this.path = path;
            this.channel = channel;
            this.view = view;
        }

        @Override
        public void writeForced(ByteBuffer source, long offset) throws IOException {
            int start = source.position();
            uninterrupted(() -> {
                while (true) {
                    FileChannel used = channel;
                    try {
                        source.position(start);
                        for (long at = offset; source.hasRemaining(); ) {
                            at += used.write(source, at);
                        }
                        used.force(false);
                        return source;
                    } catch (ClosedByInterruptException e) {
                        reopen();
                        throw e;
                    } catch (ClosedChannelException e) {
                        reopen();
                    }
                }
            });
        }

        private void reopen() throws IOException {
            boolean interrupted = Thread.interrupted();
            opening.lock();
            try {
                if (closed) {
                    throw new IOException(path + ": closed");
                }
                if (!channel.isOpen()) {
                    channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                }
            } finally {
                opening.unlock();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public ByteBuffer view() {
            return view;
        }

        @Override
        public void close() throws IOException {
            opening.lock();
            try {
                closed = true;
                channel.close();
            } finally {
                opening.unlock();
            }
        }
    }
}
