package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.event.Position;
import dev.indelible.server.kurrent.protocol.ProjectionsGrpc;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.CreateReq;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.NamedReq;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.StatisticsReq;
import dev.indelible.server.kurrent.protocol.ProjectionsProtocol.StatisticsResp;
import dev.indelible.server.kurrent.protocol.Shared.Empty;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The system projections whose streams are views here, and never behind. Applications enable them when they start, and
 * ask how they do. One that is disabled says so until it is enabled again or the server starts again; its streams stay,
 * since nothing has to run for them. There are no others.
 */
final class ProjectionsService extends ProjectionsGrpc.ProjectionsImplBase {
    private static final List<String> NAMES =
            List.of("$by_category", "$by_event_type", "$by_correlation_id", "$stream_by_category", "$streams");

    private final EventStore store;
    private final OpenCalls calls;
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();

    ProjectionsService(EventStore store, OpenCalls calls) {
        this.store = store;
        this.calls = calls;
    }

    @Override
    public void enable(NamedReq request, StreamObserver<Empty> response) {
        answer(response, () -> disabled.remove(known(request)));
    }

    @Override
    public void disable(NamedReq request, StreamObserver<Empty> response) {
        answer(response, () -> disabled.add(known(request)));
    }

    /** There is nothing to begin anew. */
    @Override
    public void reset(NamedReq request, StreamObserver<Empty> response) {
        answer(response, () -> known(request));
    }

    /** There is nothing to start anew. */
    @Override
    public void restartSubsystem(Empty request, StreamObserver<Empty> response) {
        answer(response, () -> {});
    }

    @Override
    public void create(CreateReq request, StreamObserver<Empty> response) {
        CreateReq.Options options = request.getOptions();
        String name = options.hasTransient()
                ? options.getTransient().getName()
                : options.getContinuous().getName();
        answer(response, () -> {
            throw notServed("Create", name);
        });
    }

    @Override
    public void update(NamedReq request, StreamObserver<Empty> response) {
        refuse("Update", request, response);
    }

    @Override
    public void delete(NamedReq request, StreamObserver<Empty> response) {
        refuse("Delete", request, response);
    }

    @Override
    public void state(NamedReq request, StreamObserver<Empty> response) {
        refuse("State", request, response);
    }

    @Override
    public void result(NamedReq request, StreamObserver<Empty> response) {
        refuse("Result", request, response);
    }

    private void refuse(String call, NamedReq request, StreamObserver<Empty> response) {
        answer(response, () -> {
            throw notServed(call, request.getOptions().getName());
        });
    }

    private static StatusRuntimeException notServed(String call, String name) {
        return Status.UNIMPLEMENTED
                .withDescription("%s of projection \"%s\": projections of users do not run here (there are: %s)"
                        .formatted(call, name, String.join(", ", NAMES)))
                .asRuntimeException();
    }

    private void answer(StreamObserver<Empty> response, OpenCalls.Work work) {
        Outbox<Empty> outbox = new Outbox<>((ServerCallStreamObserver<Empty>) response);
        calls.run(outbox, () -> {
            work.run();
            outbox.send(EventForm.EMPTY, 1);
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

    private StatisticsResp statistics(String name, Position head) {
        String position = "C:" + head + "/P:" + head;
        return StatisticsResp.newBuilder()
                .setDetails(StatisticsResp.Details.newBuilder()
                        .setName(name)
                        .setEffectiveName(name)
                        .setStatus(disabled.contains(name) ? "Stopped" : "Running")
                        .setMode("Continuous")
                        .setPosition(position)
                        .setLastCheckpoint(position)
                        .setProgress(100))
                .build();
    }

    private static String known(NamedReq request) {
        return require(request.getOptions().getName());
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
