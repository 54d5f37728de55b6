package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is left of a log after a crash: whatever the last write left behind, all before it is there and nothing else.
 */
class TornTailTest {
    @TempDir
    Path directory;

    @Test
    void a_log_cut_at_any_byte_of_its_tail_opens_with_every_frame_before_the_cut() throws IOException {
        Path full = directory.resolve("full");
        long tailFrom;
        long tailTo;
        try (EventStore store = Stores.open(full)) {
            Stores.fill(store, 20);
            tailFrom = endOf(full);
            store.append(StreamName.of("Order-last"), ExpectedVersion.any(), Stores.event(1), Stores.event(2));
            tailTo = endOf(full);
        }
        assertThat(tailTo - tailFrom).isGreaterThan(100);
        byte[] log = Files.readAllBytes(segment(full, 0));
        for (long cut = tailFrom; cut <= tailTo; cut++) {
            Path torn = directory.resolve("torn-" + cut);
            Stores.copy(full, torn, "index");
            byte[] rest = log.clone();
            Arrays.fill(rest, (int) cut, rest.length, (byte) 0);
            Files.write(segment(torn, 0), rest);
            try (EventStore store = Stores.open(torn)) {
                boolean lastByteIsPadding = cut > tailTo - 8 && isZero(log, cut, tailTo);
                assertThat(Stores.whole(store)).hasSize(lastByteIsPadding || cut == tailTo ? 22 : 20);
                store.append(StreamName.of("Order-more"), ExpectedVersion.noStream(), Stores.event(3));
            }
            try (EventStore store = Stores.open(torn)) {
                assertThat(store.version(StreamName.of("Order-more"))).isEqualTo(1);
            }
        }
    }

    @Test
    void a_shortened_segment_is_corruption_and_stays_as_it_is() throws IOException {
        Path full = directory.resolve("full");
        try (EventStore store = Stores.open(full)) {
            Stores.fill(store, 20);
        }
        byte[] log = Files.readAllBytes(segment(full, 0));
        for (int length : new int[] {1, 1_000, log.length - 1}) {
            for (String without : new String[] {"index", "nothing"}) {
                Path cut = directory.resolve("cut-" + length + without);
                Stores.copy(full, cut, without);
                Files.write(segment(cut, 0), Arrays.copyOf(log, length));
                assertThatThrownBy(() -> Stores.open(cut).close())
                        .isInstanceOf(Corrupted.class)
                        .hasMessageContaining("00000000.log, offset " + length);
                assertThat(Files.size(segment(cut, 0))).isEqualTo(length);
            }
        }
    }

    @Test
    void rubbish_behind_the_last_frame_is_cut_off() throws IOException {
        Random random = new Random(42);
        Path full = directory.resolve("full");
        long end;
        try (EventStore store = Stores.open(full)) {
            Stores.fill(store, 10);
            end = endOf(full);
        }
        for (int round = 0; round < 50; round++) {
            Path torn = directory.resolve("torn-" + round);
            Stores.copy(full, torn, round % 2 == 0 ? "index" : "nothing");
            byte[] log = Files.readAllBytes(segment(torn, 0));
            byte[] rubbish = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(rubbish);
            System.arraycopy(rubbish, 0, log, (int) end + random.nextInt(64), rubbish.length);
            Files.write(segment(torn, 0), log);
            try (EventStore store = Stores.open(torn)) {
                assertThat(Stores.whole(store)).hasSize(10);
                Stores.fill(store, 10);
                assertThat(Stores.whole(store)).hasSize(20);
            }
        }
    }

