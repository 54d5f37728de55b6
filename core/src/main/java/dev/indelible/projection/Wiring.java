package dev.indelible.projection;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayList;
import java.util.List;

/** What a projector connects. */
record Wiring<E, T>(
        EventStore store, Projection<E, T> projection, Ledger<T> ledger, Codec<E> codec, ProjectorOptions options) {
    /** The application's events of these. */
    List<Delivered<E>> decoded(List<RecordedEvent> events, boolean isRead, long replayUntil) throws Exception {
        List<Delivered<E>> decoded = new ArrayList<>(events.size());
        for (RecordedEvent event : events) {
            Delivery delivery = new Delivery(event, !isRead || event.position().value() <= replayUntil);
            for (E each : codec.decode(event)) {
                decoded.add(new Delivered<>(each, delivery));
            }
        }
        return decoded;
    }
}
