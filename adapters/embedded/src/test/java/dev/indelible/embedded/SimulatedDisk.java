package dev.indelible.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A disk in memory with a cache that forgets: what was written but not forced survives a power cut sector by sector, as
 * chance has it. As on Linux, a force that fails leaves the written bytes readable and regards them as clean, so that a
 * later force does not bring them to the medium.
 */
final class SimulatedDisk implements Disk {
    private static final int SECTOR = 512;

    private final List<SimulatedFile> files = new ArrayList<>();
    private long bytesUntilFull = Long.MAX_VALUE;
    private int forcesUntilFailure = Integer.MAX_VALUE;
    private boolean outOfMemory;

    /** From now on only so many bytes can be written. */
    synchronized void fillUpAfter(long bytes) {
        bytesUntilFull = bytes;
    }

    /** The force of that number from now on fails, and only that one; filling with zeros does not count. */
    synchronized void failForce(int number) {
        forcesUntilFailure = number;
    }

    /** From now on each write ends in an error of the machine. */
    synchronized void runOutOfMemory() {
        outOfMemory = true;
    }

    /** The disk after a power cut at this moment; this one stays as it is. */
    synchronized SimulatedDisk afterPowerCut(RandomGenerator random) {
        SimulatedDisk after = new SimulatedDisk();
        for (SimulatedFile file : files) {
            SimulatedFile copy = after.new SimulatedFile(file.medium.length);
            System.arraycopy(file.medium, 0, copy.medium, 0, file.medium.length);
            for (int sector : file.dirty) {
                if (random.nextBoolean()) {
                    System.arraycopy(file.cache, sector * SECTOR, copy.medium, sector * SECTOR, SECTOR);
                }
            }
            System.arraycopy(copy.medium, 0, copy.cache, 0, copy.medium.length);
            after.files.add(copy);
        }
        return after;
    }

    @Override
    public synchronized int segments() {
        return files.size();
    }

    @Override
    public synchronized File segment(int number, int bytes) {
        if (number == files.size()) {
            files.add(new SimulatedFile(bytes));
        }
        return files.get(number);
    }

    @Override
    public void close() {}

    private final class SimulatedFile implements File {
        private final byte[] medium;
        private final byte[] cache;
        private final TreeSet<Integer> dirty = new TreeSet<>();

        SimulatedFile(int bytes) {
            medium = new byte[bytes];
            cache = new byte[bytes];
        }

        /** A power cut can fall between the two. */
        @Override
        public void writeForced(ByteBuffer source, long offset) throws IOException {
            boolean isData = hasData(source);
            write(source, offset);
            force(isData);
        }

        private static boolean hasData(ByteBuffer source) {
            for (int i = source.position(); i < source.limit(); i++) {
                if (source.get(i) != 0) {
                    return true;
                }
            }
            return false;
        }

        private void write(ByteBuffer source, long offset) throws IOException {
            synchronized (SimulatedDisk.this) {
                if (outOfMemory) {
                    throw new OutOfMemoryError("simulated");
                }
                int asked = source.remaining();
                int length = (int) Math.min(asked, bytesUntilFull);
                source.get(cache, (int) offset, length);
                for (long sector = offset / SECTOR; sector * SECTOR < offset + length; sector++) {
                    dirty.add((int) sector);
                }
                bytesUntilFull -= bytesUntilFull == Long.MAX_VALUE ? 0 : length;
                if (length < asked) {
                    throw new IOException("No space left on device");
                }
            }
        }

        private void force(boolean counts) throws IOException {
            synchronized (SimulatedDisk.this) {
                if (counts && --forcesUntilFailure == 0) {
                    forcesUntilFailure = Integer.MAX_VALUE;
                    dirty.clear();
                    throw new IOException("Input/output error");
                }
                for (int sector : dirty) {
                    System.arraycopy(cache, sector * SECTOR, medium, sector * SECTOR, SECTOR);
                }
                dirty.clear();
            }
        }

        @Override
        public ByteBuffer view() {
            return ByteBuffer.wrap(cache).asReadOnlyBuffer();
        }

        @Override
        public void close() {}
    }
}
