package dev.indelible.cli;

import static dev.indelible.event.ExpectedVersion.any;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.blob.BlobHash;
import dev.indelible.blob.BlobReference;
import dev.indelible.blob.BlobStore;
import dev.indelible.blob.ClaimCheck;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Payload.Format;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Journal;
import dev.indelible.server.IndelibleServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BlobsVerifyTest {
    @TempDir
    private Path directory;

    private String url;
    private Path blobs;
    private String blobsUrl;

    @BeforeEach
    void fill_a_store() {
        url = "embedded:" + directory.resolve("data");
        blobs = directory.resolve("blobs");
        blobsUrl = "file:" + blobs;
        try (EventStore store = EventStore.on(ClaimCheck.on(Journal.open(url), BlobStore.open(blobsUrl)))) {
            for (int i = 1; i <= 5; i++) {
                store.append(
                        StreamName.of("Scan-" + i % 2),
                        any(),
                        NewEvent.json("Noted", "{}"),
                        NewEvent.of("Scanned", data(i)),
                        NewEvent.of("Scanned", data(5)));
            }
        }
    }

    @Test
    void when_all_blobs_are_whole_it_counts_them_and_ends_well() {
        assertThat(verify(url)).isEqualTo(new Cli.Result(0, "15 events, 10 references, 0 missing, 0 damaged\n", ""));
    }

    @Test
    void each_reference_to_a_blob_that_is_missing_or_damaged_is_a_line_and_it_ends_with_1() throws IOException {
        Path missing = file(1);
        Path truncated = file(2);
        Path flipped = file(3);
        Files.delete(missing);
        Files.write(truncated, data(2).text().substring(0, 70_000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        byte[] bytes = Files.readAllBytes(flipped);
        bytes[50_000] ^= 4;
        Files.write(flipped, bytes);
        try (EventStore store = EventStore.open(url);
                BlobStore all = BlobStore.open(blobsUrl)) {
            String hash = all.put(new byte[] {1, 2});
            store.append(
                    StreamName.of("Scan-9"),
                    any(),
                    NewEvent.of("Scanned", new BlobReference(hash, 3, Format.BINARY).toPayload()));
        }

        Cli.Result result = verify(url);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).isEmpty();
        assertThat(result.lines())
                .containsExactly(
                        "stream Scan-1, version 2, position 2: blob " + hash(1) + ": missing in " + blobs,
                        "stream Scan-0, version 2, position 5: blob " + hash(2) + ": damaged in " + truncated
                                + ": 70000 bytes of another hash",
                        "stream Scan-1, version 5, position 8: blob " + hash(3) + ": damaged in " + flipped
                                + ": 90003 bytes of another hash",
                        "stream Scan-9, version 1, position 16: blob " + BlobHash.of(new byte[] {1, 2})
                                + ": 2 bytes in " + blobs + " (expected: 3, by the event that refers to it)",
                        "16 events, 11 references, 1 missing, 3 damaged");
    }

    @Test
    void a_store_that_is_being_served_is_read_through_its_server() throws IOException {
        Files.delete(file(5));
        try (EventStore store = EventStore.open(url);
                IndelibleServer server = IndelibleServer.start(store, "127.0.0.1", 0)) {
            Cli.Result result = verify("http://127.0.0.1:" + server.port());
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.lines()).hasSize(7).last().isEqualTo("15 events, 10 references, 6 missing, 0 damaged");
        }
    }

    @Test
    void a_blob_store_that_cannot_be_read_is_an_error_and_no_finding() throws IOException {
        Files.delete(file(1));
        Files.createDirectory(file(1));
        Cli.Result result = verify(url);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("indelible: blobs in " + blobs + ": cannot read blob " + hash(1));
    }

    @Test
    void urls_that_are_not_understood_are_named() {
        Cli.Result result = Cli.run("blobs", "verify", url, "floppy:a");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("indelible: blob URL: no store for \"floppy\"")
                .contains("file:./blobs, s3://");
        assertThat(Cli.run("blobs", "verify", url).exitCode()).isEqualTo(2);
    }

    @Test
    void it_has_help_and_so_has_its_family() {
        Cli.Result help = Cli.run("blobs", "verify", "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .startsWith("Usage: indelible blobs verify ")
                .contains("Examples:\n  indelible blobs verify");
        assertThat(help.lines()).allMatch(line -> line.length() <= 100);
        assertThat(Cli.run("blobs")).isEqualTo(Cli.run("blobs", "--help"));
    }

    private Cli.Result verify(String journal) {
        return Cli.run("blobs", "verify", journal, blobsUrl);
    }

    private Path file(int number) {
        return blobs.resolve(BlobHash.path(hash(number)));
    }

    private static String hash(int number) {
        return BlobHash.of(data(number).toBytes());
    }

    private static Payload data(int number) {
        return Payload.json("\"" + Integer.toString(number).repeat(90_001) + "\"");
    }
}
