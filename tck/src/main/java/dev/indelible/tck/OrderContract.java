package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.tck.ContractBase.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Promise 4: one order of the whole store, in which nothing is ever found at or below a position that was seen. */
interface OrderContract extends ContractBase {
    @Test
    default void positions_grow_from_append_to_append_and_within() {
        Position last = Position.START;
        for (int i = 0; i < 30; i++) {
            var part = append("Order-" + i % 5, event("A", i), event("B", i))
                    .parts()
                    .get(0);
            assertThat(part.firstPosition()).isGreaterThan(last);
            assertThat(part.lastPosition()).isGreaterThan(part.firstPosition());
            last = part.lastPosition();
        }
        assertThat(all()).extracting(e -> e.position().value()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    default void nothing_new_is_found_behind_a_reader_one_event_at_a_time() {
        List<RecordedEvent> seen = new ArrayList<>();
        Position position = Position.START;
        for (int i = 0; i < 40; i++) {
            append("Order-" + i % 3, event("A", i));
            Events news = store().read(EventQuery.all(), Range.all().after(position));
            seen.addAll(news.toList());
            position = news.asOf();
            assertThat(position).isEqualTo(store().head());
        }
        assertThat(seen).hasSize(40).isEqualTo(all());
    }

    @Test
    default void nothing_is_skipped_while_many_write_and_are_refused() {
        AtomicBoolean done = new AtomicBoolean();
        List<FutureTask<List<RecordedEvent>>> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(Racers.start(() -> follow(done)));
        }
        Racers.race(8, racer -> () -> {
            for (int i = 0; i < 100; i++) {
                append("Order-" + racer, event("A", i));
                refusedNow("Order-" + racer);
            }
            return true;
        });
        done.set(true);
        List<RecordedEvent> all = all();
        assertThat(all).hasSize(800);
        readers.forEach(reader -> assertThat(Racers.result(reader)).isEqualTo(all));
    }

    private void refusedNow(String stream) {
        try {
            append(stream, exactly(0), event("Refused", 0));
            throw new AssertionError("recorded at the wrong version");
        } catch (Conflict expected) {
            // That is what it is here for: refusals between appends must not disturb the order.
            assertThat(expected).hasMessageContaining(stream);
        }
    }

    private List<RecordedEvent> follow(AtomicBoolean done) {
        List<RecordedEvent> seen = new ArrayList<>();
        Position position = Position.START;
        boolean last = false;
        while (!last) {
            last = done.get();
            Events news = store().read(EventQuery.all(), Range.all().after(position));
            for (RecordedEvent event : news) {
                assertThat(event.position()).isGreaterThan(position);
                position = event.position();
                seen.add(event);
            }
            assertThat(news.asOf()).isGreaterThanOrEqualTo(position);
            position = news.asOf();
        }
        return seen;
    }

    @Test
    default void the_time_of_recording_never_goes_back() {
        for (int i = 0; i < 30; i++) {
            append("Order-" + i, any(), event("A", i));
        }
        assertThat(all()).extracting(RecordedEvent::recordedAt).isSorted();
        reopened().ifPresent(store -> {
            append("Order-again", event("A", 1));
            assertThat(all()).extracting(RecordedEvent::recordedAt).isSorted();
        });
    }
}
