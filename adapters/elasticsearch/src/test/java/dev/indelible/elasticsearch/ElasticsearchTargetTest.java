package dev.indelible.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ExpandWildcard;
import co.elastic.clients.elasticsearch.core.search.Hit;
import dev.indelible.EventStore;
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
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS) // one server for all
class ElasticsearchTargetTest implements ProjectionTargetContract<ElasticsearchModel> {
    private static final Position THREE = Position.of(3);
    private static final Position FOUR = Position.of(4);

    private ElasticsearchServer server;
    private ElasticsearchClient client;
    private ElasticsearchTarget target;
    private int disturbances;
    private @Nullable EmbeddedPostgres postgres;

    @BeforeAll
    void start() throws IOException {
        server = new ElasticsearchServer(Path.of("target", "server"));
        client = ElasticsearchClient.of(c -> c.host("http://127.0.0.1:" + server.port()));
    }

    @AfterAll
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @BeforeEach
    void open() {
        target = ElasticsearchTarget.on(client);
        disturbances = 0;
    }

    @AfterEach
    void clean() throws IOException {
        if (postgres != null) {
            postgres.close();
            postgres = null;
        }
        for (String index : client.indices()
                .get(g -> g.index("*").expandWildcards(ExpandWildcard.All))
                .indices()
                .keySet()) {
            client.indices().delete(d -> d.index(index));
        }
    }

    @TempDir
    private Path directory;

    @Override
    public List<EventStore> stores() throws IOException {
        postgres = EmbeddedPostgres.start();
        return List.of(
                EventStore.open("embedded:" + directory.resolve("store")),
                EventStore.on(PostgresJournal.on(postgres.getPostgresDatabase(), PostgresOptions.DEFAULT)));
    }

    /** It is killed, once: to start takes long. */
    @Override
    public void disturb() throws IOException {
        if (disturbances++ == 0) {
            server.killAndStart();
        }
    }

    @Override
    public ProjectionTarget<ElasticsearchModel> target() {
        return target;
    }

    @Override
    public ProjectionTarget<ElasticsearchModel> anotherView() {
        return ElasticsearchTarget.on(client);
    }

    @Override
    public void create(ElasticsearchModel model) {
        model.mapping("{\"dynamic\":\"strict\",\"properties\":{\"number\":{\"type\":\"long\"}}}");
    }

    @Override
    public void put(ElasticsearchModel model, String key, long number, Position position) {
        model.put(key, position, Map.of("number", number));
    }

    @Override
    public void remove(ElasticsearchModel model, String key, Position position) {
        model.delete(key, position);
    }

    @Override
    @SuppressWarnings("rawtypes") // The client's documents are of the class that it is given.
    public Map<String, Long> model(String projection) throws IOException {
        Map<String, Long> model = new HashMap<>();
        try {
            client.indices().refresh(r -> r.index(projection));
            List<Hit<Map>> hits = client.search(s -> s.index(projection).size(10_000), Map.class)
                    .hits()
                    .hits();
            for (Hit<Map> hit : hits) {
                Number number = (Number) Objects.requireNonNull(hit.source()).get("number");
                model.put(
                        Objects.requireNonNull(hit.id()),
                        Objects.requireNonNull(number).longValue());
            }
        } catch (ElasticsearchException e) {
            assertThat(e.status()).isEqualTo(404);
        }
        return model;
    }

    private void make() throws Exception {
        Note absent = Note.absent("made");
        target.change(Change.of(Effect.CREATE, ONE, absent, absent.next()), this::create);
        Note read = Note.absent("read");
        target.change(Change.of(Effect.PUBLISH, ONE, read, read.next()), Work.none());
    }

    private boolean step(Work<ElasticsearchModel> work) throws Exception {
        Note there = target.note("orders", "part").orElse(Note.absent("part"));
        return target.change(Change.of(Effect.WORK, ONE, there, there.next()), work);
    }

    @Test
    void what_was_done_is_not_done_again_however_much_is_repeated() throws Exception {
        make();
        Work<ElasticsearchModel> work = model -> {
            model.update("a", THREE, document -> plus(document, 1));
            model.update("a", FOUR, document -> plus(document, 10));
        };
        step(work);
        step(work);
        step(model -> model.update("a", FOUR, document -> plus(document, 10)));
        assertThat(model("orders")).isEqualTo(Map.of("a", 11L));
        step(model -> {
            model.update("a", Position.of(5), document -> plus(document, 100));
            model.update("a", Position.of(5), document -> plus(document, 1_000)); // one event became two
        });
        assertThat(model("orders")).isEqualTo(Map.of("a", 1_111L));
    }

    private static Map<String, Object> plus(Map<String, Object> document, long number) {
        long before = document.get("number") instanceof Number there ? there.longValue() : 0;
        return Map.of("number", before + number);
    }

    /** After {@code index.gc_deletes}, here at once, Elasticsearch no longer knows the version of what was deleted. */
    @Test
    void a_projector_that_slept_does_not_bring_back_what_was_deleted_meanwhile() throws Exception {
        make();
        client.indices().putSettings(s -> s.index("orders_v1").settings(i -> i.gcDeletes(t -> t.time("0ms"))));
        step(model -> put(model, "a", 1, THREE));
        step(model -> model.delete("a", FOUR));
        client.indices().forcemerge(f -> f.index("orders_v1").flush(true));
        ElasticsearchModel late = new ElasticsearchModel(client, "orders_v1");
        late.put("a", THREE, Map.of("number", 1));
        late.flush();
        assertThat(model("orders")).isEmpty();
        step(model -> model.update("a", Position.of(5), document -> {
            assertThat(document).isEmpty();
            return Map.of("number", 5);
        }));
        assertThat(model("orders")).isEqualTo(Map.of("a", 5L));
    }

    @Test
    void a_document_that_does_not_fit_is_named() throws Exception {
        make();
        assertThatThrownBy(() -> step(model -> model.put("a", THREE, Map.of("number", "many"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("document a")
                .hasMessageContaining("number");
        assertThat(target.note("orders", "part")).isEmpty();
    }

    @Test
    void an_index_of_somebody_else_is_left_alone() throws Exception {
        client.indices().create(c -> c.index("orders"));
        assertThatThrownBy(this::make).hasMessageContaining("index orders: exists already");
        client.indices().delete(d -> d.index("orders", "orders_v1"));
        client.indices().create(c -> c.index("orders_v1"));
        assertThatThrownBy(this::make).hasMessageContaining("index orders_v1: exists already");
    }
}
