package dev.indelible.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobStore;
import dev.indelible.blob.DirectoryBlobStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobStoreTest implements BlobStoreContract {
    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    @TempDir
    private Path directory;

    private Path root;
    private BlobStore blobs;

    @BeforeEach
    void open() {
        root = directory.resolve("a/blobs");
        blobs = BlobStore.open("file:" + root);
    }

    @Override
    public BlobStore blobs() {
        return blobs;
    }

    @Override
    public BlobStore another() {
        return DirectoryBlobStore.open(root);
    }

    @Override
    public void replace(String hash, byte[] bytes) throws IOException {
        Files.write(root.resolve(BlobHash.path(hash)), bytes);
    }

    @Override
    public void remove(String hash) throws IOException {
        Files.delete(root.resolve(BlobHash.path(hash)));
    }

    @Test
    void a_blob_is_a_file_and_nothing_else_is_left() throws IOException {
        String hash = blobs.put(CONTENT);
        blobs.put(CONTENT);
        String digits = hash.substring("sha256:".length());
        assertThat(files()).containsExactly(root.resolve(digits.substring(0, 2)).resolve(digits.substring(2)));
        assertThat(blobs).hasToString(root.toString());
    }

    @Test
    void what_a_crash_left_half_written_is_no_blob() throws IOException {
        String hash = BlobHash.of(CONTENT);
        Path file = root.resolve(BlobHash.path(hash));
        Files.createDirectories(file.getParent());
        Path left = Files.write(file.resolveSibling("0.tmp"), new byte[] {'c'});
        assertThat(blobs.contains(hash)).isFalse();
        blobs.put(CONTENT);
        assertThat(blobs.get(hash)).isEqualTo(CONTENT);
        assertThat(files()).containsExactlyInAnyOrder(file, left);
    }

    @Test
    void several_processes_put_the_same_contents_at_once() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(BlobWriter.start("file:" + root, 0, 150));
            }
            List<String> hashes = IntStream.range(0, 150)
                    .mapToObj(i -> BlobHash.of(BlobWriter.content(i)))
                    .toList();
            for (Process process : processes) {
                assertThat(BlobWriter.output(process)).isEqualTo(hashes);
                assertThat(process.waitFor(Racers.patience().toSeconds(), SECONDS))
                        .isTrue();
                assertThat(process.exitValue()).isZero();
            }
            for (int i = 0; i < hashes.size(); i++) {
                assertThat(blobs.get(hashes.get(i))).isEqualTo(BlobWriter.content(i));
            }
            assertThat(files()).hasSize(150).noneMatch(DirectoryBlobStoreTest::isTemporary);
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    @Test
    void a_killed_process_leaves_whole_blobs_and_all_that_it_had_put() throws Exception {
        for (int round = 0; round < 4; round++) {
            Process process = BlobWriter.start("file:" + root, round * 1_000_000, 1_000_000);
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                List<String> answered = new ArrayList<>();
                for (int i = 0; i < 20 + 7 * round; i++) {
                    answered.add(lines.readLine());
                }
                process.toHandle().destroyForcibly(); // Process.destroyForcibly would close its output.
                assertThat(process.waitFor(Racers.patience().toSeconds(), SECONDS))
                        .isTrue();
                lines.lines()
                        .filter(line -> line.length() == answered.get(0).length())
                        .forEach(answered::add);
                assertThat(answered)
                        .allSatisfy(hash -> assertThat(blobs.get(hash)).isNotEmpty());
            } finally {
                process.destroyForcibly();
            }
            for (Path file : files()) {
                String hash = "sha256:" + file.getParent().getFileName() + file.getFileName();
                assertThat(isTemporary(file) || blobs.get(hash).length > 0).isTrue();
            }
        }
    }

    @Test
    void where_it_cannot_write_it_says_so_and_goes_on_reading() throws IOException {
        String readable = blobs.put(CONTENT);
        byte[] other = new byte[] {1};
        Files.createFile(root.resolve(BlobHash.path(BlobHash.of(other))).getParent());
        assertThatThrownBy(() -> blobs.put(other))
                .isInstanceOf(Unavailable.class)
                .hasMessageStartingWith("blobs in " + root + ": cannot write blob sha256:")
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> blobs.get(BlobHash.of(other)))
                .isInstanceOf(Unavailable.class)
                .hasCauseInstanceOf(IOException.class);
        assertThat(blobs.get(readable)).isEqualTo(CONTENT);
    }

    @Test
    void an_interrupt_while_putting_leaves_nothing_behind_and_stays_known() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> blobs.put(CONTENT)).isInstanceOf(Unavailable.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(files()).isEmpty();
        blobs.put(CONTENT);
        assertThat(blobs.get(BlobHash.of(CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void without_its_directory_it_is_unavailable_and_does_not_call_blobs_missing() throws IOException {
        String hash = blobs.put(CONTENT);
        Path away = Files.move(root, directory.resolve("away"));
        assertThatThrownBy(() -> blobs.get(hash))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("no such");
        assertThatThrownBy(() -> blobs.contains(hash)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> blobs.put(new byte[1])).isInstanceOf(Unavailable.class);
        assertThat(root).doesNotExist();
        Files.move(away, root);
        assertThat(blobs.get(hash)).isEqualTo(CONTENT);
    }

    @Test
    void urls_that_are_not_understood_are_refused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> BlobStore.open("file:" + file)).isInstanceOf(Unavailable.class);
        assertRefused("blobs", "blob URL: \"blobs\" (expected: scheme:place)");
        assertRefused("file:", "(expected: file:PATH of a directory)");
        assertRefused("file://host/blobs", "(expected: file:PATH of a directory)");
        assertRefused("file:./blobs?fast=true", "blob URL: option \"fast\" (expected for file: none)");
        assertRefused("file:./blobs?fast", "blob URL: an option without value");
        assertRefused("floppy:a", "blob URL: no store for \"floppy\" on the class path (expected: file:./blobs)");
    }

    private static void assertRefused(String url, String message) {
        assertThatThrownBy(() -> BlobStore.open(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static boolean isTemporary(Path file) {
        return file.toString().endsWith(".tmp");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
