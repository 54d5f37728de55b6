package dev.indelible.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.postgres.PostgresJournal;
import dev.indelible.postgres.PostgresOptions;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.ProjectionTarget.Work;
import dev.indelible.tck.ProjectionTargetContract;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

class RedisTargetTest implements ProjectionTargetContract<RedisWrites> {
    @TempDir
    private Path directory;

    private RedisServer server;
    private RedisClient redis;
    private RedisTarget target;
    private @Nullable EmbeddedPostgres postgres;

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
        if (postgres != null) {
            postgres.close();
        }
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
    public List<EventStore> stores() throws IOException {
        postgres = EmbeddedPostgres.start();
        return List.of(
                EventStore.open("embedded:" + directory.resolve("store")),
                EventStore.on(PostgresJournal.on(postgres.getPostgresDatabase(), PostgresOptions.DEFAULT)));
    }

    /** The server is started anew on its file. */
    @Override
    public void disturb() throws IOException {
        server.stop();
        server.start();
    }

    @Override
    public void create(RedisWrites writes) {}

    @Override
    public void put(RedisWrites writes, String key, long number, Position position) {
        writes.call("HSET", writes.key("numbers"), key, Long.toString(number));
    }

    @Override
    public void remove(RedisWrites writes, String key, Position position) {
        writes.call("HDEL", writes.key("numbers"), key);
    }

    @Override
    public Map<String, Long> model(String projection) {
        Map<String, Long> model = new HashMap<>();
        RedisTarget.key(redis, projection, "numbers")
                .ifPresent(key -> redis.hgetAll(key).forEach((name, number) -> model.put(name, Long.valueOf(number))));
        return model;
    }

    private void make() throws Exception {
        for (Effect effect : List.of(Effect.CREATE, Effect.PUBLISH)) {
            Note absent = Note.absent(effect.name());
            target.change(Change.of(effect, ONE, absent, absent.next()), Work.none());
        }
    }

    private boolean step(Work<RedisWrites> work) throws Exception {
        Note there = target.note("orders", "part").orElse(Note.absent("part"));
        return target.change(Change.of(Effect.WORK, ONE, there, there.next()), work);
    }

    private void put(RedisWrites writes, String key) {
        put(writes, key, 1, Position.START);
    }

    @Test
    void model_and_notes_survive_a_restart_together() throws Exception {
        make();
        step(writes -> put(writes, "a"));
        server.stop();
        assertThatThrownBy(() -> step(writes -> put(writes, "b"))).isInstanceOf(Unavailable.class);
        server.start();
        assertThat(target.note("orders", "part").orElseThrow().revision()).isEqualTo(1);
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void a_first_command_that_fails_does_nothing() throws Exception {
        make();
        step(writes -> writes.call("SET", writes.key("text"), "no number"));
        assertThatThrownBy(() -> step(writes -> {
                    writes.call("INCR", writes.key("text"));
                    put(writes, "a");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INCR: ERR value is not an integer");
        assertThat(model("orders")).isEmpty();
        assertThat(step(writes -> put(writes, "a"))).isTrue();
    }

    @Test
    void a_later_command_that_fails_is_damage_and_nobody_goes_on_with_that_version() throws Exception {
        make();
        assertThatThrownBy(() -> step(writes -> {
                    put(writes, "a");
                    writes.call("INCR", writes.key("numbers"));
                }))
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining("INCR: WRONGTYPE");
        assertThatThrownBy(() -> step(writes -> {})).isInstanceOf(Corrupted.class);
        Note absent = Note.absent("rebuilt");
        target.change(Change.of(Effect.CREATE, TWO, absent, absent.next()), writes -> put(writes, "b"));
        Note made = absent.next();
        assertThat(target.change(Change.of(Effect.PUBLISH, TWO, made, made.next()), Work.none()))
                .isTrue();
        assertThat(model("orders")).isEqualTo(Map.of("b", 1L));
    }

    @Test
    void a_key_that_is_not_the_read_models_is_refused() throws Exception {
        make();
        assertThatThrownBy(() -> step(writes -> writes.call("SET", "orders", "1")))
                .hasMessage("SET: key \"orders\" (expected: one of writes.key(name))");
    }

    @Test
    void what_was_dropped_leaves_no_key() throws Exception {
        make();
        for (int i = 0; i < 3; i++) {
            step(writes -> {
                for (int k = 0; k < 1_000; k++) {
                    writes.call("SET", writes.key("key" + k), "1");
                }
            });
        }
        Note there = target.note("orders", "part").orElseThrow();
        target.change(Change.of(Effect.DROP, ONE, there, there.next()), Work.none());
        assertThat(redis.keys("{orders}*")).isEmpty();
    }

    @Test
    void a_step_of_many_commands_and_of_any_text_is_one() throws Exception {
        make();
        String odd = "ü \u0001 \n \"'{}\\ 1 0";
        assertThat(step(writes -> {
                    for (int i = 0; i < 5_000; i++) {
                        writes.call("HINCRBY", writes.key("numbers"), odd, "1");
                    }
                }))
                .isTrue();
        assertThat(model("orders")).isEqualTo(Map.of(odd, 5_000L));
    }
}
