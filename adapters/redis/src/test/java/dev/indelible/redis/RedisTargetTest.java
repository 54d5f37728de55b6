package dev.indelible.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.ProjectionTarget.Progress;
import dev.indelible.tck.ProjectionTargetContract;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

class RedisTargetTest implements ProjectionTargetContract<RedisWrites> {
    private static final Position ONE = Position.of(1);
    private static final String MODEL = "model:{orders}";

    @TempDir
    private Path directory;

    private RedisServer server;
    private RedisClient redis;
    private RedisTarget target;

    @BeforeEach
    void start() throws IOException {
        int port = freePort();
        server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("dir " + directory)
                .setting("save \"\"")
                .setting("appendonly yes")
                .setting("appendfsync always")
                .build();
        server.start();
        redis = RedisClient.create("127.0.0.1", port);
        target = RedisTarget.on(redis);
    }

    @AfterEach
    void stop() throws IOException {
        redis.close();
        server.stop();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public ProjectionTarget<RedisWrites> target() {
        return target;
    }

    @Override
    public ProjectionTarget<RedisWrites> anotherView() {
        return RedisTarget.on(redis);
    }

    @Override
    public void add(RedisWrites writes, String key, long number) {
        writes.call("HINCRBY", MODEL, key, Long.toString(number));
    }

    @Override
    public Map<String, Long> model() {
        Map<String, Long> model = new HashMap<>();
        redis.hgetAll(MODEL).forEach((key, number) -> model.put(key, Long.valueOf(number)));
        return model;
    }

    @Test
    void model_and_position_survive_a_restart_together() throws Exception {
        target.begin("orders", Position.of(7));
        target.advance("orders", Position.START, ONE, writes -> add(writes, "a", 1));
        server.stop();
        assertThatThrownBy(() -> target.advance("orders", ONE, Position.of(2), writes -> add(writes, "a", 1)))
                .isInstanceOf(Unavailable.class);
        server.start();
        assertThat(target.begin("orders", Position.of(9))).isEqualTo(new Progress(ONE, Position.of(7)));
        assertThat(model()).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void a_first_command_that_fails_does_nothing() {
        target.begin("orders", Position.START);
        redis.set("text:{orders}", "no number");
        assertThatThrownBy(() -> target.advance("orders", Position.START, ONE, writes -> {
                    writes.call("INCR", "text:{orders}");
                    add(writes, "a", 1);
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INCR: ERR value is not an integer");
        assertThat(model()).isEmpty();
        assertThat(target.begin("orders", Position.START).position()).isEqualTo(Position.START);
    }

    @Test
    void a_later_command_that_fails_is_damage_and_nobody_goes_on_with_it() throws Exception {
        target.begin("orders", Position.START);
        assertThatThrownBy(() -> target.advance("orders", Position.START, ONE, writes -> {
                    add(writes, "a", 1);
                    writes.call("INCR", MODEL);
                }))
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining("INCR: WRONGTYPE");
        assertThatThrownBy(() -> target.begin("orders", Position.START)).isInstanceOf(Corrupted.class);
        assertThatThrownBy(() -> target.advance("orders", Position.START, ONE, writes -> {}))
                .isInstanceOf(Corrupted.class);
        redis.del(MODEL, RedisTarget.key("orders"));
        target.begin("orders", Position.START);
        assertThat(target.advance("orders", Position.START, ONE, writes -> add(writes, "a", 1)))
                .isTrue();
        assertThat(model()).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void a_step_of_many_commands_and_of_any_text_is_one() throws Exception {
        target.begin("orders", Position.START);
        String odd = "ü \u0001 \n \"'{}\\ 1 0";
        assertThat(target.advance("orders", Position.START, ONE, writes -> {
                    for (int i = 0; i < 5_000; i++) {
                        add(writes, odd, 1);
                    }
                }))
                .isTrue();
        assertThat(model()).isEqualTo(Map.of(odd, 5_000L));
    }
}
