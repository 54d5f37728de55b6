package dev.indelible.postgres;

import dev.indelible.EventStoreException.Corrupted;
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

    WorkConnection(Connection whole) {
        this.whole = whole;
        this.given = (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, this::call);
    }

    Connection given() {
        return given;
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

    /** Of the transaction that has done something. */
    static String transactionOf(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT pg_current_xact_id_if_assigned()::text");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /**
     * Fails if what the work did is not all there, although it has not said so: a statement failed, after which the
     * server would take a commit for a rollback; or it ended the transaction by a statement.
     */
    void requireWhole(String transaction) throws SQLException {
        String now;
        try {
            now = transactionOf(whole);
        } catch (SQLException e) {
            if (IN_FAILED_TRANSACTION.equals(e.getSQLState())) {
                throw new IllegalStateException(
                        "a statement of the projection failed, and it went on (expected: it lets the exception pass)",
                        e);
            }
            throw e;
        }
        if (!now.equals(transaction)) {
            throw new Corrupted(
                    "the projection has ended the transaction of its step, so that a part of it may be there"
                            + " without the rest; rebuild it, with code that neither commits nor rolls back",
                    null);
        }
    }
}
