package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the script {@code indelible} starts. */
@Timeout(60)
class ScriptsTest {
    private static final Path BIN = Path.of("../../bin").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    @Test
    void a_java_gets_the_options_that_its_version_has() throws Exception {
        String since25 = "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow";

        assertThat(found("25.0.1", "")).isEqualTo(directory.resolve("java") + " " + since25);
        assertThat(found("26-ea", "")).isEqualTo(directory.resolve("java") + " " + since25);
        assertThat(found("21.0.9", "version_of() { echo 21; }"))
                .isEqualTo(directory.resolve("java") + " --enable-native-access=ALL-UNNAMED");
        assertThat(found("24", "version_of() { echo 24; }")).isEqualTo(directory.resolve("java") + " " + since25);
    }

    /** What is found when this is the first Java, and others are what the second text makes of them. */
    private String found(String version, String others) throws IOException, InterruptedException {
        Path java = directory.resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"" + version + "\" 2030-01-01' >&2\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        String script = ". '" + BIN.resolve("find-java") + "'; " + others + "\nfind_java; echo \"$java $java_options\"";
        ProcessBuilder shell = new ProcessBuilder("sh", "-eu", "-c", script);
        shell.environment().put("INDELIBLE_JAVA", java.toString());
        Process process = shell.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
