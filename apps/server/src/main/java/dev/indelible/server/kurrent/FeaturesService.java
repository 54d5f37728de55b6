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

    @Override
    public void getSupportedMethods(Shared.Empty request, StreamObserver<SupportedMethods> response) {
        response.onNext(SupportedMethods.newBuilder()
                .setEventStoreServerVersion(VERSION)
                .addMethods(method("batchappend", "deadline_duration"))
                .addMethods(method("append"))
                .addMethods(method("read", "position", "events"))
                .addMethods(method("delete"))
                .addMethods(method("tombstone"))
                .build());
        response.onCompleted();
    }

    private static SupportedMethod method(String name, String... features) {
        return SupportedMethod.newBuilder()
                .setServiceName(STREAMS)
                .setMethodName(name)
                .addAllFeatures(List.of(features))
                .build();
    }
}
