package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.journal.Capability;
import dev.indelible.server.kurrent.protocol.FeaturesProtocol.SupportedMethod;
import dev.indelible.server.kurrent.protocol.FeaturesProtocol.SupportedMethods;
import dev.indelible.server.kurrent.protocol.ServerFeaturesGrpc;
import dev.indelible.server.kurrent.protocol.Shared;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Tells clients what they may use. */
final class FeaturesService extends ServerFeaturesGrpc.ServerFeaturesImplBase {
    /** The versions of the protocol that this is, with and without appends to several streams: three numbers. */
    private static final String VERSION = "26.1.0";

    private static final String VERSION_OF_SINGLE_STREAMS = "24.10.0";
    private static final String STREAMS = "event_store.client.streams.streams";
    private static final String GROUPS = "event_store.client.persistent_subscriptions.persistentsubscriptions";
    private static final List<String> GROUP_METHODS =
            List.of("create", "update", "delete", "read", "getinfo", "list", "replayparked", "restartsubsystem");
    private static final String STREAMS_V2 = "kurrentdb.protocol.v2.streams.streamsservice";

    private final boolean several;

    FeaturesService(EventStore store) {
        this.several = store.capabilities().contains(Capability.SEVERAL_STREAMS);
    }

    @Override
    public void getSupportedMethods(Shared.Empty request, StreamObserver<SupportedMethods> response) {
        SupportedMethods.Builder methods = SupportedMethods.newBuilder()
                .setEventStoreServerVersion(several ? VERSION : VERSION_OF_SINGLE_STREAMS)
                .addMethods(method(STREAMS, "batchappend", "deadline_duration"))
                .addMethods(method(STREAMS, "append"))
                .addMethods(method(STREAMS, "read", "position", "events"))
                .addMethods(method(STREAMS, "delete"))
                .addMethods(method(STREAMS, "tombstone"))
                .addAllMethods(GROUP_METHODS.stream()
                        .map(name -> method(GROUPS, name, "stream", "all"))
                        .toList());
        if (several) {
            methods.addMethods(method(STREAMS_V2, "appendsession")).addMethods(method(STREAMS_V2, "appendrecords"));
        }
        response.onNext(methods.build());
        response.onCompleted();
    }

    private static SupportedMethod method(String service, String name, String... features) {
        return SupportedMethod.newBuilder()
                .setServiceName(service)
                .setMethodName(name)
                .addAllFeatures(List.of(features))
                .build();
    }
}
