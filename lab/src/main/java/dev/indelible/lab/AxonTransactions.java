package dev.indelible.lab;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.jdbc.ConnectionWrapperFactory;
import org.axonframework.common.jdbc.JdbcException;
import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;

/** Axon's transactions on a pool: one connection a transaction, bound to its thread, as Spring does it. */
final class AxonTransactions implements TransactionManager, ConnectionProvider {
    private final DataSource pool;

    @SuppressWarnings("ThreadLocalUsage") // One for each pool: a static one would mix them.
    private final ThreadLocal<Connection> current = new ThreadLocal<>();

    AxonTransactions(DataSource pool) {
        this.pool = pool;
    }

    @Override
    public Transaction startTransaction() {
        if (current.get() != null) {
            return new Joined();
        }
        try {
            Connection connection = pool.getConnection();
            connection.setAutoCommit(false);
            current.set(connection);
            return new Bound(connection);
        } catch (SQLException e) {
            throw new JdbcException("Failed to start a transaction", e);
        }
    }

    /** The transaction's connection. Whoever gets it closes it after use, and that must not end the transaction. */
    @Override
    public Connection getConnection() {
        return ConnectionWrapperFactory.wrap(current.get(), new ConnectionWrapperFactory.NoOpCloseHandler());
    }

    /** One that began within another, which ends it. */
    private static final class Joined implements Transaction {
        @Override
        public void commit() {}

        @Override
        public void rollback() {}
    }

    private final class Bound implements Transaction {
        private final Connection connection;

        Bound(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void commit() {
            try {
                connection.commit();
            } catch (SQLException e) {
                throw new JdbcException("Failed to commit", e);
            }
            release();
        }

        @Override
        public void rollback() {
            try {
                connection.rollback();
            } catch (SQLException e) {
                throw new JdbcException("Failed to roll back", e);
            } finally {
                release();
            }
        }

        private void release() {
            current.remove();
            try {
                connection.close();
            } catch (SQLException e) {
                throw new JdbcException("Failed to release a connection", e);
            }
        }
    }
}
