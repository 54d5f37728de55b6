package dev.indelible.tck;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static dev.indelible.tck.ContractBase.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Promises 1 to 3: append-only, atomic, stream order. */
interface AppendContract extends ContractBase {
    @Test
    default void events_come_back_as_they_were_appended() {
        NewEvent placed = event("Placed", 1);
        Appended appended = append("Order-1", placed, event("Approved", 2));
        assertThat(appended.repeated()).isFalse();
        assertThat(appended.version()).isEqualTo(2);
        List<RecordedEvent> stream = stream("Order-1");
        assertThat(stream).extracting(RecordedEvent::type).containsExactly("Placed", "Approved");
        assertThat(stream.get(0).isRecordOf(placed)).isTrue();
        assertThat(appended.position()).isEqualTo(stream.get(1).position());
        assertThat(store().head()).isEqualTo(appended.position());
    }

    @Test
    default void what_was_read_once_reads_the_same_for_ever() {
        append("Order-1", events(3));
        append("Order-2", events(2));
        List<RecordedEvent> before = all();
        for (int i = 0; i < 20; i++) {
            append("Order-" + i % 3, event("Later", i));
            assertThat(all()).startsWith(before.toArray(new RecordedEvent[0]));
        }
        reopened().ifPresent(store -> assertThat(all()).startsWith(before.toArray(new RecordedEvent[0])));
    }

    @Test
    default void versions_of_a_stream_are_1_2_3_without_holes() {
        Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            String name = "Order-" + i % 4;
            int count = 1 + i % 3;
            Appended.Part part = append(name, events(count)).parts().get(0);
            assertThat(part.stream()).isEqualTo(StreamName.of(name));
            assertThat(part.firstVersion()).isEqualTo(expected.getOrDefault(name, 0L) + 1);
            assertThat(part.lastVersion()).isEqualTo(expected.merge(name, (long) count, Long::sum));
        }
        expected.forEach((name, version) -> {
            List<RecordedEvent> stream = stream(name);
            for (int i = 0; i < stream.size(); i++) {
                assertThat(stream.get(i).version()).isEqualTo(i + 1L);
            }
            assertThat(store().version(StreamName.of(name))).isEqualTo(version).isEqualTo(stream.size());
        });
    }

    @Test
    default void a_refused_append_leaves_nothing_behind() {
        append("Order-1", events(2));
        assertRecordsNothing(() -> assertThatThrownBy(() -> append("Order-1", exactly(1), events(3)))
                .isInstanceOf(Conflict.class));
        if (has(Capability.SEVERAL_STREAMS)) {
            Append half = to("Order-2", any(), events(2)).and(StreamName.of("Order-1"), exactly(7), events(1));
            assertRecordsNothing(
                    () -> assertThatThrownBy(() -> store().append(half)).isInstanceOf(Conflict.class));
        }
        assertThat(append("Order-1", exactly(2), events(1)).version()).isEqualTo(3);
    }

    @Test
    default void one_append_to_several_streams_is_recorded_whole_or_refused_before_it_is_sent() {
        Append both = to("Order-1", any(), events(2)).and(StreamName.of("Stock-1"), any(), events(1));
        if (!has(Capability.SEVERAL_STREAMS)) {
            assertRecordsNothing(
                    () -> assertThatThrownBy(() -> store().append(both)).isInstanceOf(Unsupported.class));
            return;
        }
        Appended appended = store().append(both);
        assertThat(appended.parts()).extracting(Appended.Part::lastVersion).containsExactly(2L, 1L);
        List<RecordedEvent> all = all();
        assertThat(all).extracting(e -> e.stream().value()).containsExactly("Order-1", "Order-1", "Stock-1");
        assertThat(appended.position()).isEqualTo(all.get(2).position());
        assertThat(appended.parts().get(0).firstPosition()).isEqualTo(all.get(0).position());
    }

    @Test
    default void a_part_without_events_only_states_what_must_hold() {
        if (!has(Capability.SEVERAL_STREAMS)) {
            return;
        }
        append("Stock-1", events(3));
        StreamName stock = StreamName.of("Stock-1");
        store().append(to("Order-1", any(), events(1)).and(stock, exactly(3)));
        assertThat(stream("Stock-1")).hasSize(3);
        Append wrong = to("Order-1", any(), events(1)).and(stock, exactly(2));
        assertRecordsNothing(
                () -> assertThatThrownBy(() -> store().append(wrong)).isInstanceOf(Conflict.class));
    }

    @Test
    default void no_reader_sees_a_part_of_an_append() {
        int size = 5;
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Integer> reader = Racers.start(() -> {
            int reads = 0;
            while (!done.get() || reads == 0) {
                Map<String, Integer> counts = new HashMap<>();
                for (RecordedEvent event : store().read(EventQuery.all())) {
                    counts.merge(event.type(), 1, Integer::sum);
                }
                assertThat(counts.values()).allMatch(count -> count == size);
                reads++;
            }
            return reads;
        });
        Racers.race(4, racer -> () -> {
            for (int i = 0; i < 40; i++) {
                String type = "Append" + racer + "x" + i;
                NewEvent[] events = new NewEvent[size];
                for (int k = 0; k < size; k++) {
                    events[k] = event(type, k);
                }
                if (has(Capability.SEVERAL_STREAMS)) {
                    store().append(to("A-" + racer, any(), events[0], events[1])
                            .and(StreamName.of("B-" + i), any(), events[2], events[3], events[4]));
                } else {
                    append("A-" + racer, events);
                }
            }
            return true;
        });
        done.set(true);
        assertThat(Racers.result(reader)).isPositive();
        assertThat(all()).hasSize(4 * 40 * size);
    }
}
