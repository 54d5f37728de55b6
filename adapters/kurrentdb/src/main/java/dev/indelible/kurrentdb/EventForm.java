package dev.indelible.kurrentdb;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import java.time.temporal.ChronoUnit;

/** Events as the client has them, and back. */
final class EventForm {
    private static final String JSON = "application/json";

    /** Revision of the mark that ends a stream for ever. */
    private static final long REVISION_OF_TOMBSTONE = Long.MAX_VALUE;

    private EventForm() {}

    static EventData proposed(NewEvent event) {
        byte[] data = event.data().toBytes();
        EventDataBuilder builder = event.data().isJson()
                ? EventData.builderAsJson(event.id(), event.type(), data)
                : EventData.builderAsBinary(event.id(), event.type(), data);
        return builder.metadataAsBytes(MetadataForm.written(event)).build();
    }

    /** Whether it is the mark that ends a stream, which is no event of it. */
    static boolean isTombstone(io.kurrent.dbclient.RecordedEvent event) {
        return event.getRevision() == REVISION_OF_TOMBSTONE;
    }

    static long position(io.kurrent.dbclient.RecordedEvent event) {
        long commit = event.getPosition().getCommitUnsigned();
        if (commit < 0 || commit != event.getPosition().getPrepareUnsigned()) {
            throw new Corrupted(
                    "KurrentDB: event %s in stream %s: position %s (expected: commit and prepare position the same)"
                            .formatted(event.getEventId(), event.getStreamId(), event.getPosition()),
                    null);
        }
        return commit;
    }

    static RecordedEvent recorded(io.kurrent.dbclient.RecordedEvent event) {
        byte[] custom = event.getUserMetadata();
        MetadataForm form = MetadataForm.of(custom == null ? new byte[0] : custom);
        long position = position(event);
        StreamName stream;
        try {
            stream = StreamName.of(event.getStreamId());
        } catch (IllegalArgumentException e) {
            throw new Corrupted("KurrentDB: event at position " + position + ": " + e.getMessage(), e);
        }
        return new RecordedEvent(
                event.getEventId(),
                stream,
                event.getEventType(),
                event.getRevision() + 1,
                form.schemaVersion(),
                data(event),
                form.metadata(),
                form.tags(),
                Position.of(position),
                event.getCreated().truncatedTo(ChronoUnit.MICROS));
    }

    /** The server takes anything for JSON that is said to be; what is none comes as bytes. */
    private static Payload data(io.kurrent.dbclient.RecordedEvent event) {
        byte[] data = event.getEventData();
        if (event.getContentType().equals(JSON)) {
            try {
                Json.check("data", data);
                return Payload.json(data);
            } catch (IllegalArgumentException notJson) {
                return Payload.binary(data);
            }
        }
        return Payload.binary(data);
    }
}
