package dev.indelible.examples;

import dev.indelible.EventStore;
import dev.indelible.decider.Repository;
import dev.indelible.elasticsearch.ElasticsearchTarget;
import dev.indelible.event.Position;
import dev.indelible.postgres.PostgresTarget;
import dev.indelible.projection.Projections;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import dev.indelible.redis.RedisTarget;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import java.io.IOException;
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

    /**
     * Starts it, and returns when the read models have what the store has. Port 0: any that is free. An event that a
     * read model cannot take in is parked, with those of its order that follow, while others go on.
     */
    static OrderApplication start(EventStore store, ReadModels readModels, int port, int operationsPort)
            throws Exception {
        var codec = Ordering.codec();
        var options = ProjectorOptions.standard().parking();
        var summary =
                Projector.start(store, new OrderSummary(), PostgresTarget.on(readModels.postgres()), codec, options);
        var search = Projector.start(
                store, new OrderSearch(), ElasticsearchTarget.on(readModels.elasticsearch()), codec, options);
        var figures = Projector.start(store, new OrderFigures(), RedisTarget.on(readModels.redis()), codec, options);
        Projections projections = Projections.of(summary, search, figures);
        OrderApi api = null;
        try {
            Position recorded = store.head();
            for (Projector<?, ?> projector : projections.all()) {
                if (!projector.await(recorded, PATIENCE)) {
                    throw new IllegalStateException(projector.status().toString());
                }
            }
            var orders = Repository.of(store, "Order", Ordering.Order.NONE, codec);
            api = OrderApi.start(orders, new OrderQueries(readModels), projections, port);
            return new OrderApplication(
                    projections,
                    api,
                    IndelibleServer.start(store, "127.0.0.1", operationsPort, ProjectionSources.of(projections)));
        } catch (Exception e) {
            if (api != null) {
                api.close();
            }
            projections.close();
            throw e;
        }
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

    /** Runs it on the store at a URL, with read models in engines that start and end with it, on two ports. */
    public static void main(String[] args) throws Exception {
        System.out.println("starting PostgreSQL, Elasticsearch and Redis ...");
        int port = Integer.parseInt(args.length > 1 ? args[1] : "8080");
        int operationsPort = Integer.parseInt(args.length > 2 ? args[2] : "2113");
        try (LocalEngines engines = LocalEngines.start();
                EventStore store = EventStore.open(args.length > 0 ? args[0] : "embedded:./data/orders");
                OrderApplication application = start(store, engines.readModels(), port, operationsPort)) {
            CountDownLatch over = new CountDownLatch(1);
            Thread running = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                over.countDown();
                await(running);
            }));
            System.out.printf("orders: %s%nstore and projections: %s%n", application.uri(), application.operations());
            over.await();
        } catch (IOException | IllegalStateException e) {
            System.err.println("cannot start: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
