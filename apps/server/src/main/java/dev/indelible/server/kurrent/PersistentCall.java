package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.GroupRequests.Peer;
import dev.indelible.server.kurrent.GroupRun.Sent;
import dev.indelible.server.kurrent.persistent.Nack;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadResp;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One consumer of a group: it says which, is sent events, and says of each what became of it. Its methods are called
 * one after the other; the events are sent by a thread of its own.
 */
final class PersistentCall implements StreamObserver<ReadReq> {
    private final Outbox<ReadResp> outbox;
    private final OpenCalls calls;
    private final Groups groups;
    private final Peer peer;
    private final Rights rights;
    private boolean begun;
    private volatile boolean noMore;
    private volatile GroupRun.@Nullable Connection connection;

    PersistentCall(Outbox<ReadResp> outbox, OpenCalls calls, Groups groups, Peer peer, Rights rights) {
        this.outbox = outbox;
        this.calls = calls;
        this.groups = groups;
        this.peer = peer;
        this.rights = rights;
    }

    @Override
    public void onNext(ReadReq request) {
        try {
            switch (request.getContentCase()) {
                case OPTIONS -> begin(request.getOptions());
                case ACK -> connection().ack(ids(request.getAck().getIdsList()));
                case NACK -> {
                    ReadReq.Nack nack = request.getNack();
                    connection().nack(ids(nack.getIdsList()), action(nack.getAction()), nack.getReason());
                }
                case CONTENT_NOT_SET -> throw Refusals.badRequest("message: empty (expected: options, ack or nack)");
            }
        } catch (RuntimeException e) {
            outbox.fail(e);
        }
    }

    private void begin(ReadReq.Options options) {
        if (begun) {
            throw Refusals.badRequest("options: twice (expected: once, first)");
        }
        begun = true;
        calls.run(outbox, () -> serve(options));
    }

    private void serve(ReadReq.Options options) throws InterruptedException {
        GroupKey key = options.hasAll()
                ? new GroupKey(GroupKey.ALL, options.getGroupName())
                : GroupRequests.key(options.getStreamIdentifier(), options.getGroupName());
        if (options.getBufferSize() < 1) {
            throw Refusals.badRequest("buffer size: " + options.getBufferSize() + " (expected: 1 or more)");
        }
        rights.require(Right.READ, key.source());
        boolean structured = switch (options.getUuidOption().getContentCase()) {
            case STRUCTURED -> true;
            case STRING -> false;
            case CONTENT_NOT_SET -> throw Refusals.badRequest("uuid option: missing");
        };
        GroupRun.Connection mine =
                groups.connect(key, options.getBufferSize(), peer, () -> outbox.fail(GroupRefusals.dropped(key)));
        try {
            connection = mine;
            outbox.whenEnded(mine::leave);
            if (noMore) {
                mine.leave();
            }
            boolean goesOn = outbox.send(confirmation(key), 1);
            while (goesOn) {
                Optional<Sent> next = mine.next();
                goesOn = next.isPresent() && send(next.get(), structured);
            }
        } finally {
            mine.leave();
        }
    }

    private boolean send(Sent sent, boolean structured) throws InterruptedException {
        GroupEvent event = sent.event().permittedBy(rights);
        return outbox.send(event.form(sent.retries(), structured), event.bytes());
    }

    private static ReadResp confirmation(GroupKey key) {
        return ReadResp.newBuilder()
                .setSubscriptionConfirmation(
                        ReadResp.SubscriptionConfirmation.newBuilder().setSubscriptionId(key.toString()))
                .build();
    }

    private GroupRun.Connection connection() {
        GroupRun.Connection mine = connection;
        if (mine == null) {
            throw Refusals.badRequest("ack: before the subscription was confirmed (expected: options first)");
        }
        return mine;
    }

    private static List<UUID> ids(List<Shared.UUID> ids) {
        return ids.stream().map(EventForm::uuid).toList();
    }

    private static Nack action(ReadReq.Nack.Action action) {
        return switch (action) {
            case PARK -> Nack.PARK;
            case SKIP -> Nack.SKIP;
            case STOP -> Nack.STOP;
            case UNKNOWN, RETRY, UNRECOGNIZED -> Nack.RETRY;
        };
    }

    @Override
    public void onError(Throwable gone) {
        // The outbox knows that the client has gone, and tells.
    }

    /** The client takes no more, and wants the end of the answer. */
    @Override
    public void onCompleted() {
        noMore = true;
        GroupRun.Connection mine = connection;
        if (mine != null) {
            mine.leave();
        } else if (!begun) {
            outbox.fail(Refusals.badRequest("options: missing (expected: first)"));
        }
    }
}
