package dev.indelible.server.kurrent;

import com.google.protobuf.ByteString;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Events, ids and names as the protocol writes them, and back. */
final class EventForm {
    /** Revision of the event that says that its stream is no more. */
    static final long REVISION_OF_TOMBSTONE = Long.MAX_VALUE;

    static final String LINK = "$>";
    static final Shared.Empty EMPTY = Shared.Empty.getDefaultInstance();

    private static final String JSON = "application/json";
    private static final String BINARY = "application/octet-stream";
    private static final long TICKS_PER_SECOND = 10_000_000;
    private static final int NANOS_PER_TICK = 100;

    private EventForm() {}

    static NewEvent proposed(
            Shared.UUID id, Map<String, String> properties, ByteString custom, ByteString data, boolean tagsKept) {
        String type = properties.get("type");
        String contentType = properties.get("content-type");
        if (type == null || contentType == null) {
            throw Refusals.missingProperty();
        }
        MetadataForm form = MetadataForm.of(custom.toByteArray(), tagsKept);
        return new NewEvent(
                uuid(id),
                type,
                form.schemaVersion(),
                payload(contentType.equals(JSON), data.toByteArray()),
                form.metadata(),
                form.tags());
    }

    /** What says that it is JSON and is not is kept all the same, as bytes. */
    static Payload payload(boolean isJson, byte[] data) {
        if (isJson) {
            try {
                Json.check("data", data);
                return Payload.json(data);
            } catch (IllegalArgumentException notJson) {
                return Payload.binary(data);
            }
        }
        return Payload.binary(data);
    }

    static StreamsProtocol.RecordedEvent recorded(RecordedEvent event, boolean structured) {
        boolean tombstone = StreamState.isTombstone(event);
        String stream = tombstone
                ? StreamState.ownerOf(event.stream().value())
                : event.stream().value();
        return StreamsProtocol.RecordedEvent.newBuilder()
                .setId(uuid(event.id(), structured))
                .setStreamIdentifier(stream(stream))
                .setStreamRevision(tombstone ? REVISION_OF_TOMBSTONE : event.version() - 1)
                .setCommitPosition(event.position().value())
                .setPreparePosition(event.position().value())
                .putMetadata("type", event.type())
                .putMetadata("content-type", event.data().isJson() ? JSON : BINARY)
                .putMetadata("created", Long.toString(ticks(event.recordedAt())))
                .setCustomMetadata(ByteString.copyFrom(MetadataForm.shown(event)))
                .setData(ByteString.copyFrom(event.data().toBytes()))
                .build();
    }

    /** Hundreds of nanoseconds since 1970. */
    static long ticks(Instant time) {
        return time.getEpochSecond() * TICKS_PER_SECOND + time.getNano() / NANOS_PER_TICK;
    }

    static Shared.StreamIdentifier stream(String name) {
        return Shared.StreamIdentifier.newBuilder()
                .setStreamName(ByteString.copyFromUtf8(name))
                .build();
    }

    /** The name, checked. */
    static String name(Shared.StreamIdentifier stream) {
        return StreamName.of(stream.getStreamName().toStringUtf8()).value();
    }

    static Shared.UUID uuid(UUID id, boolean structured) {
        Shared.UUID.Builder uuid = Shared.UUID.newBuilder();
        if (structured) {
            uuid.getStructuredBuilder()
                    .setMostSignificantBits(id.getMostSignificantBits())
                    .setLeastSignificantBits(id.getLeastSignificantBits());
        } else {
            uuid.setString(id.toString());
        }
        return uuid.build();
    }

    static UUID uuid(Shared.UUID id) {
        return switch (id.getValueCase()) {
            case STRUCTURED ->
                new UUID(
                        id.getStructured().getMostSignificantBits(),
                        id.getStructured().getLeastSignificantBits());
            case STRING -> fromText(id.getString());
            case VALUE_NOT_SET -> throw Refusals.badRequest("id: missing (expected: a UUID)");
        };
    }

    static UUID fromText(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.badRequest("id: \"" + text + "\" (expected: a UUID)");
        }
    }
}
