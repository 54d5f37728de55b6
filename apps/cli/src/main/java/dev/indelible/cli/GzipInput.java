package dev.indelible.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * What one or more compressed files (RFC 1952) hold, one after the other. Bytes behind them that are no such file are
 * an error; the JDK's GZIPInputStream takes them for the end, so that half of an input would be lost without a word.
 * For one thread.
 */
final class GzipInput extends InputStream {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private final PushbackInputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int filled;
    private boolean inside;

    GzipInput(InputStream in) {
        this.in = new PushbackInputStream(in, BUFFER_BYTES);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (inside || begin()) {
            int count = inflate(target, offset, length);
            if (count > 0 || length == 0) {
                crc.update(target, offset, count);
                return count;
            } else if (inflater.finished()) {
                end();
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            if (inflater.needsInput()) {
                filled = in.read(buffer);
                if (filled < 0) {
                    throw new EOFException();
                }
                inflater.setInput(buffer, 0, filled);
            }
            return inflater.inflate(target, offset, length);
        } catch (DataFormatException e) {
            throw new ZipException("damaged gzip: " + e.getMessage());
        }
    }

    /** Passes over the header of the next file; false if there is none. */
    private boolean begin() throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        if ((first | in.read() << 8) != MAGIC) {
            throw new ZipException("no gzip where the next compressed file should begin");
        }
        int method = octet();
        int flags = octet();
        number(6);
        if (method != DEFLATE) {
            throw new ZipException("gzip method " + method + " (expected: " + DEFLATE + ")");
        }
        if ((flags & EXTRA) != 0) {
            in.skipNBytes(number(2));
        }
        for (int texts = Integer.bitCount(flags & (NAME | COMMENT)); texts > 0; texts--) {
            while (octet() != 0) {
                // A name or a comment, up to the zero.
            }
        }
        number((flags & HEADER_CRC) != 0 ? 2 : 0);
        inside = true;
        return true;
    }

    private void end() throws IOException {
        in.unread(buffer, filled - inflater.getRemaining(), inflater.getRemaining());
        if (number(4) != crc.getValue() || number(4) != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new ZipException("damaged gzip: its checksum or length is another");
        }
        inflater.reset();
        crc.reset();
        inside = false;
    }

    private long number(int octets) throws IOException {
        long number = 0;
        for (int i = 0; i < octets; i++) {
            number |= (long) octet() << (8 * i);
        }
        return number;
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }
}
