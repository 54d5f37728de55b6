package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/** One of the stores that are measured side by side: each gets the same events, and is as durable as it can be. */
interface Subject extends AutoCloseable {
    /** What the table calls it. */
    String name();

    /** Records the events durably at the end of the stream. For many threads. */
    void append(String stream, NewEvent[] events) throws Exception;

    /** Brings everything that a query needs up to date. */
    void settle() throws Exception;

    /** Reads a stream, every event decoded, and returns their number; or -1 if it cannot. For many threads. */
    long readStream(String stream) throws Exception;

    /** Reads everything in order, every event decoded, and returns their number; or -1 if it cannot. */
    long scan() throws Exception;

    @Override
    void close() throws IOException, SQLException;

    /** Opens one in an empty directory. */
    interface Factory {
        /** The subject, ready. */
        Subject open(Path directory) throws Exception;
    }
}
