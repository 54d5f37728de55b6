package dev.indelible.server.kurrent;

import com.google.protobuf.ByteString;
import dev.indelible.EventStore;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Links. Those of derived streams are made when they are read; the same link is always the same event. */
final class Links {
    private static final String STREAM_NAME = "$@";
    private static final Pattern TARGET = Pattern.compile("(\\d{1,19})@(.+)", Pattern.DOTALL);

    private Links() {}

    /** The id of a link of a derived stream. */
    static UUID id(String stream, long revision) {
        return NewEvent.idOf("kurrent link " + revision + "@" + stream);
    }

    /** The name of the stream that a recorded link leads to, or an empty text. */
    static String targetStream(RecordedEvent link) {
        Matcher target = TARGET.matcher(link.data().text());
        return target.matches() ? target.group(2) : "";
    }

    /** The revision of the event that a recorded link leads to; after every other if it leads nowhere. */
    static long targetRevision(RecordedEvent link) {
        Matcher target = TARGET.matcher(link.data().text());
        try {
            return target.matches() ? Long.parseLong(target.group(1)) : Long.MAX_VALUE;
        } catch (NumberFormatException tooGreat) {
            return Long.MAX_VALUE;
        }
    }

    /** The event that a recorded link leads to; null if there is none, or it is hidden. */
    static @Nullable RecordedEvent target(EventStore store, RecordedEvent link) {
        String stream = targetStream(link);
        long revision = targetRevision(link);
        if (stream.isEmpty() || revision == Long.MAX_VALUE) {
            return null;
        }
        Range range = Range.all().fromVersion(revision + 1).limit(1);
        try (Events events = store.read(EventQuery.stream(stream), range)) {
            RecordedEvent event = events.hasNext() ? events.next() : null;
            return event != null && StreamState.of(store, stream).shows(event, Instant.now()) ? event : null;
        } catch (IllegalArgumentException noName) {
            return null;
        }
    }

    static StreamsProtocol.RecordedEvent link(String stream, long revision, RecordedEvent target, boolean structured) {
        boolean namesStream = DerivedStreams.namesStreams(stream);
        boolean tombstone = StreamState.isTombstone(target);
        String targetStream = target.stream().value();
        String data = tombstone
                ? EventForm.REVISION_OF_TOMBSTONE + "@" + StreamState.ownerOf(targetStream)
                : (target.version() - 1) + "@" + targetStream;
        return StreamsProtocol.RecordedEvent.newBuilder()
                .setId(EventForm.uuid(id(stream, revision), structured))
                .setStreamIdentifier(EventForm.stream(stream))
                .setStreamRevision(revision)
                .setCommitPosition(target.position().value())
                .setPreparePosition(target.position().value())
                .putMetadata("type", namesStream ? STREAM_NAME : EventForm.LINK)
                .putMetadata("content-type", "application/octet-stream")
                .putMetadata("created", Long.toString(EventForm.ticks(target.recordedAt())))
                .setData(ByteString.copyFromUtf8(namesStream ? targetStream : data))
                .build();
    }
}
