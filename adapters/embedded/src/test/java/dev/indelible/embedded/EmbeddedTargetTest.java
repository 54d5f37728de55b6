package dev.indelible.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.tck.ProjectionTargetContract;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedTargetTest implements ProjectionTargetContract<EmbeddedModel> {
    @TempDir
    private Path directory;

    private EmbeddedTarget target;

    @BeforeEach
    void open() {
        target = EmbeddedTarget.open(directory.resolve("target"));
    }

    @AfterEach
    void close() {
        target.close();
    }

    @Override
    public ProjectionTarget<EmbeddedModel> target() {
        return target;
    }

    @Override
    public ProjectionTarget<EmbeddedModel> anotherView() {
        return target;
    }

    @Override
    public List<EventStore> stores() {
        return List.of(EventStore.open("embedded:" + directory.resolve("store")));
    }

    @Override
    public void create(EmbeddedModel model) {
        model.put("made", "yes");
        model.delete("made");
    }

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

    private void make() throws Exception {
        for (Effect effect : List.of(Effect.CREATE, Effect.PUBLISH)) {
            Note absent = Note.absent(effect.name());
            target.change(Change.of(effect, ONE, absent, absent.next()), model -> {});
        }
    }

    private boolean step(ProjectionTarget.Work<EmbeddedModel> work) throws Exception {
        Note there = target.note("orders", "part").orElse(Note.absent("part"));
        return target.change(Change.of(Effect.WORK, ONE, there, there.next()), work);
    }

    @Test
    void work_sees_what_it_has_written_and_what_was_there() throws Exception {
        make();
        step(model -> {
            model.put("a/1", "one");
            model.put("a/3", "three");
            model.put("b", "other");
        });
        step(model -> {
            model.put("a/2", "two");
            model.delete("a/1");
            assertThat(model.text("a/1")).isEmpty();
            assertThat(model.text("a/3")).contains("three");
            assertThat(model.scan("a/", "", 10).keySet()).containsExactly("a/2", "a/3");
            assertThat(model.scan("a/", "a/2", 10).keySet()).containsExactly("a/3");
            assertThat(model.scan("", "", 1).keySet()).containsExactly("a/2");
        });
        assertThat(target.reader("orders").scan("a", "", 10).keySet()).containsExactly("a/2", "a/3");
        assertThatThrownBy(() -> target.reader("orders").scan("", "", 0)).hasMessageContaining("1 to 10000");
    }

    @Test
    void model_and_notes_are_there_when_it_is_opened_again_and_one_process_holds_them() throws Exception {
        make();
        step(model -> model.put("a", "1"));
        assertThatThrownBy(() -> EmbeddedTarget.open(directory.resolve("target")))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("this one");
        target.close();
        target.close();
        assertThatThrownBy(() -> target.reader("orders").get("a")).isInstanceOf(Unavailable.class);
        open();
        assertThat(model("orders")).isEqualTo(Map.of("a", 1L));
        assertThat(target.note("orders", "part").orElseThrow().revision()).isEqualTo(1);
    }

    @Test
    void a_model_that_outlives_its_step_is_refused() throws Exception {
        make();
        EmbeddedModel[] kept = new EmbeddedModel[1];
        step(model -> kept[0] = model);
        assertThatThrownBy(() -> kept[0].put("a", "1")).hasMessageContaining("the step is over");
    }
}
