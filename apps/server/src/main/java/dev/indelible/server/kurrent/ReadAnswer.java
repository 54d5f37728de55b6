package dev.indelible.server.kurrent;

import com.google.protobuf.Timestamp;
import dev.indelible.EventStore;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadResp;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The messages that answer one read, in the form that its client asked for. */
final class ReadAnswer {
    /** What the envelope of an event needs beside its payloads, about. */
    private static final int OVERHEAD_BYTES = 200;

    private final EventStore store;
    private final Outbox<ReadResp> outbox;
    private final Rights rights;
    private final boolean structured;
    private final boolean resolving;

    /** With those rights links are followed: what they do not allow to read is as if it were hidden. */
    ReadAnswer(EventStore store, Outbox<ReadResp> outbox, ReadReq.Options options, Rights rights) {
        this.store = store;
        this.outbox = outbox;
        this.rights = rights;
        this.resolving = options.getResolveLinks();
        this.structured = switch (options.getUuidOption().getContentCase()) {
            case STRUCTURED -> true;
            case STRING -> false;
            case CONTENT_NOT_SET -> throw Refusals.badRequest("uuid option: missing");
        };
    }

    /** Sends an event, or what it links to; false if the client has gone. */
    boolean event(RecordedEvent event) throws InterruptedException {
        if (!resolving || !event.type().equals(EventForm.LINK)) {
            return send(EventForm.recorded(event, structured), null, event);
        }
        StreamsProtocol.RecordedEvent link = EventForm.recorded(event, structured);
        RecordedEvent target = Links.target(store, event);
        return send(target != null && isPermitted(target) ? EventForm.recorded(target, structured) : null, link, event);
    }

    /** Sends the link of that revision in a derived stream, or what it leads to. */
    boolean link(DerivedStreams.Derived links, long revision, RecordedEvent target) throws InterruptedException {
        StreamsProtocol.RecordedEvent link = Links.link(links.name(), revision, target, structured);
        if (!resolving || DerivedStreams.namesStreams(links.name())) {
            return send(link, null, target);
        }
        boolean shown = isPermitted(target)
                && StreamState.of(store, target.stream().value()).shows(target, Instant.now());
        return send(shown ? EventForm.recorded(target, structured) : null, link, target);
    }

    private boolean send(
            StreamsProtocol.@Nullable RecordedEvent event,
            StreamsProtocol.@Nullable RecordedEvent link,
            RecordedEvent original)
            throws InterruptedException {
        ReadResp.ReadEvent.Builder read = ReadResp.ReadEvent.newBuilder()
                .setCommitPosition(original.position().value());
        if (event != null) {
            read.setEvent(event);
        }
        if (link != null) {
            read.setLink(link);
        }
        int bytes = original.data().size() + original.metadata().size() + OVERHEAD_BYTES;
        return outbox.send(ReadResp.newBuilder().setEvent(read).build(), bytes);
    }

    private boolean isPermitted(RecordedEvent target) {
        return rights.permits(Right.READ, target.stream().value());
    }

    boolean notFound(String stream) throws InterruptedException {
        return send(ReadResp.newBuilder()
                .setStreamNotFound(ReadResp.StreamNotFound.newBuilder().setStreamIdentifier(EventForm.stream(stream))));
    }

    boolean firstRevision(long revision) throws InterruptedException {
        return send(ReadResp.newBuilder().setFirstStreamPosition(revision));
    }

    boolean lastRevision(long revision) throws InterruptedException {
        return send(ReadResp.newBuilder().setLastStreamPosition(revision));
    }

    boolean confirmation(String subscription) throws InterruptedException {
        return send(ReadResp.newBuilder()
                .setConfirmation(ReadResp.SubscriptionConfirmation.newBuilder().setSubscriptionId(subscription)));
    }

    boolean checkpoint(long position) throws InterruptedException {
        return send(ReadResp.newBuilder()
                .setCheckpoint(ReadResp.Checkpoint.newBuilder()
                        .setCommitPosition(position)
                        .setPreparePosition(position)
                        .setTimestamp(now())));
    }

    /** Tells that a subscription of a stream has everything up to that revision; -1: there is nothing. */
    boolean caughtUpAtRevision(long revision) throws InterruptedException {
        ReadResp.CaughtUp.Builder told = ReadResp.CaughtUp.newBuilder().setTimestamp(now());
        if (revision >= 0) {
            told.setStreamRevision(revision);
        }
        return send(ReadResp.newBuilder().setCaughtUp(told));
    }

    boolean caughtUpAtPosition(long position) throws InterruptedException {
        return send(ReadResp.newBuilder()
                .setCaughtUp(ReadResp.CaughtUp.newBuilder()
                        .setTimestamp(now())
                        .setPosition(StreamsProtocol.Position.newBuilder()
                                .setCommitPosition(position)
                                .setPreparePosition(position))));
    }

    private boolean send(ReadResp.Builder message) throws InterruptedException {
        return outbox.send(message.build(), OVERHEAD_BYTES);
    }

    private static Timestamp now() {
        Instant now = Instant.now();
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }
}
