package dev.indelible.embedded;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unsupported;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Properties;
import java.util.random.RandomGenerator;

/**
 * What must be known before a log can be read: the file {@code store.properties}, written once.
 *
 * @param segmentBytes length of each segment file
 * @param salt what every checksum begins with
 */
record StoreFile(int segmentBytes, byte[] salt) {
    private static final String NAME = "store.properties";
    private static final String FORMAT = "1";
    private static final int SALT_BYTES = 8;

    /** Reads the directory's file, or makes one if there is no log yet. */
    static StoreFile of(Path directory, int segmentBytes, RandomGenerator random) throws IOException {
        Path file = directory.resolve(NAME);
        if (Files.exists(file)) {
            return read(file);
        }
        if (Files.exists(firstSegment(directory))) {
            throw new Corrupted(file + ": missing beside a log (remedy: restore it)", null);
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        StoreFile made = new StoreFile(segmentBytes, salt);
        made.write(directory, file);
        return made;
    }

    /** Whether the directory holds a store, or what is left of one. */
    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(NAME)) || Files.exists(firstSegment(directory));
    }

    private static Path firstSegment(Path directory) {
        return directory.resolve("log").resolve(LocalDisk.fileName(0));
    }

    private static StoreFile read(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        String format = properties.getProperty("format", "");
        if (!format.equals(FORMAT)) {
            throw new Unsupported(file + ": format \"" + format + "\" (expected: " + FORMAT + ")");
        }
        try {
            return new StoreFile(
                    Integer.parseInt(properties.getProperty("segment_bytes", "")),
                    HexFormat.of().parseHex(properties.getProperty("salt", "")));
        } catch (IllegalArgumentException e) {
            throw new Corrupted(file + ": segment_bytes or salt cannot be read (remedy: restore it)", e);
        }
    }

    private void write(Path directory, Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("format", FORMAT);
        properties.setProperty("segment_bytes", Integer.toString(segmentBytes));
        properties.setProperty("salt", HexFormat.of().formatHex(salt));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        properties.store(bytes, "An Indelible store. Written once; the log cannot be read without it.");
        Path fresh = directory.resolve(NAME + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes.toByteArray()));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
