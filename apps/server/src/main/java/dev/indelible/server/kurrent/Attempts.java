package dev.indelible.server.kurrent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The attempts at one write: others may change its streams in between. After each the writer waits a little, longer
 * each time and each for another while, so that of many that race some get through.
 */
final class Attempts {
    static final int COUNT_MAX = 100;

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final String what;
    private int failed;
    private long pauseNanos = FIRST_PAUSE_NANOS;

    Attempts(String what) {
        this.what = what;
    }

    /** One more has failed: waits before the next; throws if there is none, or the server stops. */
    void failed() {
        if (++failed == COUNT_MAX) {
            throw exhausted();
        }
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pauseNanos / 2, pauseNanos));
        if (Thread.currentThread().isInterrupted()) {
            throw Refusals.stopping();
        }
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    }

    private StatusRuntimeException exhausted() {
        return Status.ABORTED
                .withDescription(
                        "Operation timed out: %s: others changed it in each of %d attempts; nothing is recorded"
                                .formatted(what, COUNT_MAX))
                .asRuntimeException();
    }
}
