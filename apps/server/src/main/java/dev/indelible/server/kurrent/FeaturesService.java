package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.protocol.FeaturesProtocol.SupportedMethod;
import dev.indelible.server.kurrent.protocol.FeaturesProtocol.SupportedMethods;
import dev.indelible.server.kurrent.protocol.ServerFeaturesGrpc;
import dev.indelible.server.kurrent.protocol.Shared;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Tells clients what they may use. */
final class FeaturesService extends ServerFeaturesGrpc.ServerFeaturesImplBase {
    /** The version of the protocol that this is: clients read it as three numbers. */
    static final String VERSION = "24.10.0";

    private static final String STREAMS = "event_store.client.streams.streams";

    private static final String GROUPS = "event_store.client.persistent_subscriptions.persistentsubscriptions";
    private static final List<String> GROUP_METHODS =
            List.of("create", "update", "delete", "read", "getinfo", "list", "replayparked", "restartsubsystem");

    @Override
    public void getSupportedMethods(Shared.Empty request, StreamObserver<SupportedMethods> response) {
        response.onNext(SupportedMethods.newBuilder()
                .setEventStoreServerVersion(VERSION)
                .addMethods(method(STREAMS, "batchappend", "deadline_duration"))
                .addMethods(method(STREAMS, "append"))
                .addMethods(method(STREAMS, "read", "position", "events"))
                .addMethods(method(STREAMS, "delete"))
                .addMethods(method(STREAMS, "tombstone"))
                .addAllMethods(GROUP_METHODS.stream()
                        .map(name -> method(GROUPS, name, "stream", "all"))
                        .toList())
                .build());
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
