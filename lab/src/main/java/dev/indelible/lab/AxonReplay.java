package dev.indelible.lab;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.TrackingEventProcessor;
import org.axonframework.eventhandling.TrackingEventProcessorConfiguration;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.serialization.JavaSerializer;
import org.jspecify.annotations.Nullable;

/** Axon's tracking processor, one thread, with transactions of as many events as ours. */
final class AxonReplay {
    private static final int MINUTES_MAX = 3;

    private final EventStorageEngine engine;
    private final AxonTransactions transactions;

    AxonReplay(EventStorageEngine engine, AxonTransactions transactions) {
        this.engine = engine;
        this.transactions = transactions;
    }

    /** Into a handler that does nothing, with its token in memory. */
    double secondsIntoNothing(String name, long events) throws InterruptedException {
        return seconds(name, new InMemoryTokenStore(), new Handler(events, null));
    }

    /** Into rows, one statement an event, with its token in the same transaction. */
    double secondsIntoRows(String name, long events) throws InterruptedException {
        transactions.executeInTransaction(() -> {
            try (Connection connection = transactions.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS order_totals");
                statement.execute(OrderTotals.CREATE);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        return seconds(name, tokens(transactions), new Handler(events, transactions));
    }

    @SuppressWarnings("deprecation") // Its others need a library more.
    static JdbcTokenStore tokens(AxonTransactions transactions) {
        return JdbcTokenStore.builder()
                .connectionProvider(transactions)
                .serializer(JavaSerializer.builder().build())
                .build();
    }

    private double seconds(String name, TokenStore tokens, Handler handler) throws InterruptedException {
        EmbeddedEventStore store =
                EmbeddedEventStore.builder().storageEngine(engine).build();
        TrackingEventProcessor processor = TrackingEventProcessor.builder()
                .name(name)
                .eventHandlerInvoker(handler)
                .messageSource(store)
                .tokenStore(tokens)
                .transactionManager(transactions)
                .trackingEventProcessorConfiguration(TrackingEventProcessorConfiguration.forSingleThreadedProcessing()
                        .andBatchSize(Replays.BATCH))
                .build();
        long before = System.nanoTime();
        processor.start();
        if (!handler.done.await(MINUTES_MAX, TimeUnit.MINUTES)) {
            throw new IllegalStateException("axon: not all events after " + MINUTES_MAX + " minutes");
        }
        processor.shutDown(); // which waits for the last transaction
        double seconds = (System.nanoTime() - before) / 1e9;
        store.shutDown();
        return seconds;
    }

    private static final class Handler implements EventHandlerInvoker {
        private final CountDownLatch done = new CountDownLatch(1);
        private final @Nullable AxonTransactions rows;
        private long left;

        Handler(long events, @Nullable AxonTransactions rows) {
            this.left = events;
            this.rows = rows;
        }

        @Override
        public boolean canHandle(EventMessage<?> message, Segment segment) {
            return true;
        }

        @Override
        public void handle(EventMessage<?> message, Segment segment) throws Exception {
            if (rows != null
                    && message instanceof DomainEventMessage<?> event
                    && event.getPayload() instanceof AxonSerializer.Event payload) {
                try (Connection connection = rows.getConnection()) {
                    OrderTotals.add(
                            connection,
                            event.getAggregateIdentifier(),
                            payload.data().size());
                }
            }
            if (--left == 0) {
                done.countDown();
            }
        }
    }
}
