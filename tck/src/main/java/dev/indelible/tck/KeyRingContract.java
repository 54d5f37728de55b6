package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every key ring promises. */
public interface KeyRingContract {
    /** An empty one, the same for all calls of one test. */
    KeyRing keys();

    /** The ring as another process sees it, or itself if no other process can. */
    KeyRing elsewhere();

    /** What was sealed can be opened as long as the key is there. */
    @Test
    default void a_subject_has_one_key_for_all_who_ask() {
        Subject subject = Subject.of("customer:größe/../ 42:\"\\");
        DataKey key = keys().keyOf(subject);
        assertThat(key.generation()).isEqualTo(1);
        assertThat(keys().keyOf(subject)).isEqualTo(key);
        assertThat(elsewhere().keyOf(subject)).isEqualTo(key);
        assertThat(keys().find(subject, 1)).contains(key);
        assertThat(elsewhere().find(subject, 1)).contains(key);
        assertThat(keys().tombstone(subject)).isEmpty();
    }

    /** Subjects are told apart by their whole text. */
    @Test
    default void each_subject_has_a_key_of_its_own() {
        Set<DataKey> keys = new HashSet<>();
        for (String text : List.of("customer:1", "customer:2", "Customer:1", "customer:1 ", "user:1", "user:1:1")) {
            keys.add(keys().keyOf(Subject.of(text)));
        }
        assertThat(keys).hasSize(6);
    }

    /** Of two keys one would be lost, and all that was sealed by it. */
    @Test
    default void racers_for_the_first_key_of_a_subject_get_the_same() {
        for (int round = 0; round < 20; round++) {
            Subject subject = new Subject("customer", "" + round);
            Set<DataKey> keys = new HashSet<>(Racers.race(
                    16, racer -> () -> (racer % 2 == 0 ? keys() : elsewhere()).keyOf(subject)));
            assertThat(keys).as("round %d", round).hasSize(1);
            assertThat(keys().find(subject, 1)).isPresent().get().isIn(keys);
        }
    }

    /** Forgotten, and not only hidden: by no way does the key come back. */
    @Test
    default void a_destroyed_key_is_not_found_and_not_made_again() {
        Subject subject = Subject.of("customer:1");
        Subject other = Subject.of("customer:2");
        keys().keyOf(subject);
        DataKey kept = keys().keyOf(other);
        assertThat(keys().find(subject, 1)).isPresent();
        Tombstone tombstone = keys().shred(subject);
        assertThat(tombstone.generation()).isEqualTo(1);
        assertThat(keys().find(subject, 1)).isEmpty();
        assertThat(elsewhere().find(subject, 1)).isEmpty();
        for (KeyRing ring : List.of(keys(), elsewhere())) {
            assertThatExceptionOfType(SubjectShredded.class)
                    .isThrownBy(() -> ring.keyOf(subject))
                    .withMessageContaining("customer:1 was shredded at " + tombstone.shreddedAt())
                    .withMessageContaining("readmit")
                    .matches(shredded -> shredded.subject().equals(subject));
            assertThat(ring.tombstone(subject)).contains(tombstone);
            assertThat(ring.find(other, 1)).contains(kept);
        }
    }

    /** A request to be forgotten may come twice, and from two sides. */
    @Test
    default void shredding_again_changes_nothing_and_answers_as_the_first_time() {
        Subject subject = Subject.of("customer:1");
        keys().keyOf(subject);
        Set<Tombstone> tombstones =
                new HashSet<>(Racers.race(8, racer -> () -> (racer % 2 == 0 ? keys() : elsewhere()).shred(subject)));
        assertThat(tombstones).hasSize(1);
        assertThat(keys().shred(subject)).isIn(tombstones);
    }

    /** Whoever asks to be forgotten may have nothing recorded yet. */
    @Test
    default void a_subject_that_never_had_a_key_is_shredded_as_well() {
        Subject subject = Subject.of("customer:1");
        assertThat(keys().shred(subject).generation()).isEqualTo(1);
        assertThat(keys().find(subject, 1)).isEmpty();
        assertThatExceptionOfType(SubjectShredded.class).isThrownBy(() -> keys().keyOf(subject));
    }

    /** A wrong or an older ring must not look as if everybody had been forgotten. */
    @Test
    default void a_key_that_was_never_made_is_an_error_and_not_forgotten() {
        Subject subject = Subject.of("customer:1");
        assertThatExceptionOfType(Corrupted.class)
                .isThrownBy(() -> keys().find(subject, 1))
                .withMessageContaining("customer:1, generation 1")
                .withMessageContaining("never made");
        keys().keyOf(subject);
        assertThat(keys().find(subject, 1)).isPresent();
        assertThatExceptionOfType(Corrupted.class).isThrownBy(() -> keys().find(subject, 2));
        keys().shred(subject);
        assertThatExceptionOfType(Corrupted.class).isThrownBy(() -> keys().find(subject, 2));
    }

    /** Somebody who comes back begins anew. */
    @Test
    default void who_is_readmitted_gets_another_key_and_the_old_one_stays_absent() {
        Subject subject = Subject.of("customer:1");
        DataKey first = keys().keyOf(subject);
        keys().readmit(subject);
        assertThat(keys().keyOf(subject)).as("not shredded").isEqualTo(first);
        keys().shred(subject);
        Racers.race(4, racer -> () -> {
            (racer % 2 == 0 ? keys() : elsewhere()).readmit(subject);
            return true;
        });
        DataKey second = keys().keyOf(subject);
        assertThat(second.generation()).isEqualTo(2);
        assertThat(second.toBytes()).isNotEqualTo(first.toBytes());
        assertThat(keys().tombstone(subject)).isEmpty();
        assertThat(keys().find(subject, 1)).isEmpty();
        assertThat(keys().find(subject, 2)).contains(second);
        assertThat(keys().shred(subject).generation()).isEqualTo(2);
        assertThat(keys().find(subject, 1)).isEmpty();
        assertThat(keys().find(subject, 2)).isEmpty();
        keys().readmit(Subject.of("customer:2"));
        assertThat(keys().keyOf(Subject.of("customer:2")).generation()).isEqualTo(1);
    }

    /** Whatever happens at once: after the shredding no key is there. */
    @Test
    default void whoever_asks_while_it_is_shredded_gets_the_key_before_or_an_error() {
        for (int round = 0; round < 20; round++) {
            Subject subject = new Subject("customer", "" + round);
            List<DataKey> before = new ArrayList<>();
            if (round % 2 == 0) {
                before.add(keys().keyOf(subject));
            }
            Racers.race(8, racer -> () -> {
                KeyRing ring = racer % 2 == 0 ? keys() : elsewhere();
                if (racer < 2) {
                    return ring.shred(subject);
                }
                try {
                    DataKey key = ring.keyOf(subject);
                    assertThat(key.generation()).isEqualTo(1);
                    assertThat(before.isEmpty() || before.contains(key)).isTrue();
                    return ring.find(subject, 1);
                } catch (SubjectShredded shredded) {
                    return shredded;
                }
            });
            assertThat(keys().find(subject, 1)).as("round %d", round).isEmpty();
            assertThatExceptionOfType(SubjectShredded.class).isThrownBy(() -> keys().keyOf(subject));
            assertThatExceptionOfType(SubjectShredded.class)
                    .isThrownBy(() -> elsewhere().keyOf(subject));
        }
    }
}
