package dev.indelible.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.blob.BlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A process of its own that puts blobs and prints each hash when the store has answered. */
final class BlobWriter {
    private static final int BYTES = 20_000;

    private BlobWriter() {}

    /** Arguments: the store's URL, where the contents begin, how many. */
    public static void main(String[] arguments) {
        int from = Integer.parseInt(arguments[1]);
        try (BlobStore blobs = BlobStore.open(arguments[0])) {
            for (int i = from; i < from + Integer.parseInt(arguments[2]) && !System.out.checkError(); i++) {
                System.out.println(blobs.put(content(i)));
            }
        }
    }

    static byte[] content(int number) {
        byte[] content = new byte[BYTES];
        new Random(number).nextBytes(content);
        return content;
    }

    static Process start(String url, int from, int count) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BlobWriter.class.getName(),
                        url,
                        Integer.toString(from),
                        Integer.toString(count)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static List<String> output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .toList();
    }
}
