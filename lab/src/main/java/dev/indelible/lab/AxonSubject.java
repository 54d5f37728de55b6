package dev.indelible.lab;

import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.PostgresTokenTableFactory;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jdbc.PostgresEventTableFactory;
import org.axonframework.messaging.MetaData;

/**
 * Axon Framework's event storage engine for JDBC, as published: its own tables and statements, one transaction an
 * append, batches rewritten by the driver. It keeps neither tags nor an index by type. Sequence numbers are counted
 * here, so that no append has to look one up.
 */
final class AxonSubject implements Subject {
    private static final int CONNECTIONS = 20;
    private static final int BATCH = 1_000;
    private static final int FILLED_AT_ONCE = 100;

    private final HikariDataSource pool;
    private final JdbcEventStorageEngine engine;
    private final AxonTransactions transactions;
    private final ConcurrentHashMap<String, Sequence> sequences = new ConcurrentHashMap<>();

    AxonSubject(PostgresServer server) {
        pool = new HikariDataSource();
        pool.setJdbcUrl("jdbc:postgresql:" + server.newDatabase() + PostgresServer.REWRITE_BATCHES);
        pool.setMaximumPoolSize(CONNECTIONS);
        transactions = new AxonTransactions(pool);
        AxonSerializer serializer = new AxonSerializer();
        engine = JdbcEventStorageEngine.builder()
                .connectionProvider(transactions)
                .transactionManager(transactions)
                .eventSerializer(serializer)
                .snapshotSerializer(serializer)
                .batchSize(BATCH)
                .build();
        transactions.executeInTransaction(() -> engine.createSchema(PostgresEventTableFactory.INSTANCE));
    }

    private static final class Sequence {
        private final ReentrantLock lock = new ReentrantLock();
        private long next;
    }

    @Override
    public String name() {
        return "axon";
    }

    @Override
    public void append(String stream, NewEvent[] events) {
        Sequence sequence = sequences.computeIfAbsent(stream, key -> new Sequence());
        sequence.lock.lock();
        try {
            engine.appendEvents(messages(stream, sequence.next, events));
            sequence.next += events.length;
        } finally {
            sequence.lock.unlock();
        }
    }

    private static List<DomainEventMessage<?>> messages(String stream, long first, NewEvent[] events) {
        String aggregateType = stream.substring(0, stream.indexOf('-'));
        Instant now = Instant.now();
        List<DomainEventMessage<?>> messages = new ArrayList<>(events.length);
        for (NewEvent event : events) {
            messages.add(new GenericDomainEventMessage<>(
                    aggregateType,
                    stream,
                    first + messages.size(),
                    new AxonSerializer.Event(event.type(), event.schemaVersion(), event.data()),
                    MetaData.with(AxonSerializer.METADATA, event.metadata()),
                    event.id().toString(),
                    now));
        }
        return messages;
    }

    /** Orders that go on by turns, each with so many events. */
    void fill(Workload workload, int events, int eventsAnOrder) {
        Random random = new Random(1);
        int orders = Math.max(1, events / eventsAnOrder);
        List<DomainEventMessage<?>> batch = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            batch.addAll(messages("Order-" + i % orders, i / orders, workload.events(1, random)));
            if (batch.size() == FILLED_AT_ONCE || i == events - 1) {
                engine.appendEvents(List.copyOf(batch));
                batch.clear();
            }
        }
    }

    /** Reads it from the beginning with a tracking processor, with tokens in the same database. */
    AxonReplay replay() {
        JdbcTokenStore tokens = AxonReplay.tokens(transactions);
        transactions.executeInTransaction(() -> tokens.createSchema(PostgresTokenTableFactory.INSTANCE));
        return new AxonReplay(engine, transactions);
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) {
        return engine.readEvents(stream)
                .asStream()
                .filter(AxonSubject::isDecoded)
                .count();
    }

    @Override
    public long scan() {
        return engine.readEvents(null, false).filter(AxonSubject::isDecoded).count();
    }

    private static boolean isDecoded(EventMessage<?> message) {
        return message instanceof DomainEventMessage<?> event
                && event.getPayload() instanceof AxonSerializer.Event payload
                && payload.data().size() > 0
                && event.getMetaData().get(AxonSerializer.METADATA) instanceof Payload metadata
                && metadata.size() > 0
                && event.getTimestamp().getEpochSecond() > 0
                && !event.getIdentifier().isEmpty()
                && !event.getAggregateIdentifier().isEmpty()
                && event.getSequenceNumber() >= 0;
    }

    @Override
    public void close() {
        pool.close();
    }
}
