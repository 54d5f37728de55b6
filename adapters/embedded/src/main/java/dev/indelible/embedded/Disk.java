package dev.indelible.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The few things a log asks of a file system; tests put one in its place that fails or loses what was not forced. */
interface Disk extends AutoCloseable {
    /** Number of segment files, which are numbered from 0 without holes. */
    int segments() throws IOException;

    /** Opens the segment of that number, all of it readable; what was never written reads as zero. */
    File segment(int number, int bytes) throws IOException;

    @Override
    void close() throws IOException;

    /** One segment file. */
    interface File extends AutoCloseable {
        /** Writes the remaining bytes at the offset; returns when they are on the medium, also on interrupt. */
        void writeForced(ByteBuffer source, long offset) throws IOException;

        /** The segment's bytes, always as last written. For absolute reads from any thread. */
        ByteBuffer view();

        @Override
        void close() throws IOException;
    }
}
