package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.protocol.PersistentProtocol.CreateReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.CreateResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.DeleteReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.DeleteResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.GetInfoReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.GetInfoResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ListReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ListResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReadResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReplayParkedReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.ReplayParkedResp;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.UpdateReq;
import dev.indelible.server.kurrent.protocol.PersistentProtocol.UpdateResp;
import dev.indelible.server.kurrent.protocol.PersistentSubscriptionsGrpc;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The protocol's PersistentSubscriptions service: groups of consumers that share the events of one source. */
final class PersistentSubscriptionsService extends PersistentSubscriptionsGrpc.PersistentSubscriptionsImplBase {
    private final Groups groups;
    private final OpenCalls calls;

    PersistentSubscriptionsService(Groups groups, OpenCalls calls) {
        this.groups = groups;
        this.calls = calls;
    }

    @Override
    public void create(CreateReq request, StreamObserver<CreateResp> response) {
        unary(response, () -> {
            groups.create(GroupRequests.asked(request.getOptions()));
            return CreateResp.getDefaultInstance();
        });
    }

    @Override
    public void update(UpdateReq request, StreamObserver<UpdateResp> response) {
        unary(response, () -> {
            groups.update(GroupRequests.asked(request.getOptions()));
            return UpdateResp.getDefaultInstance();
        });
    }

    @Override
    public void delete(DeleteReq request, StreamObserver<DeleteResp> response) {
        DeleteReq.Options options = request.getOptions();
        unary(response, () -> {
            groups.delete(key(options.hasAll(), options.getStreamIdentifier(), options.getGroupName()));
            return DeleteResp.getDefaultInstance();
        });
    }

    private static GroupKey key(boolean all, Shared.StreamIdentifier stream, String group) {
        return all ? new GroupKey(GroupKey.ALL, group) : GroupRequests.key(stream, group);
    }

    @Override
    public StreamObserver<ReadReq> read(StreamObserver<ReadResp> response) {
        Outbox<ReadResp> outbox = new Outbox<>((ServerCallStreamObserver<ReadResp>) response);
        return new PersistentCall(outbox, calls, groups, GroupRequests.Peer.current(), Rights.current());
    }

    @Override
    public void getInfo(GetInfoReq request, StreamObserver<GetInfoResp> response) {
        GetInfoReq.Options options = request.getOptions();
        Rights rights = Rights.current();
        unary(response, () -> {
            GroupKey key = key(options.hasAll(), options.getStreamIdentifier(), options.getGroupName());
            rights.require(Right.READ, key.source());
            return GetInfoResp.newBuilder()
                    .setSubscriptionInfo(GroupInfo.of(groups.tell(key)))
                    .build();
        });
    }

    @Override
    public void list(ListReq request, StreamObserver<ListResp> response) {
        ListReq.Options options = request.getOptions();
        unary(response, () -> {
            List<Groups.Told> told;
            if (options.hasListForStream()) {
                ListReq.StreamOption of = options.getListForStream();
                String source = of.hasAll() ? GroupKey.ALL : EventForm.name(of.getStream());
                told = groups.tellAll(config -> config.key().source().equals(source));
                if (told.isEmpty()) {
                    throw GroupRefusals.missing(source, "");
                }
            } else {
                told = groups.tellAll(config -> true);
            }
            ListResp.Builder list = ListResp.newBuilder();
            told.forEach(group -> list.addSubscriptions(GroupInfo.of(group)));
            return list.build();
        });
    }

    @Override
    public void replayParked(ReplayParkedReq request, StreamObserver<ReplayParkedResp> response) {
        unary(response, () -> {
            groups.replay(key(request.getOptions()), stopAt(request.getOptions()));
            return ReplayParkedResp.getDefaultInstance();
        });
    }

    @Override
    public void truncateParked(ReplayParkedReq request, StreamObserver<ReplayParkedResp> response) {
        unary(response, () -> {
            groups.truncate(key(request.getOptions()), stopAt(request.getOptions()));
            return ReplayParkedResp.getDefaultInstance();
        });
    }

    private static GroupKey key(ReplayParkedReq.Options options) {
        return key(options.hasAll(), options.getStreamIdentifier(), options.getGroupName());
    }

    private static OptionalLong stopAt(ReplayParkedReq.Options options) {
        if (!options.hasStopAt()) {
            return OptionalLong.empty();
        } else if (options.getStopAt() < 0) {
            throw Refusals.badRequest("stop at: " + options.getStopAt() + " (expected: 0 or more)");
        }
        return OptionalLong.of(options.getStopAt());
    }

    @Override
    public void restartSubsystem(Shared.Empty request, StreamObserver<Shared.Empty> response) {
        unary(response, () -> {
            groups.restart();
            return EventForm.EMPTY;
        });
    }

    private <T> void unary(StreamObserver<T> response, Supplier<T> work) {
        Outbox<T> outbox = new Outbox<>((ServerCallStreamObserver<T>) response);
        calls.run(outbox, () -> outbox.send(work.get(), 1));
    }
}
