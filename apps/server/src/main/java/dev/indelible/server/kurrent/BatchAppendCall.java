package dev.indelible.server.kurrent;

import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.BatchAppendResp;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Many appends over one call. The pieces of an append bear its correlation id; when its last piece is here it is
 * written, and answered whatever becomes of it. Appends to one stream are written in the order in which they were
 * complete, those to different streams side by side. When many wait, the client is not asked for more.
 */
final class BatchAppendCall implements StreamObserver<BatchAppendReq> {
    /** So many appends are begun or wait to be written before the client has to wait. */
    private static final int APPENDS_MAX = 512;

    private final ServerCallStreamObserver<BatchAppendResp> call;
    private final Outbox<BatchAppendResp> outbox;
    private final OpenCalls calls;
    private final Writer writer;
    private final AppendRoom room;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<UUID, BatchedAppend> begun = new HashMap<>();
    private final Map<Shared.StreamIdentifier, Queue<BatchedAppend>> waiting = new HashMap<>();
    private int unanswered;
    private boolean holdsBack;
    private boolean noMore;
    private boolean over;

    BatchAppendCall(ServerCallStreamObserver<BatchAppendResp> call, OpenCalls calls, Writer writer, AppendRoom room) {
        this.call = call;
        this.outbox = new Outbox<>(call);
        this.calls = calls;
        this.writer = writer;
        this.room = room;
        call.disableAutoInboundFlowControl();
        calls.add(outbox);
        outbox.whenEnded(this::ended);
        call.request(1);
    }

    @Override
    public void onNext(BatchAppendReq request) {
        boolean more;
        RuntimeException fault = null;
        lock.lock();
        try {
            take(request);
            holdsBack = unanswered >= APPENDS_MAX;
            more = !holdsBack;
        } catch (RuntimeException e) {
            fault = e;
            more = false;
        } finally {
            lock.unlock();
        }
        if (fault != null) {
            outbox.fail(fault);
        } else if (more) {
            call.request(1);
        }
    }

    private void take(BatchAppendReq request) {
        if (over) {
            return;
        }
        UUID id = EventForm.uuid(request.getCorrelationId());
        BatchedAppend append = begun.get(id);
        if (append == null) {
            if (begun.size() >= APPENDS_MAX) {
                throw Refusals.badRequest("appends: " + begun.size() + " begun (limit: " + APPENDS_MAX + ")");
            }
            append = new BatchedAppend(request, writer, room);
            begun.put(id, append);
        }
        append.add(request);
        if (request.getIsFinal()) {
            begun.remove(id);
            unanswered++;
            Queue<BatchedAppend> queue = waiting.get(append.stream());
            if (queue == null) {
                waiting.put(append.stream(), new ArrayDeque<>());
                start(append);
            } else {
                queue.add(append);
            }
        }
    }

    private void start(BatchedAppend first) {
        calls.start(() -> {
            for (BatchedAppend append = first; append != null; ) {
                BatchedAppend answered = append;
                try {
                    append = answered(answered, answered.write());
                } finally {
                    answered.leave(); // not before it is answered: whoever stops the server waits for that
                }
            }
        });
    }

    /** Sends the answer; the next append to the same stream, or null. */
    private @Nullable BatchedAppend answered(BatchedAppend append, BatchAppendResp answer) {
        try {
            outbox.send(answer, answer.getSerializedSize());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outbox.fail(Refusals.stopping());
        }
        boolean more;
        boolean last;
        BatchedAppend next;
        lock.lock();
        try {
            unanswered--;
            more = holdsBack;
            holdsBack = false;
            last = noMore && unanswered == 0;
            Queue<BatchedAppend> queue = waiting.get(append.stream());
            next = queue == null ? null : queue.poll();
            if (next == null) {
                waiting.remove(append.stream());
            }
        } finally {
            lock.unlock();
        }
        if (last) {
            complete();
        } else if (more) {
            call.request(1);
        }
        return next;
    }

    @Override
    public void onError(Throwable gone) {
        // The outbox knows that the client has gone, and tells.
    }

    /** The client has said everything: what is complete is still written and answered. */
    @Override
    public void onCompleted() {
        boolean last;
        lock.lock();
        try {
            noMore = true;
            last = unanswered == 0;
        } finally {
            lock.unlock();
        }
        if (last) {
            complete();
        }
    }

    private void complete() {
        outbox.complete();
    }

    private void ended() {
        calls.remove(outbox);
        lock.lock();
        try {
            over = true;
            begun.values().forEach(BatchedAppend::leave);
            begun.clear();
        } finally {
            lock.unlock();
        }
    }
}