    @Test
    void any_flipped_bit_of_what_was_recorded_is_corruption_with_file_and_offset() throws IOException {
        Path full = directory.resolve("full");
        long end;
        List<RecordedEvent> recorded;
        try (EventStore store = Stores.open(full)) {
            Stores.fill(store, 30);
            recorded = Stores.whole(store);
            end = endOf(full);
        }
        byte[] log = Files.readAllBytes(segment(full, 0));
        Random random = new Random(7);
        for (int round = 0; round < 150; round++) {
            Path damaged = directory.resolve("damaged-" + round);
            Stores.copy(full, damaged);
            byte[] flipped = log.clone();
            int at = random.nextInt((int) end);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(segment(damaged, 0), flipped);
            if (isPadding(log, at, (int) end)) {
                continue;
            }
            assertThatThrownBy(() -> {
                        try (EventStore store = Stores.open(damaged)) {
                            assertThat(store.read(EventQuery.all()).toList()).isEqualTo(recorded);
                        }
                    })
                    .as("bit flipped in byte %d", at)
                    .isInstanceOf(Corrupted.class)
                    .hasMessageContaining("00000000.log, offset ");
        }
    }

    @Test
    void a_damaged_frame_before_a_later_write_is_never_cut_off_even_without_the_index() throws IOException {
        Path full = directory.resolve("full");
        long second;
        try (EventStore store = Stores.open(full)) {
            Stores.fill(store, 1);
            second = endOf(full);
            Stores.fill(store, 5);
        }
        byte[] log = Files.readAllBytes(segment(full, 0));
        for (int offset :
                new int[] {Frame.LENGTH + 3, Frame.CRC, Frame.FIRST_POSITION, Frame.COUNT, Frame.HEADER + 60}) {
            Path damaged = directory.resolve("damaged-" + offset);
            Stores.copy(full, damaged, "index");
            byte[] flipped = log.clone();
            flipped[(int) second + offset] ^= 4;
            Files.write(segment(damaged, 0), flipped);
            assertThatThrownBy(() -> Stores.open(damaged).close())
                    .isInstanceOf(Corrupted.class)
                    .hasMessageContaining("00000000.log, offset " + second);
            assertThat(Files.readAllBytes(segment(damaged, 0))).isEqualTo(flipped);
        }
    }

    @Test
    void a_missing_segment_is_an_error_that_names_it() throws IOException {
        Path full = directory.resolve("full");
        try (EventStore store = Stores.open(full)) {
            Stores.fill(store, 1_000);
        }
        assertThat(segment(full, 2)).exists();
        Files.delete(segment(full, 1));
        assertThatThrownBy(() -> Stores.open(full).close()).hasMessageContaining("00000001.log");
    }

    @Test
    void a_segment_of_another_store_is_corruption() throws IOException {
        Path one = directory.resolve("one");
        Path other = directory.resolve("other");
        for (Path path : List.of(one, other)) {
            try (EventStore store = Stores.open(path)) {
                store.append(StreamName.of("Order-1"), ExpectedVersion.any(), NewEvent.json("A", "1"));
            }
        }
        Files.copy(segment(one, 0), segment(other, 0), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> Stores.open(other).close()).isInstanceOf(Corrupted.class);
    }

    static Path segment(Path store, int number) {
        return store.resolve("log").resolve(LocalDisk.fileName(number));
    }

    /** Offset in the first segment behind its last byte that is not zero, up to a frame's boundary. */
    private static long endOf(Path store) throws IOException {
        byte[] log = Files.readAllBytes(segment(store, 0));
        int end = log.length;
        while (end > 0 && log[end - 1] == 0) {
            end--;
        }
        return Frame.padded(end);
    }

    private static boolean isPadding(byte[] log, int at, int end) {
        int frame = 0;
        while (frame < end) {
            int length = ByteBuffer.wrap(log).getInt(frame);
            if (at < frame + length) {
                return false;
            } else if (at < frame + Frame.padded(length)) {
                return true;
            }
            frame += Frame.padded(length);
        }
        return false;
    }

    private static boolean isZero(byte[] log, long from, long to) {
        for (long i = from; i < to; i++) {
            if (log[(int) i] != 0) {
                return false;
            }
        }
        return true;
    }
}
