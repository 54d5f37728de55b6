package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.personal.DataKey;
import dev.indelible.personal.Subject;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyCacheTest {
    private static final Subject SUBJECT = Subject.of("customer:1");

    private final KeyCache cache = new KeyCache(() -> 0);

    @Test
    void what_was_found_before_it_was_forgotten_is_not_remembered_after() {
        Optional<DataKey> key = Optional.of(DataKey.random(1));
        assertThat(cache.find(SUBJECT, 1, () -> {
                    cache.forget(SUBJECT); // Destroyed while it was on its way.
                    return key;
                }))
                .isEqualTo(key);
        assertThat(cache.find(SUBJECT, 1, Optional::empty)).isEmpty();
    }

    @Test
    void generations_are_told_apart_and_absence_is_remembered_too() {
        Optional<DataKey> second = Optional.of(DataKey.random(2));
        assertThat(cache.find(SUBJECT, 1, Optional::empty)).isEmpty();
        assertThat(cache.find(SUBJECT, 2, () -> second)).isEqualTo(second);
        assertThat(cache.find(SUBJECT, 1, () -> second)).isEmpty();
    }

    @Test
    void it_holds_so_many_keys_and_drops_those_that_were_not_used_the_longest() {
        AtomicInteger looks = new AtomicInteger();
        for (int i = 0; i <= KeyCache.ENTRIES_MAX; i++) {
            look("0", looks);
            look("" + i, looks);
        }
        assertThat(looks).hasValue(KeyCache.ENTRIES_MAX + 1);
        look("0", looks);
        look("2", looks);
        assertThat(looks).hasValue(KeyCache.ENTRIES_MAX + 1);
        look("1", looks);
        assertThat(looks).hasValue(KeyCache.ENTRIES_MAX + 2);
    }

    private void look(String id, AtomicInteger looks) {
        cache.find(new Subject("customer", id), 1, () -> {
            looks.incrementAndGet();
            return Optional.empty();
        });
    }
}
