package dev.indelible.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Learns of new events: at once of those recorded here, within milliseconds of those that another process tells of, and
 * by looking at the head every {@value #POLL_MS} ms of all others. What is told is only a hint to look.
 *
 * <p>A listener that does not hear its own voice (a pooler in transaction mode), or is cut off, costs those
 * milliseconds and nothing else; {@link #state} says so. Telling is a transaction of its own, so that no append waits
 * for the lock that a database takes for it, and tells of all that was recorded since the last time.
 */
final class News implements AutoCloseable {
    static final int POLL_MS = 100;

    private static final int TELL_EVERY_MS = 5;
    private static final int RECONNECT_MS = 1_000;
    private static final int LISTENER_TIMEOUT_MS = 5_000;
    private static final int CATCHING_UP_MS = 5;
    private static final int CATCHING_UP_ATTEMPTS = 20;

    private final DataSource recordedAt;
    private final Database readFrom;
    private final String channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Condition toTell = lock.newCondition();
    private volatile long head;
    private volatile String state = "not listening (nobody waits)";
    private volatile @Nullable Throwable lastError;
    private long recorded;
    private long told;
    private volatile boolean closed;
    private @Nullable Thread watcher;
    private @Nullable Thread teller;

    News(DataSource recordedAt, Database readFrom) {
        this.recordedAt = recordedAt;
        this.readFrom = readFrom;
        this.channel = "indelible_" + readFrom.schema();
    }

    /** How it listens, in words. */
    String state() {
        Throwable error = lastError;
        return error == null ? state : state + "; last error: " + error.getMessage();
    }

    /** Events up to the position have been recorded by this process. */
    void recorded(long position, boolean canBeReadHere) {
        lock.lock();
        try {
            recorded = Math.max(recorded, position);
            if (canBeReadHere) {
                publish(position);
            }
            if (teller == null && !closed) {
                teller = Thread.ofVirtual().name("indelible-teller").start(this::tell);
            }
            toTell.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is an event after the position, within the timeout. */
    boolean await(long after, Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            if (watcher == null && !closed) {
                watcher =
                        Thread.ofPlatform().daemon().name("indelible-listener").start(this::watch);
            }
            while (head <= after && nanos > 0 && !closed) {
                nanos = moved.awaitNanos(nanos);
            }
            return head > after;
        } finally {
            lock.unlock();
        }
    }

    /** Ends its threads. */
    @Override
    public void close() {
        Thread[] running;
        lock.lock();
        try {
            closed = true;
            moved.signalAll();
            toTell.signalAll();
            running = new Thread[] {watcher, teller};
        } finally {
            lock.unlock();
        }
        for (Thread thread : running) {
            join(thread);
        }
    }

    private static void join(@Nullable Thread thread) {
        try {
            if (thread != null) {
                LockSupport.unpark(thread);
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void publish(long position) {
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

    private void watch() {
        while (!closed) {
            try (Connection connection = recordedAt.getConnection()) {
                listen(connection);
            } catch (SQLException e) {
                lastError = e;
                state = "polling every " + POLL_MS + " ms (the listener was cut off)";
            }
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RECONNECT_MS);
            while (!closed && System.nanoTime() < until) {
                look();
                rest(POLL_MS);
            }
        }
    }

    private void listen(Connection connection) throws SQLException {
        String own = UUID.randomUUID().toString();
        connection.setAutoCommit(true);
        connection.setNetworkTimeout(Runnable::run, LISTENER_TIMEOUT_MS);
        try (Statement statement = connection.createStatement()) {
            state = "polling every " + POLL_MS + " ms (notifications have not arrived yet)";
            statement.execute("LISTEN " + channel);
            statement.execute("NOTIFY " + channel + ", '" + own + "'");
            PGConnection driver = connection.unwrap(PGConnection.class);
            look();
            long checked = System.nanoTime();
            while (!closed) {
                PGNotification[] heard = driver.getNotifications(POLL_MS);
                long hint = 0;
                for (PGNotification notification : heard == null ? new PGNotification[0] : heard) {
                    if (notification.getParameter().equals(own)) {
                        state = "listening";
                        lastError = null;
                    } else {
                        hint = Math.max(hint, position(notification.getParameter()));
                    }
                }
                lookFor(hint);
                if (System.nanoTime() - checked > TimeUnit.MILLISECONDS.toNanos(RECONNECT_MS)) {
                    statement.execute("SELECT 1"); // A connection that is dead says so now.
                    checked = System.nanoTime();
                }
            }
            statement.execute("UNLISTEN " + channel);
        } finally {
            if (!connection.isClosed()) {
                connection.setNetworkTimeout(Runnable::run, 0);
            }
        }
    }

    private static long position(String parameter) {
        try {
            return Long.parseLong(parameter);
        } catch (NumberFormatException e) {
            return 0; // Another process's own voice.
        }
    }

    /** Looks until what was told of can be seen; a replica needs a moment. */
    private void lookFor(long hint) {
        if (hint > 0 && hint <= head) {
            return;
        }
        look();
        for (int i = 0; i < CATCHING_UP_ATTEMPTS && head < hint && !closed; i++) {
            rest(CATCHING_UP_MS);
            look();
        }
    }

    private void look() {
        try {
            publish(readFrom.head());
        } catch (SQLException e) {
            lastError = e;
        }
    }

    private static void rest(int ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private void tell() {
        while (true) {
            long position;
            lock.lock();
            try {
                while (recorded == told && !closed) {
                    toTell.awaitUninterruptibly();
                }
                if (closed) {
                    return;
                }
                position = recorded;
                told = position;
            } finally {
                lock.unlock();
            }
            try (Connection connection = recordedAt.getConnection();
                    PreparedStatement notify = connection.prepareStatement(
                            "SELECT set_config('synchronous_commit', 'off', true), pg_notify(?, ?)")) {
                notify.setString(1, channel);
                notify.setString(2, Long.toString(position));
                notify.execute();
            } catch (SQLException e) {
                lastError = e; // The others look for themselves.
            }
            rest(TELL_EVERY_MS);
        }
    }
}
