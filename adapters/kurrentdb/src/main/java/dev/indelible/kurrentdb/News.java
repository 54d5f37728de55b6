package dev.indelible.kurrentdb;

import dev.indelible.EventStoreException.Unavailable;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.SubscribeToAllOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionFilter;
import io.kurrent.dbclient.SubscriptionListener;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Learns of new events by a subscription, and by looking now and then in case it says nothing. What the subscription
 * says is a hint: reads decide. Nobody subscribes unless somebody waits, and then only one; a subscription that was
 * dropped is made again.
 */
final class News {
    /** Time between two looks while the subscription says nothing. */
    static final Duration LOOK = Duration.ofSeconds(2);

    private static final String NOT_OF_SYSTEM = "^[^\\$].*";

    private final KurrentDBClient client;
    private final Reader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private long head;
    private @Nullable Listener listener;
    private long dropped;
    private @Nullable Throwable lastError;
    private boolean closed;

    News(KurrentDBClient client, Reader reader) {
        this.client = client;
        this.reader = reader;
    }

    /** The last position that was heard of. */
    long heard() {
        lock.lock();
        try {
            return head;
        } finally {
            lock.unlock();
        }
    }

    /** How often a subscription ended that was not meant to. */
    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Why the last subscription ended, if it did since. */
    @Nullable
    Throwable lastError() {
        lock.lock();
        try {
            return lastError;
        } finally {
            lock.unlock();
        }
    }

    /** There is an event at the position. */
    void publish(long position) {
        lock.lock();
        try {
            if (position > head) {
                head = position;
                moved.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is an event after the position, within the timeout. */
    boolean await(long after, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (heard() <= after) {
            Listener heard = listen();
            publish(reader.head());
            long left = Math.min(end - System.nanoTime(), LOOK.toNanos());
            lock.lockInterruptibly();
            try {
                while (head <= after && left > 0 && !closed && heard.isOn) {
                    left = moved.awaitNanos(left);
                }
                if (closed || System.nanoTime() - end >= 0) {
                    return head > after;
                } else if (!heard.isOn) {
                    // Not at once: what dropped it may last.
                    moved.awaitNanos(Math.min(left, Listener.PAUSE.toNanos()));
                }
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    /** The subscription, made if there is none. */
    private Listener listen() {
        Listener mine;
        lock.lock();
        try {
            if (closed) {
                throw new Unavailable("the journal is closed", null);
            } else if (listener != null && listener.isOn) {
                return listener;
            }
            mine = new Listener();
            listener = mine;
        } finally {
            lock.unlock();
        }
        try {
            SubscriptionFilter filter = SubscriptionFilter.newBuilder()
                    .withStreamNameRegularExpression(NOT_OF_SYSTEM)
                    .build();
            Failures.answer(client.subscribeToAll(
                    mine, SubscribeToAllOptions.get().fromEnd().filter(filter)));
        } catch (RuntimeException e) {
            mine.drop(e);
        }
        return mine;
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            if (listener != null && listener.subscription != null) {
                listener.subscription.stop();
            }
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Called by the client's threads. */
    private final class Listener extends SubscriptionListener {
        static final Duration PAUSE = Duration.ofMillis(200);

        /** Both guarded by the lock. */
        private boolean isOn = true;

        private @Nullable Subscription subscription;

        @Override
        public void onConfirmation(Subscription confirmed) {
            lock.lock();
            try {
                if (closed || !isOn) {
                    confirmed.stop();
                    return;
                }
                subscription = confirmed;
                lastError = null;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onEvent(Subscription of, ResolvedEvent event) {
            publish(EventForm.position(event.getOriginalEvent()));
        }

        @Override
        public void onCancelled(Subscription of, @Nullable Throwable reason) {
            drop(reason == null ? new Unavailable("KurrentDB: the subscription was ended", null) : reason);
        }

        private void drop(Throwable reason) {
            lock.lock();
            try {
                if (isOn && !closed) {
                    dropped++;
                    lastError = reason;
                }
                isOn = false;
                moved.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
