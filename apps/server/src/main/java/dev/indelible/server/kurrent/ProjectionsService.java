package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.event.Position;
import dev.indelible.server.kurrent.protocol.ProjectionsGrpc;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.EnableReq;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.EnableResp;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.StatisticsReq;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.StatisticsResp;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/**
 * The system projections whose streams are views here: always enabled, never behind. Applications enable them when they
 * start, and ask how they do.
 */
final class ProjectionsService extends ProjectionsGrpc.ProjectionsImplBase {
    private static final List<String> NAMES =
            List.of("$by_category", "$by_event_type", "$by_correlation_id", "$streams");

    private final EventStore store;
    private final OpenCalls calls;

    ProjectionsService(EventStore store, OpenCalls calls) {
        this.store = store;
        this.calls = calls;
    }

    @Override
    public void enable(EnableReq request, StreamObserver<EnableResp> response) {
        Outbox<EnableResp> outbox = new Outbox<>((ServerCallStreamObserver<EnableResp>) response);
        calls.run(outbox, () -> {
            require(request.getOptions().getName());
            outbox.send(EnableResp.getDefaultInstance(), 1);
        });
    }

    @Override
    public void statistics(StatisticsReq request, StreamObserver<StatisticsResp> response) {
        Outbox<StatisticsResp> outbox = new Outbox<>((ServerCallStreamObserver<StatisticsResp>) response);
        StatisticsReq.Options options = request.getOptions();
        calls.run(outbox, () -> {
            List<String> names = switch (options.getModeCase()) {
                case NAME -> List.of(require(options.getName()));
                case ALL, CONTINUOUS -> NAMES;
                case TRANSIENT, ONE_TIME -> List.of();
                case MODE_NOT_SET -> throw Refusals.badRequest("projections: which is missing");
            };
            Position head = store.head();
            for (String name : names) {
                outbox.send(statistics(name, head), 1);
            }
        });
    }

    private static StatisticsResp statistics(String name, Position head) {
        String position = "C:" + head + "/P:" + head;
        return StatisticsResp.newBuilder()
                .setDetails(StatisticsResp.Details.newBuilder()
                        .setName(name)
                        .setEffectiveName(name)
                        .setStatus("Running")
                        .setMode("Continuous")
                        .setPosition(position)
                        .setLastCheckpoint(position)
                        .setProgress(100))
                .build();
    }

    private static String require(String name) {
        if (!NAMES.contains(name)) {
            throw Status.NOT_FOUND
                    .withDescription("projection " + name + " (expected: " + String.join(", ", NAMES) + ")")
                    .asRuntimeException();
        }
        return name;
    }
}
