package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Payload;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stream as the protocol sees it. What the protocol keeps about a stream S is in the system stream {@code $$S}: its
 * metadata, and at last the event that says that S is no more, which clients are shown as an event of S.
 *
 * @param version number of events in the stream
 * @param metaVersion number of events in its system stream
 * @param metadataJson the latest metadata as it was written, or null
 * @param metadata what it says
 * @param tombstoned whether the stream is no more, for ever
 */
record StreamState(
        long version, long metaVersion, @Nullable Payload metadataJson, StreamMetadata metadata, boolean tombstoned) {
    static final String META_PREFIX = "$$";
    static final String METADATA_TYPE = "$metadata";
    static final String TOMBSTONE_TYPE = "$streamDeleted";

    private static final int NAME_BYTES_MAX = 255;

    static StreamState of(EventStore store, String stream) {
        long version = store.version(StreamName.of(stream));
        if (!hasMeta(stream)) {
            StreamMetadata fixed = isMeta(stream) ? StreamMetadata.LATEST_ONLY : StreamMetadata.NONE;
            return new StreamState(version, 0, null, fixed, false);
        }
        EventQuery meta = EventQuery.stream(META_PREFIX + stream);
        try (Events last = store.read(meta, Range.all().fromTheEnd().limit(1))) {
            if (!last.hasNext()) {
                return new StreamState(version, 0, null, StreamMetadata.NONE, false);
            }
            RecordedEvent event = last.next();
            boolean told = event.type().equals(METADATA_TYPE);
            return new StreamState(
                    version,
                    event.version(),
                    told ? event.data() : null,
                    told ? StreamMetadata.of(event.data()) : StreamMetadata.NONE,
                    isTombstone(event));
        }
    }

    /** Whether there can be metadata of the stream: not of metadata, and its name must have room for the prefix. */
    static boolean hasMeta(String stream) {
        return !isMeta(stream)
                && stream.getBytes(java.nio.charset.StandardCharsets.UTF_8).length
                        <= NAME_BYTES_MAX - META_PREFIX.length();
    }

    static boolean isMeta(String stream) {
        return stream.startsWith(META_PREFIX) && stream.length() > META_PREFIX.length();
    }

    /** The stream whose metadata that stream holds. */
    static String ownerOf(String metaStream) {
        return metaStream.substring(META_PREFIX.length());
    }

    static boolean isTombstone(RecordedEvent event) {
        return event.type().equals(TOMBSTONE_TYPE) && isMeta(event.stream().value());
    }

    /** Throws if the stream is no more, or the one whose metadata it holds. */
    void refuseTombstoned(EventStore store, String stream) {
        if (tombstoned || (isMeta(stream) && of(store, ownerOf(stream)).tombstoned())) {
            throw Refusals.streamDeleted(isMeta(stream) ? ownerOf(stream) : stream);
        }
    }

    /** Whether there is something to read, or there once was and it is old. */
    boolean isShown() {
        return version > 0 && !tombstoned && !metadata.isDeleted();
    }

    long lastRevision() {
        return version - 1;
    }

    long firstRevision() {
        return metadata.firstRevision(lastRevision());
    }

    /** Whether the event is not hidden by the metadata. */
    boolean shows(RecordedEvent event, Instant now) {
        return !tombstoned && event.version() > firstRevision() && isYoung(event, now);
    }

    /** Whether the event is not too old. */
    boolean isYoung(RecordedEvent event, Instant now) {
        return metadata.ageMaxS() > now.getEpochSecond()
                || !event.recordedAt().isBefore(now.minusSeconds(metadata.ageMaxS()));
    }
}
