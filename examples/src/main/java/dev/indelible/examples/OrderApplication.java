package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.decider.Repository;
import dev.indelible.elasticsearch.ElasticsearchTarget;
import dev.indelible.event.Position;
import dev.indelible.postgres.PostgresTarget;
import dev.indelible.projection.Projections;
import dev.indelible.projection.Projector;
import dev.indelible.redis.RedisTarget;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A whole application: commands over HTTP are decided on the store's events and recorded; three projections make read
 * models of them; queries over HTTP are answered from those. The store and the projections can be watched and steered
 * at a second address.
 */
final class OrderApplication implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Projections projections;
    private final OrderApi api;
    private final IndelibleServer operations;

    private OrderApplication(Projections projections, OrderApi api, IndelibleServer operations) {
        this.projections = projections;
        this.api = api;
        this.operations = operations;
    }

    /** Starts it, and returns when the read models have what the store has. Port 0: any that is free. */
    static OrderApplication start(EventStore store, ReadModels readModels, int port, int operationsPort)
            throws Exception {
        var codec = Ordering.codec();
        var summary = Projector.start(store, new OrderSummary(), PostgresTarget.on(readModels.postgres()), codec);
        var search =
                Projector.start(store, new OrderSearch(), ElasticsearchTarget.on(readModels.elasticsearch()), codec);
        var figures = Projector.start(store, new OrderFigures(), RedisTarget.on(readModels.redis()), codec);
        Projections projections = Projections.of(summary, search, figures);
        Position recorded = store.head();
        for (Projector<?, ?> projector : projections.all()) {
            projector.await(recorded, PATIENCE);
        }
        var orders = Repository.of(store, "Order", Ordering.Order.NONE, codec);
        return new OrderApplication(
                projections,
                OrderApi.start(orders, new OrderQueries(readModels), projections, port),
                IndelibleServer.start(store, "127.0.0.1", operationsPort, ProjectionSources.of(projections)));
    }

    URI uri() {
        return api.uri();
    }

    URI operations() {
        return operations.uri();
    }

    /** First what lets work in, then what does it; the store and the read models' engines stay open. */
    @Override
    public void close() {
        api.close();
        operations.close();
        projections.close();
    }

    /** Runs it on the store at a URL, with read models in engines that start and end with it. */
    public static void main(String[] args) throws Exception {
        System.out.println("starting PostgreSQL, Elasticsearch and Redis ...");
        LocalEngines engines = LocalEngines.start();
        EventStore store = EventStore.open(args.length > 0 ? args[0] : "embedded:./data/orders");
        OrderApplication application = start(store, engines.readModels(), 8080, 2113);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            application.close();
            store.close();
            engines.close();
        }));
        System.out.printf("orders: %s%nstore and projections: %s%n", application.uri(), application.operations());
        new CountDownLatch(1).await();
    }
}
