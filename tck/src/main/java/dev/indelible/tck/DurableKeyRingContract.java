package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.MasterKeys;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a key ring promises in addition that outlives its process, with keys wrapped under master keys. */
public interface DurableKeyRingContract extends KeyRingContract {
    /** A master key of the tests; they differ by their number. */
    static byte[] masterKey(int number) {
        byte[] key = new byte[MasterKeys.BYTES];
        Arrays.fill(key, (byte) number);
        return key;
    }

    /** The ring under test is wrapped under {@code masterKey(1)}; this opens it with others. */
    KeyRing open(MasterKeys masterKeys);

    @Override
    default KeyRing elsewhere() {
        return open(MasterKeys.of(masterKey(1)));
    }

    /** Neither keys nor tombstones are lost by a restart. */
    @Test
    default void keys_and_tombstones_are_there_after_a_restart() {
        Subject kept = Subject.of("customer:1");
        Subject shredded = Subject.of("customer:2");
        Subject returned = Subject.of("customer:3");
        DataKey key = keys().keyOf(kept);
        keys().keyOf(shredded);
        Tombstone tombstone = keys().shred(shredded);
        keys().shred(returned);
        keys().readmit(returned);
        DataKey second = keys().keyOf(returned);
        keys().close();
        try (KeyRing reopened = open(MasterKeys.of(masterKey(1)))) {
            assertThat(reopened.find(kept, 1)).contains(key);
            assertThat(reopened.tombstone(shredded)).contains(tombstone);
            assertThat(reopened.find(shredded, 1)).isEmpty();
            assertThatExceptionOfType(SubjectShredded.class).isThrownBy(() -> reopened.keyOf(shredded));
            assertThat(reopened.find(returned, 1)).isEmpty();
            assertThat(reopened.keyOf(returned)).isEqualTo(second);
        }
    }

    /** An older master key can be thrown away after the rotation, and not before. */
    @Test
    default void rotation_keeps_all_keys_and_needs_the_older_master_key_no_more() {
        List<Subject> subjects = new ArrayList<>();
        List<DataKey> made = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            subjects.add(new Subject("customer", "" + i));
            made.add(keys().keyOf(subjects.get(i)));
        }
        Subject shredded = Subject.of("customer:shredded");
        keys().keyOf(shredded);
        keys().shred(shredded);
        try (KeyRing both = open(MasterKeys.of(masterKey(2), masterKey(1)))) {
            DataKey newest = both.keyOf(Subject.of("customer:new"));
            assertThat(both.rotate()).isEqualTo(20);
            assertThat(both.rotate()).isZero();
            for (int i = 0; i < 20; i++) {
                assertThat(both.find(subjects.get(i), 1)).contains(made.get(i));
            }
            assertThat(both.find(Subject.of("customer:new"), 1)).contains(newest);
        }
        try (KeyRing after = open(MasterKeys.of(masterKey(2)))) {
            for (int i = 0; i < 20; i++) {
                assertThat(after.keyOf(subjects.get(i))).isEqualTo(made.get(i));
            }
            assertThat(after.find(shredded, 1)).isEmpty();
        }
    }

    /** What is shredded while keys are wrapped anew stays shredded. */
    @Test
    default void rotation_brings_no_destroyed_key_back() {
        List<Subject> subjects = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            subjects.add(new Subject("customer", "" + i));
            keys().keyOf(subjects.get(i));
        }
        try (KeyRing both = open(MasterKeys.of(masterKey(2), masterKey(1)))) {
            Racers.race(2, racer -> () -> {
                if (racer == 0) {
                    return both.rotate();
                }
                subjects.forEach(keys()::shred);
                return 0;
            });
            for (Subject subject : subjects) {
                assertThat(both.find(subject, 1)).isEmpty();
                assertThat(both.tombstone(subject)).isPresent();
            }
        }
    }

    /** Without the right master key there is no key, and the error says which one is missing. */
    @Test
    default void another_master_key_opens_nothing_and_the_missing_one_is_named() {
        Subject subject = Subject.of("customer:1");
        DataKey key = keys().keyOf(subject);
        String id = MasterKeys.of(masterKey(1)).currentId();
        try (KeyRing wrong = open(MasterKeys.of(masterKey(3)))) {
            assertThatExceptionOfType(Unsupported.class)
                    .isThrownBy(() -> wrong.find(subject, 1))
                    .withMessageContaining("customer:1")
                    .withMessageContaining(id);
            assertThatExceptionOfType(Unsupported.class).isThrownBy(() -> wrong.keyOf(subject));
            assertThatExceptionOfType(Unsupported.class).isThrownBy(wrong::rotate);
            assertThatExceptionOfType(Corrupted.class).isThrownBy(() -> wrong.find(Subject.of("customer:2"), 1));
        }
        assertThat(keys().find(subject, 1)).contains(key);
        try (KeyRing wrong = open(MasterKeys.of(masterKey(3)))) {
            wrong.shred(subject);
        }
        assertThat(elsewhere().find(subject, 1))
                .as("to forget needs no master key")
                .isEmpty();
    }
}
