package dev.indelible.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

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
        boolean isNew = !Files.exists(path);
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.size() < bytes) {
                channel.write(ByteBuffer.allocate(1), bytes - 1L);
            }
            MappedByteBuffer view = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
            if (isNew) {
                channel.force(true);
                forceDirectory();
            }
            return new LocalFile(channel, view);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
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

    private record LocalFile(FileChannel channel, MappedByteBuffer view) implements File {
        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            long at = offset;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
