package dev.indelible.tck;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.FileKeyRing;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.MasterKeys;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeyRingTest implements DurableKeyRingContract {
    private static final Subject SUBJECT = Subject.of("customer:1");

    @TempDir
    private Path directory;

    private KeyRing keys;

    @BeforeEach
    void openIt() {
        keys = open(MasterKeys.of(DurableKeyRingContract.masterKey(1)));
    }

    @Override
    public KeyRing keys() {
        return keys;
    }

    @Override
    public KeyRing open(MasterKeys masterKeys) {
        return FileKeyRing.open(directory.resolve("keys"), masterKeys);
    }

    @Test
    void all_is_for_its_owner_alone_and_no_name_shows_a_subject() throws IOException {
        keys.keyOf(Subject.of("customer:../../escape"));
        keys.shred(SUBJECT);
        assertThat(permissions(directory.resolve("keys"))).isEqualTo("rwx------");
        List<Path> files = files();
        assertThat(files).hasSize(3);
        for (Path file : files) {
            assertThat(permissions(file)).isEqualTo("rw-------");
            assertThat(file.getFileName().toString()).matches("lock|[0-9a-f]{64}\\.json");
        }
        assertThat(directory.resolve("escape")).doesNotExist();
    }

    @Test
    void neither_the_data_key_nor_what_is_left_after_shredding_can_be_found_in_the_file() throws IOException {
        byte[] key = keys.keyOf(SUBJECT).toBytes();
        Path file = keyFile();
        assertThat(Files.readString(file)).contains("\"subject\":\"customer:1\"", "\"wrapped_key\":\"");
        String content = new String(Files.readAllBytes(file), ISO_8859_1);
        assertThat(content)
                .doesNotContain(new String(key, ISO_8859_1))
                .doesNotContain(Base64.getEncoder().encodeToString(key).substring(0, 40));
        String wrapped = Files.readString(file).replaceAll("(?s).*\"wrapped_key\":\"([^\"]*)\".*", "$1");
        keys.shred(SUBJECT);
        assertThat(Files.readString(file))
                .contains("\"shredded_at\":\"")
                .doesNotContain("wrapped_key", wrapped.substring(0, 8), wrapped.substring(wrapped.length() - 8));
    }

    @Test
    void a_subject_whose_file_is_damaged_can_be_forgotten() throws IOException {
        keys.keyOf(SUBJECT);
        Files.writeString(keyFile(), "damaged");
        Tombstone tombstone = keys.shred(SUBJECT);
        assertThat(keys.shred(SUBJECT)).isEqualTo(tombstone);
        assertThat(keys.find(SUBJECT, 1)).isEmpty();
        assertThatExceptionOfType(SubjectShredded.class).isThrownBy(() -> keys.keyOf(SUBJECT));
        keys.readmit(SUBJECT);
        assertThat(keys.keyOf(SUBJECT).generation()).isGreaterThan(tombstone.generation());
        assertThat(keys.find(SUBJECT, 1)).isEmpty();
    }

    @Test
    void a_file_that_was_cut_off_or_changed_is_damage_and_not_a_new_or_a_forgotten_subject() throws IOException {
        keys.keyOf(SUBJECT);
        Path file = keyFile();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int bytes = length;
            assertThatExceptionOfType(Corrupted.class)
                    .as("%d bytes", bytes)
                    .isThrownBy(() -> keys.keyOf(SUBJECT))
                    .withMessageContaining(file.toString());
            assertThatExceptionOfType(Corrupted.class).isThrownBy(() -> keys.find(SUBJECT, 1));
        }
        String text = new String(whole, UTF_8);
        for (String[] change : new String[][] {
            {"customer:1", "customer:2"},
            {"\"generation\":1", "\"generation\":2"},
            {"\"generation\":1", "\"generation\":0"},
            {"\"wrapped_key\":\"", "\"wrapped_key\":\"AAAA"}
        }) {
            Files.writeString(file, text.replace(change[0], change[1]));
            assertThatExceptionOfType(Corrupted.class)
                    .as(change[1])
                    .isThrownBy(() -> keys.keyOf(SUBJECT))
                    .withMessageNotContaining("AAAA");
        }
        Files.write(file, whole);
        assertThat(keys.find(SUBJECT, 1)).isPresent();
    }

    @Test
    void what_a_killed_process_left_behind_is_written_over_and_taken_away() throws IOException {
        Path left = directory.resolve("keys").resolve("temporary");
        Files.writeString(left, "half a key");
        keys.keyOf(SUBJECT);
        assertThat(left).doesNotExist();
        assertThat(keys.keyOf(SUBJECT)).isEqualTo(elsewhere().keyOf(SUBJECT));
    }

    @Test
    void processes_that_race_for_first_keys_get_the_same_ones() throws Exception {
        List<List<String>> answers = new ArrayList<>();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(i));
        }
        for (Process process : processes) {
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(printed).isZero();
            answers.add(printed.lines().toList());
        }
        assertThat(answers.get(0)).hasSize(Racer.SUBJECTS);
        assertThat(Set.copyOf(answers)).hasSize(1);
        assertThat(Racer.answers(keys)).isEqualTo(answers.get(0));
    }

    @Test
    void a_process_that_is_killed_at_any_moment_leaves_whole_keys_behind() throws Exception {
        for (int round = 0; round < 5; round++) {
            Process process = start(round);
            awaitFiles(round * 8 + 2);
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            List<String> answers = Racer.answers(keys);
            assertThat(answers).doesNotHaveDuplicates().isEqualTo(Racer.answers(elsewhere()));
        }
        keys.shred(SUBJECT);
        assertThatExceptionOfType(SubjectShredded.class)
                .isThrownBy(() -> elsewhere().keyOf(SUBJECT));
    }

    /** A process of its own that asks for many keys. */
    static final class Racer {
        static final int SUBJECTS = 60;
        static final String VARIABLE = "INDELIBLE_MASTER_KEY";

        private Racer() {}

        public static void main(String[] args) {
            MasterKeys masterKeys = MasterKeys.fromEnvironment(VARIABLE);
            answers(FileKeyRing.open(Path.of(args[0]), masterKeys)).forEach(System.out::println);
        }

        static List<String> answers(KeyRing keys) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < SUBJECTS; i++) {
                DataKey key = keys.keyOf(new Subject("racer", "" + i));
                answers.add(i + " " + Arrays.hashCode(key.toBytes()));
            }
            return answers;
        }
    }

    private Process start(int number) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Racer.class.getName(),
                        directory.resolve("keys").toString())
                .redirectError(directory.resolve("error-" + number).toFile());
        builder.environment().put(Racer.VARIABLE, text(1) + ", " + text(2));
        return builder.start();
    }

    private static String text(int number) {
        return Base64.getEncoder().encodeToString(DurableKeyRingContract.masterKey(number));
    }

    private void awaitFiles(int count) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (files().size() < count && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(files()).hasSizeGreaterThanOrEqualTo(count);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("keys"))) {
            return files.collect(Collectors.toList());
        }
    }

    private Path keyFile() throws IOException {
        return files().stream()
                .filter(file -> file.toString().endsWith(".json"))
                .findFirst()
                .orElseThrow();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
