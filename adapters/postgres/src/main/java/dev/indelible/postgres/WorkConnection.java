package dev.indelible.postgres;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.projection.ProjectionTarget.Work;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The connection as the work of a step is given it: its transaction is the projector's to end, since the checkpoint is
 * in it.
 */
final class WorkConnection {
    private static final String IN_FAILED_TRANSACTION = "25P02";

    private final Connection whole;
    private final Connection given;
    private final String transaction;

    WorkConnection(Connection whole, String transaction) {
        this.whole = whole;
        this.transaction = transaction;
        this.given = (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, this::call);
    }

    Connection whole() {
        return whole;
    }

    /** Does the work; fails if what it did is not all there at its end. */
    void perform(Work<Connection> work) throws Exception {
        work.on(given);
        requireWhole();
    }

    private Object call(Object proxy, Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        boolean isEnd = switch (name) {
            case "commit", "close", "abort" -> true;
            case "rollback" -> arguments == null; // To a savepoint of its own it may.
            case "setAutoCommit" -> Boolean.TRUE.equals(arguments[0]);
            default -> false;
        };
        if (isEnd) {
            throw new IllegalStateException(
                    "Connection." + name + " in a projection (expected: the projector ends its transaction)");
        }
        try {
            return method.invoke(whole, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /**
     * A statement may have failed without that the work says so, after which the server would take a commit for a
     * rollback; or the work may have ended the transaction by a statement.
     */
    private void requireWhole() throws SQLException {
        String now;
        try (PreparedStatement statement = whole.prepareStatement("SELECT pg_current_xact_id_if_assigned()::text");
                ResultSet row = statement.executeQuery()) {
            row.next();
            now = row.getString(1);
        } catch (SQLException e) {
            if (IN_FAILED_TRANSACTION.equals(e.getSQLState())) {
                throw new IllegalStateException(
                        "a statement of the projection failed, and it went on (expected: it lets the exception pass)",
                        e);
            }
            throw e;
        }
        if (!transaction.equals(now)) {
            throw new Corrupted(
                    "the projection has ended the transaction of its step, so that a part of it may be there"
                            + " without the rest; rebuild it, with code that neither commits nor rolls back",
                    null);
        }
    }
}
