package dev.indelible.server.kurrent;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The calls that are being answered. When the server stops they end, and their clients come back later. */
final class OpenCalls {
    private final Executor threads;
    private final Set<Outbox<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    OpenCalls(Executor threads) {
        this.threads = threads;
    }

    /** The work of a call: it sends messages, and throws what the client is to be told instead. */
    interface Work {
        void run() throws InterruptedException;
    }

    /** Does the work on a thread of its own and ends the call. */
    void run(Outbox<?> outbox, Work work) {
        add(outbox);
        start(() -> {
            try {
                work.run();
                finish(outbox);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                outbox.fail(Refusals.stopping());
            } catch (RuntimeException e) {
                outbox.fail(e);
            } catch (Error e) {
                outbox.fail(e);
                throw e;
            } finally {
                open.remove(outbox);
            }
        });
    }

    private void finish(Outbox<?> outbox) {
        if (closed) {
            outbox.fail(Refusals.stopping());
        } else {
            outbox.complete();
        }
    }

    /** A call that is answered piece by piece. */
    void add(Outbox<?> outbox) {
        open.add(outbox);
        if (closed) {
            outbox.fail(Refusals.stopping());
            open.remove(outbox);
        }
    }

    void remove(Outbox<?> outbox) {
        open.remove(outbox);
    }

    /** Runs it on a thread of its own. */
    void start(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException stopped) {
            throw Refusals.stopping();
        }
    }

    /** Ends all of them. */
    void close() {
        closed = true;
        open.forEach(outbox -> outbox.fail(Refusals.stopping()));
        open.clear();
    }
}
