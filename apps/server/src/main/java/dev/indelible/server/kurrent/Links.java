package dev.indelible.server.kurrent;

import com.google.protobuf.ByteString;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;

/** The links of derived streams. They are made when they are read; the same link is always the same event. */
final class Links {
    private Links() {}

    static StreamsProtocol.RecordedEvent link(String stream, long revision, RecordedEvent target, boolean structured) {
        boolean tombstone = StreamState.isTombstone(target);
        String targetStream = target.stream().value();
        String data = tombstone
                ? EventForm.REVISION_OF_TOMBSTONE + "@" + StreamState.ownerOf(targetStream)
                : (target.version() - 1) + "@" + targetStream;
        return StreamsProtocol.RecordedEvent.newBuilder()
                .setId(EventForm.uuid(NewEvent.idOf("kurrent link " + revision + "@" + stream), structured))
                .setStreamIdentifier(EventForm.stream(stream))
                .setStreamRevision(revision)
                .setCommitPosition(target.position().value())
                .setPreparePosition(target.position().value())
                .putMetadata("type", EventForm.LINK)
                .putMetadata("content-type", "application/octet-stream")
                .putMetadata("created", Long.toString(EventForm.ticks(target.recordedAt())))
                .setData(ByteString.copyFromUtf8(data))
                .build();
    }
}
