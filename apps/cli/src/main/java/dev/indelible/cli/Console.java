package dev.indelible.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a command reads from and writes to: the streams of its process, or those of a test.
 *
 * @param in standard input
 * @param out standard output; unbuffered
 * @param err standard error, for messages
 * @param inIsTerminal whether a person types what is read
 * @param outIsPipe whether another process reads what is written
 * @param errIsTerminal whether a person sees the messages as they come
 */
record Console(
        InputStream in,
        OutputStream out,
        PrintStream err,
        boolean inIsTerminal,
        boolean outIsPipe,
        boolean errIsTerminal) {
    /** The streams of this process. */
    static Console ofProcess() {
        String in = target(0);
        String out = target(1);
        String err = target(2);
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal(in),
                out.startsWith("pipe:"),
                isTerminal(err));
    }

    /** Other streams; none of them is a terminal. */
    static Console of(InputStream in, OutputStream out, OutputStream err) {
        return new Console(in, out, new PrintStream(err, true, StandardCharsets.UTF_8), false, false, false);
    }

    /** Lines for standard output. */
    LineOutput lines() {
        return new LineOutput(out, outIsPipe);
    }

    /** What the descriptor leads to, by Linux; elsewhere it is not known, and nothing counts as terminal or pipe. */
    private static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean isTerminal(String target) {
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }
}
