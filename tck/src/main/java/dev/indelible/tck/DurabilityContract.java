package dev.indelible.tck;

import static dev.indelible.tck.ContractBase.event;
import static dev.indelible.tck.ContractBase.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.RecordedEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Promise 9: what was acknowledged is there afterwards. */
interface DurabilityContract extends ContractBase {
    @Test
    default void acknowledged_events_are_there_after_reopening() {
        for (int i = 0; i < 50; i++) {
            append("Order-" + i % 7, event("A", i), event("B", i));
        }
        List<RecordedEvent> before = all();
        reopened().ifPresent(store -> assertThat(all()).isEqualTo(before));
    }

    @Test
    default void acknowledged_events_are_there_after_a_crash() {
        for (int round = 0; round < 5; round++) {
            append("Order-" + round, events(3));
            List<RecordedEvent> before = all();
            crashed().ifPresent(store -> assertThat(all()).isEqualTo(before));
        }
    }

    @Test
    default void versions_and_positions_go_on_after_reopening() {
        append("Order-1", events(3));
        var head = store().head();
        reopened().ifPresent(store -> {
            assertThat(store.head()).isEqualTo(head);
            var appended = append("Order-1", events(1));
            assertThat(appended.version()).isEqualTo(4);
            assertThat(appended.position()).isGreaterThan(head);
        });
    }

    @Test
    default void a_closed_store_refuses_appends_and_closing_twice_is_no_error() {
        append("Order-1", events(1));
        store().close();
        assertThatThrownBy(() -> append("Order-1", events(1))).isInstanceOf(Unavailable.class);
        store().close();
    }
}
