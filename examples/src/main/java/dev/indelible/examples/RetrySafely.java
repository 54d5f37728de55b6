package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;

/** An append whose answer may get lost is repeated with the same ids, and recorded once. */
final class RetrySafely {
    private RetrySafely() {}

    static Appended append(EventStore store, StreamName stream, NewEvent event) {
        try {
            return store.append(stream, ExpectedVersion.any(), event);
        } catch (Unavailable perhapsRecorded) {
            return store.append(stream, ExpectedVersion.any(), event);
        }
    }
}
