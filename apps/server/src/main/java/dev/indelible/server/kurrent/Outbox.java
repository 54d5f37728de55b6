package dev.indelible.server.kurrent;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The messages of one answer, sent no faster than the client takes them: a little runs ahead, then the sender waits.
 * For any number of threads; the call's own event loop ends the answer, and never sends.
 *
 * @param <T> the messages
 */
final class Outbox<T> {
    /** So many messages, and about so many bytes, run ahead of the client. */
    private static final int MESSAGES_AHEAD_MAX = 512;

    private static final int BYTES_AHEAD_MAX = 1 << 20;

    private final ServerCallStreamObserver<T> call;

    /** Here messages of other threads wait for their turn: an end that the loop made at once would overtake them. */
    private final Executor eventLoop = ServiceRequestContext.current().eventLoop();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int messagesAhead;
    private long bytesAhead;
    private boolean ended;
    private Runnable atTheEnd = () -> {};

    /** To be made before the call's method returns. */
    Outbox(ServerCallStreamObserver<T> call) {
        this.call = call;
        call.setOnReadyHandler(this::signal);
        call.setOnCancelHandler(this::end);
    }

    /** What is to be done when the client has gone or the answer is complete; at once if that is so. */
    void whenEnded(Runnable action) {
        lock.lock();
        try {
            if (!ended) {
                atTheEnd = action;
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    /** Sends the message, if need be after a wait; false if nobody is there to take it any more. */
    boolean send(T message, int bytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!ended && isFull()) {
                changed.await();
            }
            if (ended) {
                return false;
            }
            messagesAhead++;
            bytesAhead += bytes;
            call.onNext(message);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        if (messagesAhead < MESSAGES_AHEAD_MAX && bytesAhead < BYTES_AHEAD_MAX) {
            return false;
        }
        if (call.isReady()) {
            messagesAhead = 0;
            bytesAhead = 0;
            return false;
        }
        return true;
    }

    boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    void complete() {
        finish(call::onCompleted);
    }

    void fail(Throwable error) {
        finish(() -> call.onError(Refusals.of(error)));
    }

    private void finish(Runnable last) {
        Runnable action;
        lock.lock();
        try {
            if (ended) {
                return;
            }
            eventLoop.execute(last);
            action = ending();
        } finally {
            lock.unlock();
        }
        action.run();
    }

    private void end() {
        Runnable action;
        lock.lock();
        try {
            action = ending();
        } finally {
            lock.unlock();
        }
        action.run();
    }

    private Runnable ending() {
        ended = true;
        changed.signalAll();
        Runnable action = atTheEnd;
        atTheEnd = () -> {};
        return action;
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
