package dev.indelible.server.kurrent;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.indelible.server.kurrent.protocol.GossipGrpc;
import dev.indelible.server.kurrent.protocol.GossipProtocol.ClusterInfo;
import dev.indelible.server.kurrent.protocol.GossipProtocol.EndPoint;
import dev.indelible.server.kurrent.protocol.GossipProtocol.MemberInfo;
import dev.indelible.server.kurrent.protocol.Shared;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.UUID;

/** Tells clients that look for a leader that they have found it, at the address by which they came. */
final class GossipService extends GossipGrpc.GossipImplBase {
    private final UUID instance = UUID.randomUUID();

    @Override
    public void read(Shared.Empty request, StreamObserver<ClusterInfo> response) {
        ServiceRequestContext context = ServiceRequestContext.current();
        String authority = String.valueOf(context.request().authority());
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']') && colon > 0;
        response.onNext(ClusterInfo.newBuilder()
                .addMembers(MemberInfo.newBuilder()
                        .setInstanceId(EventForm.uuid(instance, true))
                        .setTimeStamp(EventForm.ticks(Instant.now()))
                        .setState(MemberInfo.VNodeState.LEADER)
                        .setIsAlive(true)
                        .setHttpEndPoint(EndPoint.newBuilder()
                                .setAddress(hasPort ? authority.substring(0, colon) : authority)
                                .setPort(
                                        hasPort
                                                ? Integer.parseInt(authority.substring(colon + 1))
                                                : context.localAddress().getPort())))
                .build());
        response.onCompleted();
    }
}
