package dev.indelible.examples;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.indelible.elasticsearch.ElasticsearchServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

/** PostgreSQL, Elasticsearch and Redis as child processes, on free ports; what they hold goes with them. */
final class LocalEngines implements AutoCloseable {
    private final EmbeddedPostgres postgres;
    private final ElasticsearchServer elasticsearch;
    private final RedisServer redis;
    private final ReadModels readModels;

    private LocalEngines(EmbeddedPostgres postgres, ElasticsearchServer elasticsearch, RedisServer redis) {
        this.postgres = postgres;
        this.elasticsearch = elasticsearch;
        this.redis = redis;
        this.readModels = new ReadModels(
                postgres.getPostgresDatabase(),
                ElasticsearchClient.of(c -> c.host("http://127.0.0.1:" + elasticsearch.port())),
                RedisClient.create("127.0.0.1", redis.ports().getFirst()));
    }

    static LocalEngines start() throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.start();
        ElasticsearchServer elasticsearch = new ElasticsearchServer(
                Path.of(System.getProperty("home", ".."), "adapters/elasticsearch/target/server"));
        RedisServer redis = RedisServer.newRedisServer()
                .port(freePort())
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        redis.start();
        return new LocalEngines(postgres, elasticsearch, redis);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    ReadModels readModels() {
        return readModels;
    }

    @Override
    public void close() {
        try {
            readModels.elasticsearch().close();
            readModels.redis().close();
            elasticsearch.close();
            redis.stop();
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
