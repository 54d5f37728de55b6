package dev.indelible.decider;

import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import java.util.Optional;
import java.util.UUID;

/**
 * Where states of streams are kept, so that loading one need not begin at version 1. What is here can be lost without
 * harm: it is only the result of events, and costs time to find again. They belong to one decider for each category:
 * two need one each. Safe for any number of threads; blocks.
 */
public interface Snapshots {
    /**
     * A state.
     *
     * @param version of the stream that it is the state of; go on with the next one
     * @param eventId of the event at that version: a stream with another one there has another past
     * @param state as the {@link StateCodec} wrote it
     */
    record Snapshot(long version, UUID eventId, Payload state) {
        /** Checks the version; throws {@link IllegalArgumentException}. */
        public Snapshot {
            if (version < 1) {
                throw new IllegalArgumentException("version: " + version + " (expected: 1 or more)");
            }
        }
    }

    /**
     * The latest snapshot of the stream by that version of its decider, if there is one. Another version of the decider
     * means another state.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if they cannot be reached; load without
     */
    Optional<Snapshot> latest(StreamName stream, int deciderVersion);

    /**
     * Keeps the snapshot, unless there is a later one already.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if they cannot be reached; nothing is lost by it
     */
    void save(StreamName stream, int deciderVersion, Snapshot snapshot);

    /**
     * Deletes the snapshots of the stream, by whatever version of its decider; none is fine too.
     *
     * @throws dev.indelible.EventStoreException.Unavailable if they cannot be reached; some may be there still
     */
    void delete(StreamName stream);
}
