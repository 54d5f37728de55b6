package dev.indelible.tck;

import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Capability;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Reads: forwards and backwards, from a version, after a position, limited; as of the moment they began. */
interface ReadContract extends ContractBase {
    @Test
    default void an_empty_store_reads_as_empty() {
        assertThat(all()).isEmpty();
        assertThat(store().head()).isEqualTo(Position.START);
        assertThat(stream("Order-unknown")).isEmpty();
        assertThat(read(EventQuery.category("Order"), Range.all().fromTheEnd())).isEmpty();
    }

    @Test
    default void a_stream_reads_from_and_to_a_version_in_both_directions() {
        append("Order-1", events(10));
        EventQuery query = EventQuery.stream("Order-1");
        assertThat(versions(query, Range.all().fromVersion(4))).isEqualTo(numbers(4, 10));
        assertThat(versions(query, Range.all().fromVersion(4).toVersion(6))).isEqualTo(numbers(4, 6));
        assertThat(versions(query, Range.all().fromVersion(0).limit(2))).isEqualTo(numbers(1, 2));
        assertThat(versions(query, Range.all().toVersion(3).fromTheEnd())).containsExactly(3L, 2L, 1L);
        assertThat(versions(query, Range.all().fromTheEnd().limit(2))).containsExactly(10L, 9L);
        assertThat(versions(query, Range.all().fromVersion(11))).isEmpty();
        assertThat(versions(query, Range.all().toVersion(0))).isEmpty();
    }

    @Test
    default void a_store_reads_after_and_before_a_position() {
        append("Order-1", events(4));
        append("Stock-1", events(4));
        List<RecordedEvent> all = all();
        Position third = all.get(2).position();
        Position sixth = all.get(5).position();
        assertThat(read(EventQuery.all(), Range.all().after(third))).isEqualTo(all.subList(3, 8));
        assertThat(read(EventQuery.all(), Range.all().after(third).before(sixth)))
                .isEqualTo(all.subList(3, 5));
        assertThat(read(EventQuery.all(), Range.all().after(Position.END))).isEmpty();
        assertThat(read(EventQuery.all(), Range.all().before(Position.START))).isEmpty();
        assertThat(read(EventQuery.category("Stock"), Range.all().before(sixth)))
                .isEqualTo(all.subList(4, 5));
    }

    @Test
    default void a_limit_is_kept_in_both_directions_and_may_be_zero() {
        append("Order-1", events(5));
        List<RecordedEvent> all = all();
        assertThat(read(EventQuery.all(), Range.all().limit(0))).isEmpty();
        assertThat(read(EventQuery.all(), Range.all().limit(1))).isEqualTo(all.subList(0, 1));
        assertThat(read(EventQuery.all(), Range.all().limit(1).fromTheEnd())).isEqualTo(all.subList(4, 5));
        assertThat(read(EventQuery.all(), Range.all().limit(Long.MAX_VALUE))).isEqualTo(all);
    }

    @Test
    default void a_read_sees_the_store_as_of_its_beginning() {
        append("Order-1", events(3));
        Events events = store().read(EventQuery.all());
        append("Order-1", events(3));
        assertThat(events.toList()).hasSize(3);
    }

    @Test
    default void a_read_can_be_left_in_the_middle() {
        append("Order-1", events(10));
        for (int i = 0; i < 100; i++) {
            try (Events events = store().read(EventQuery.category("Order"))) {
                assertThat(events.next().version()).isEqualTo(1);
            }
        }
        Events ended = store().read(EventQuery.stream("Order-unknown"));
        assertThatThrownBy(ended::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    default void a_large_store_reads_in_order_whatever_the_query() {
        for (int i = 0; i < 60; i++) {
            append("Order-" + i % 3, events(50));
        }
        List<RecordedEvent> all = all();
        assertThat(all).hasSize(3_000);
        assertThat(read(EventQuery.category("Order"), Range.all())).isEqualTo(all);
        assertThat(read(EventQuery.types("Counted"), Range.all().fromTheEnd())).isEqualTo(all.reversed());
        assertThat(versions(EventQuery.stream("Order-1"), Range.all())).isEqualTo(numbers(1, 1_000));
        assertThat(versions(EventQuery.stream("Order-1"), Range.all().fromTheEnd()))
                .isEqualTo(numbers(1, 1_000).reversed());
    }

    @Test
    default void versions_go_with_a_query_of_one_stream_only() {
        append("Order-1", event("A", 1));
        assertThatThrownBy(() -> store().read(EventQuery.all(), Range.all().fromVersion(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one stream");
    }

    @Test
    default void tags_can_be_asked_for_or_are_refused_before_it_is_sent() {
        EventQuery query = EventQuery.tags("customer:1");
        if (has(Capability.TAGS)) {
            append(
                    "Order-1",
                    event("A", 1).withTags("customer:1"),
                    event("A", 2).withTags("customer:2"));
            assertThat(read(query, Range.all()))
                    .extracting(RecordedEvent::version)
                    .containsExactly(1L);
        } else {
            assertThatThrownBy(() -> store().read(query)).isInstanceOf(Unsupported.class);
            assertThatThrownBy(() -> store().subscribe(query, Position.START)).isInstanceOf(Unsupported.class);
            assertRecordsNothing(() -> assertThatThrownBy(
                            () -> append("Order-1", event("A", 1).withTags("customer:1")))
                    .isInstanceOf(Unsupported.class));
        }
    }

    private List<Long> versions(EventQuery query, Range range) {
        return read(query, range).stream().map(RecordedEvent::version).toList();
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}
