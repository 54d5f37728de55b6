package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Lines of UTF-8 on their way to standard output, buffered. For one thread. */
final class LineOutput {
    private static final int BUFFER_BYTES = 1 << 16;

    private final BufferedOutputStream out;
    private final boolean isPipe;

    LineOutput(OutputStream out, boolean isPipe) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.isPipe = isPipe;
    }

    /** Nobody reads the output any more: a reason to stop, and nothing to complain about. */
    static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Closed(IOException cause) {
            super("stdout: closed", cause);
        }
    }

    /** Writes the text and a line end; throws {@link Closed}, or UncheckedIOException if it cannot be written. */
    void line(String text) {
        try {
            out.write(text.getBytes(UTF_8));
            out.write('\n');
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Writes what is in the buffer. */
    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** The system's message may be in the user's language, hence the second look at what kind of output it is. */
    private RuntimeException failure(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (isPipe || message.toLowerCase(Locale.ROOT).contains("pipe")) {
            return new Closed(e);
        }
        return new UncheckedIOException("stdout: " + message, e);
    }
}
