package dev.indelible.postgres;

import dev.indelible.EventStore;
import dev.indelible.embedded.EmbeddedModel;
import dev.indelible.embedded.EmbeddedReader;
import dev.indelible.embedded.EmbeddedTarget;
import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.tck.ProjectionTargetContract;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Read models in an embedded directory of events in PostgreSQL. */
class EmbeddedTargetOnPostgresTest implements ProjectionTargetContract<EmbeddedModel> {
    @TempDir
    private Path directory;

    private final String schema = Server.newSchema();
    private EmbeddedTarget target;

    @BeforeEach
    void open() {
        target = EmbeddedTarget.open(directory);
    }

    @AfterEach
    void close() {
        target.close();
        Server.sql("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
    }

    @Override
    public List<EventStore> stores() {
        return List.of(Server.store(schema));
    }

    @Override
    public ProjectionTarget<EmbeddedModel> target() {
        return target;
    }

    @Override
    public ProjectionTarget<EmbeddedModel> anotherView() {
        return target;
    }

    /** Every connection of the store is cut. */
    @Override
    public void disturb() {
        Server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '" + schema
                + "'");
    }

    @Override
    public void create(EmbeddedModel model) {}

    @Override
    public void put(EmbeddedModel model, String key, long number, Position position) {
        model.put(key, Long.toString(number));
    }

    @Override
    public void remove(EmbeddedModel model, String key, Position position) {
        model.delete(key);
    }

    @Override
    public Map<String, Long> model(String projection) {
        Map<String, Long> model = new HashMap<>();
        EmbeddedReader reader = target.reader(projection);
        for (String key : reader.scan("", "", 10_000).keySet()) {
            model.put(key, Long.valueOf(reader.text(key).orElseThrow()));
        }
        return model;
    }
}
