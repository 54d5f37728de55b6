package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.event.Envelope;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads events to be recorded, an envelope a line; empty lines and a byte order mark are passed over. What is
 * compressed by gzip is seen by its first bytes. For one thread.
 */
final class EventLines implements AutoCloseable {
    /** Longest line: the largest event that any store takes, in base64, with room to spare. */
    static final int LINE_BYTES_MAX = 64 << 20;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;
    private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(UTF_8);

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final int lineBytesMax;
    private int from;
    private int to;
    private long number;

    private EventLines(InputStream in, int lineBytesMax) {
        this.in = in;
        this.lineBytesMax = lineBytesMax;
    }

    static EventLines of(InputStream raw) throws IOException {
        return of(raw, LINE_BYTES_MAX);
    }

    static EventLines of(InputStream raw, int lineBytesMax) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, BUFFER_BYTES);
        in.mark(2);
        boolean isGzip = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
        in.reset();
        return new EventLines(isGzip ? new GzipInput(in) : in, lineBytesMax);
    }

    /**
     * An event of the input.
     *
     * @param number of its line, from 1
     * @param stream where it belongs
     * @param event what it is
     */
    record Line(long number, StreamName stream, NewEvent event) {}

    /** A line that could not be imported, and why. */
    static final class BadLine extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final long number;

        BadLine(long number, String reason, @Nullable Throwable cause) {
            super("line " + number + ": " + reason, cause);
            this.number = number;
        }

        long number() {
            return number;
        }
    }

    /**
     * The next event, or null at the end.
     *
     * @throws BadLine if the line is no event that can be imported, or the input breaks off there
     */
    @Nullable
    Line next() {
        byte[] line = nextBytes();
        if (line == null) {
            return null;
        }
        try {
            Envelope.Proposal proposal = Envelope.decodeProposal(line);
            StreamName stream = proposal.stream().orElseThrow(() -> {
                return new IllegalArgumentException("stream_id: missing (expected: the stream that the event is of)");
            });
            if (!hasId(line, proposal.event().id())) {
                throw new IllegalArgumentException(
                        "event_id: missing (expected: a UUID, by which a second import knows the event)");
            }
            return new Line(number, stream, proposal.event());
        } catch (IllegalArgumentException e) {
            throw new BadLine(number, OneLineErrors.text(e), e);
        }
    }

    /** Number of the last line that was read. */
    long number() {
        return number;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** An id that stands in the line comes out whenever it is decoded; one that was made up comes out once. */
    private static boolean hasId(byte[] line, UUID id) {
        return new String(line, US_ASCII).toLowerCase(Locale.ROOT).contains(id.toString())
                || Envelope.decodeProposal(line).event().id().equals(id);
    }

    private byte @Nullable [] nextBytes() {
        try {
            byte[] line;
            do {
                number++;
                line = lineBytes();
                if (number == 1 && line != null && startsWithByteOrderMark(line)) {
                    line = Arrays.copyOfRange(line, BYTE_ORDER_MARK.length, line.length);
                }
            } while (line != null && isBlank(line));
            number -= line == null ? 1 : 0;
            return line;
        } catch (IOException e) {
            throw new BadLine(number, "cannot be read: " + OneLineErrors.text(e), e);
        }
    }

    private byte @Nullable [] lineBytes() throws IOException {
        ByteArrayOutputStream line = null;
        while (true) {
            if (from == to) {
                from = 0;
                to = Math.max(0, in.read(buffer, 0, buffer.length));
                if (to == 0) {
                    return line == null ? null : line.toByteArray();
                }
            }
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            line = line == null ? new ByteArrayOutputStream(end - from) : line;
            if (line.size() + end - from > lineBytesMax) {
                throw new BadLine(number, "longer than " + lineBytesMax + " bytes (expected: one event)", null);
            }
            line.write(buffer, from, end - from);
            from = Math.min(end + 1, to);
            if (end < to) {
                return line.toByteArray();
            }
        }
    }

    private static boolean startsWithByteOrderMark(byte[] line) {
        int length = Math.min(line.length, BYTE_ORDER_MARK.length);
        return Arrays.equals(line, 0, length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
