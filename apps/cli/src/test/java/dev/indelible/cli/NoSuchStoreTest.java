package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mistyped URL is an error of what only reads, and makes no store. */
@Timeout(60)
class NoSuchStoreTest {
    @TempDir
    private Path directory;

    private void assertNoSuchStore(String... arguments) {
        Cli.Result result = Cli.run(arguments);
        assertThat(result).isEqualTo(new Cli.Result(2, "", "indelible: no such store: " + url() + "\n"));
        assertThat(directory).isEmptyDirectory();
    }

    private String url() {
        return "embedded:" + directory.resolve("mistyped");
    }

    @Test
    void commands_that_only_read_do_not_make_it() {
        assertNoSuchStore("read", "--from", url(), "Order-1");
        assertNoSuchStore("export", "--from", url());
        assertNoSuchStore("tail", "--from", url());
        assertNoSuchStore("describe", url());
        assertNoSuchStore("blobs", "verify", url(), "file:" + directory.resolve("blobs"));
        assertNoSuchStore("copy", url(), "memory:");
    }

    @Test
    void commands_that_write_make_it() {
        assertThat(Cli.run("append", "Order-1", "Placed", "--data", "{}", "--to", url())
                        .exitCode())
                .isZero();
        assertThat(Cli.run("read", "--from", url(), "Order-1").lines()).hasSize(1);
    }
}
