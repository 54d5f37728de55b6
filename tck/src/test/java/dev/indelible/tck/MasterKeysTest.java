package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.MasterKeys;
import dev.indelible.personal.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeysTest {
    private static final Subject SUBJECT = Subject.of("customer:1");
    private static final String ONE = text(1);
    private static final String TWO = text(2);

    @TempDir
    private Path directory;

    @Test
    void a_wrapped_key_opens_for_its_subject_and_generation_alone() {
        MasterKeys keys = MasterKeys.of(DurableKeyRingContract.masterKey(1));
        DataKey key = DataKey.random(3);
        MasterKeys.Wrapped wrapped = keys.wrap(SUBJECT, key);
        assertThat(keys.unwrap(SUBJECT, 3, wrapped)).isEqualTo(key);
        assertThatExceptionOfType(Corrupted.class).isThrownBy(() -> keys.unwrap(SUBJECT, 2, wrapped));
        assertThatExceptionOfType(Corrupted.class)
                .isThrownBy(() -> keys.unwrap(Subject.of("customer:2"), 3, wrapped))
                .withMessageContaining("customer:2");
        for (int bit = 0; bit < wrapped.bytes().length * 8; bit++) {
            byte[] flipped = wrapped.bytes().clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            MasterKeys.Wrapped damaged = new MasterKeys.Wrapped(wrapped.masterKey(), flipped);
            assertThatExceptionOfType(Corrupted.class)
                    .as("bit %d", bit)
                    .isThrownBy(() -> keys.unwrap(SUBJECT, 3, damaged));
        }
        assertThatExceptionOfType(Corrupted.class)
                .isThrownBy(() -> keys.unwrap(SUBJECT, 3, new MasterKeys.Wrapped(wrapped.masterKey(), new byte[5])));
    }

    @Test
    void the_first_key_of_a_file_wraps_and_the_others_still_open() throws IOException {
        Path file = Files.writeString(directory.resolve("keys"), "\n" + ONE + "\n");
        MasterKeys before = MasterKeys.fromFile(file);
        MasterKeys.Wrapped wrapped = before.wrap(SUBJECT, DataKey.random(1));
        Files.writeString(file, TWO + "\r\n  " + ONE);
        MasterKeys both = MasterKeys.fromFile(file);
        assertThat(both.currentId()).isNotEqualTo(before.currentId()).matches("[0-9a-f]{8}");
        assertThat(both.unwrap(SUBJECT, 1, wrapped)).isEqualTo(before.unwrap(SUBJECT, 1, wrapped));
        assertThat(both.wrap(SUBJECT, DataKey.random(1)).masterKey()).isEqualTo(both.currentId());
        Files.writeString(file, TWO);
        assertThatExceptionOfType(Unsupported.class)
                .isThrownBy(() -> MasterKeys.fromFile(file).unwrap(SUBJECT, 1, wrapped))
                .withMessage("key of customer:1: it is wrapped under the master key %s (expected: one of [%s])"
                        .formatted(before.currentId(), both.currentId()));
    }

    @Test
    void faults_are_named_and_never_a_key() throws IOException {
        refused("", "none (expected: 32 bytes in Base64)");
        refused(Base64.getEncoder().encodeToString(new byte[31]), "key 1 has 31 bytes (expected: 32)");
        refused(ONE + "\n" + ONE.substring(1) + "?", "key 2 is not Base64");
        refused(ONE + "\n" + TWO + "\n" + ONE, "key 3, ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MasterKeys.fromFile(directory.resolve("nowhere")))
                .withMessageContaining("nowhere cannot be read");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MasterKeys.fromEnvironment("INDELIBLE_MASTER_KEY_OF_NOBODY"))
                .withMessageContaining("INDELIBLE_MASTER_KEY_OF_NOBODY");
    }

    private void refused(String content, String message) throws IOException {
        Path file = Files.writeString(directory.resolve("keys"), content);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MasterKeys.fromFile(file))
                .withMessageContaining(message)
                .withMessageContaining(file.toString())
                .withMessageNotContaining(ONE.substring(1, 20))
                .withNoCause();
    }

    @Test
    void nothing_prints_a_key() {
        MasterKeys keys = MasterKeys.of(DurableKeyRingContract.masterKey(1), DurableKeyRingContract.masterKey(2));
        assertThat(keys)
                .hasToString("master keys [" + keys.currentId() + ", "
                        + MasterKeys.of(DurableKeyRingContract.masterKey(2)).currentId() + "]");
        assertThat(DataKey.random(2)).hasToString("data key of generation 2");
        assertThat(keys.wrap(SUBJECT, DataKey.random(1)).toString())
                .doesNotContain(Base64.getEncoder().encodeToString(new byte[3]));
    }

    private static String text(int number) {
        return Base64.getEncoder().encodeToString(DurableKeyRingContract.masterKey(number));
    }
}
