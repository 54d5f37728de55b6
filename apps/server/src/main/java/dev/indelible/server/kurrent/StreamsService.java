package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.server.kurrent.Written.Recorded;
import dev.indelible.server.kurrent.Written.WrongVersion;
import dev.indelible.server.kurrent.protocol.StreamsGrpc;
import dev.indelible.server.kurrent.protocol.StreamsProtocol;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.AppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.AppendResp;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendResp;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.DeleteReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.DeleteResp;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadResp;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.TombstoneReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.TombstoneResp;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** The protocol's Streams service. Calls come in on event loops; the work is done on threads that may block. */
final class StreamsService extends StreamsGrpc.StreamsImplBase {
    private final OpenCalls calls;
    private final AppendRoom room;
    private final EventStore store;
    private final Writer writer;
    private final Reader reader;
    private final Follower follower;

    StreamsService(EventStore store, OpenCalls calls, AppendRoom room, DerivedStreams derived) {
        this.store = store;
        this.calls = calls;
        this.room = room;
        this.writer = new Writer(store);
        this.reader = new Reader(store, derived);
        this.follower = new Follower(store, derived);
    }

    @Override
    public void read(ReadReq request, StreamObserver<ReadResp> response) {
        Outbox<ReadResp> outbox = new Outbox<>((ServerCallStreamObserver<ReadResp>) response);
        Rights rights = Rights.current();
        calls.run(outbox, () -> {
            ReadReq.Options options = request.getOptions();
            refuseImpossible(options);
            rights.require(
                    Right.READ,
                    options.hasAll()
                            ? "$all"
                            : EventForm.name(options.getStream().getStreamIdentifier()));
            ReadAnswer answer = new ReadAnswer(store, outbox, options, rights);
            if (options.hasSubscription()) {
                follower.follow(options, answer, outbox);
            } else {
                reader.read(options, answer);
            }
        });
    }

    private static void refuseImpossible(ReadReq.Options options) {
        boolean known = options.hasStream() || options.hasAll();
        boolean counted = options.hasCount() || options.hasSubscription();
        boolean filtered = options.hasFilter() && !options.hasAll();
        boolean backwards = options.hasSubscription() && options.getReadDirectionValue() != 0;
        if (!known
                || !counted
                || filtered
                || backwards
                || options.getReadDirection() == ReadReq.Direction.UNRECOGNIZED
                || options.getFilterOptionCase() == ReadReq.Options.FilterOptionCase.FILTEROPTION_NOT_SET) {
            throw Refusals.badRequest("The combination of %s, %s, %s, %s is invalid."
                    .formatted(
                            options.getStreamOptionCase(),
                            options.getCountOptionCase(),
                            options.getReadDirection(),
                            options.getFilterOptionCase()));
        }
    }

    @Override
    public StreamObserver<AppendReq> append(StreamObserver<AppendResp> response) {
        Outbox<AppendResp> outbox = new Outbox<>((ServerCallStreamObserver<AppendResp>) response);
        return new AppendCall(outbox, calls, writer.by(Rights.current()), room);
    }

    @Override
    public StreamObserver<BatchAppendReq> batchAppend(StreamObserver<BatchAppendResp> response) {
        return new BatchAppendCall(
                (ServerCallStreamObserver<BatchAppendResp>) response, calls, writer.by(Rights.current()), room);
    }

    @Override
    public void delete(DeleteReq request, StreamObserver<DeleteResp> response) {
        DeleteReq.Options options = request.getOptions();
        Writer callers = writer.by(Rights.current());
        unary(response, () -> {
            String stream = EventForm.name(options.getStreamIdentifier());
            Expectation expected = switch (options.getExpectedStreamRevisionCase()) {
                case REVISION -> Expectation.revision(options.getRevision());
                case NO_STREAM -> Expectation.NO_STREAM;
                case STREAM_EXISTS -> Expectation.EXISTS;
                case ANY, EXPECTEDSTREAMREVISION_NOT_SET -> Expectation.ANY;
            };
            return DeleteResp.newBuilder()
                    .setPosition(ended(stream, expected, callers.delete(stream, expected)))
                    .build();
        });
    }

    @Override
    public void tombstone(TombstoneReq request, StreamObserver<TombstoneResp> response) {
        TombstoneReq.Options options = request.getOptions();
        Writer callers = writer.by(Rights.current());
        unary(response, () -> {
            String stream = EventForm.name(options.getStreamIdentifier());
            Expectation expected = switch (options.getExpectedStreamRevisionCase()) {
                case REVISION -> Expectation.revision(options.getRevision());
                case NO_STREAM -> Expectation.NO_STREAM;
                case STREAM_EXISTS -> Expectation.EXISTS;
                case ANY, EXPECTEDSTREAMREVISION_NOT_SET -> Expectation.ANY;
            };
            return TombstoneResp.newBuilder()
                    .setPosition(ended(stream, expected, callers.tombstone(stream, expected)))
                    .build();
        });
    }

    private static StreamsProtocol.Position ended(String stream, Expectation expected, Written written) {
        return switch (written) {
            case Recorded recorded ->
                StreamsProtocol.Position.newBuilder()
                        .setCommitPosition(recorded.position())
                        .setPreparePosition(recorded.position())
                        .build();
            case WrongVersion wrong -> throw Refusals.wrongVersion(stream, expected, wrong.actual());
        };
    }

    private <T> void unary(StreamObserver<T> response, Supplier<T> work) {
        Outbox<T> outbox = new Outbox<>((ServerCallStreamObserver<T>) response);
        calls.run(outbox, () -> {
            int held = room.enter(1);
            try {
                outbox.send(work.get(), 1);
            } finally {
                room.leave(held);
            }
        });
    }
}
