package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryTarget;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.Projections;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application's projections, steered from a shell: at its own server, and at one that passes on to it. */
@Timeout(120)
class ProjectionsTest {
    private final EventStore store = EventStore.open("memory:");
    private final MemoryTarget<Map<String, Long>> target = MemoryTarget.of(Map.of(), HashMap::new);
    private final AtomicLong poison = new AtomicLong();
    private final Counts counts = new Counts();
    private final Projector<RecordedEvent, Map<String, Long>> projector = Projector.start(
            store, counts, target, counts, ProjectorOptions.standard().parking().withAttemptsMax(2));
    private final IndelibleServer application =
            IndelibleServer.start(store, "127.0.0.1", 0, ProjectionSources.of(Projections.of(projector)));
    private final IndelibleServer relay =
            IndelibleServer.start(store, "127.0.0.1", 0, ProjectionSources.at(List.of(application.uri())));

    /** How many events each stream has, as far as none was poison. */
    private final class Counts implements Projection<RecordedEvent, Map<String, Long>>, Codec<RecordedEvent> {
        @Override
        public String name() {
            return "counts";
        }

        @Override
        public EventQuery reads() {
            return EventQuery.all();
        }

        @Override
        public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
            if (event.position().value() == poison.get()) {
                throw new IllegalStateException("poison");
            }
            model.merge(event.stream().value(), 1L, Long::sum);
        }

        @Override
        public NewEvent encode(RecordedEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<RecordedEvent> decode(RecordedEvent event) {
            return List.of(event);
        }
    }

    @BeforeEach
    void append() throws InterruptedException {
        poison.set(3);
        store.append(StreamName.of("Order-1"), ExpectedVersion.any(), event());
        store.append(StreamName.of("Order-2"), ExpectedVersion.any(), event(), event(), event());
        assertThat(projector.await(Position.of(4), Duration.ofSeconds(30))).isTrue();
    }

    private static NewEvent event() {
        return NewEvent.json("Counted", "{}");
    }

    @AfterEach
    void close() {
        relay.close();
        application.close();
        projector.close();
        store.close();
    }

    private Cli.Result run(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "projections";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 2] = "--at";
        all[all.length - 1] = relay.uri().toString();
        return Cli.run(all);
    }

    private String out(String... arguments) {
        Cli.Result result = run(arguments);
        assertThat(result.err()).isEmpty();
        return result.out();
    }

    @Test
    void a_rebuild_is_followed_and_rolled_back() {
        poison.set(0);
        assertThat(out("retry", "counts", "Order-2")).isEqualTo("taken in: 2\n");
        assertThat(out("rebuild", "counts", "--compare", "10", "--wait")).contains("counts: running, version 2 at 4");
        assertThat(out("rollback", "counts", "--wait")).contains("counts: running, version 1 at 4");
        assertThat(out("drop-former", "counts")).contains("version 1");
        assertThat(target.model("counts")).isEqualTo(Map.of("Order-1", 1L, "Order-2", 3L));
        assertThat(run("rollback", "counts").err()).contains("no former version to roll back to");
        assertThat(run("cancel", "counts").err()).contains("nothing to cancel");
    }

    @Test
    void what_is_parked_is_listed_retried_and_skipped() {
        assertThat(out("parked", "counts")).isEqualTo("""
                        3  Order-2  java.lang.IllegalStateException: poison
                        4  Order-2  waits behind an earlier one
                        """);
        assertThat(run("retry", "counts", "Order-2").err()).contains("poison");
        assertThat(run("skip", "counts", "3").err()).contains("--reason: missing");
        assertThat(out("skip", "counts", "3", "--reason", "a test order")).isEqualTo("skipped: 3\n");
        assertThat(out("skipped", "counts")).contains("3  Order-2  a test order");
        assertThat(out("retry", "counts", "Order-2")).isEqualTo("taken in: 1\n");
        assertThat(out("parked", "counts")).isEmpty();
    }

    @Test
    void projections_are_listed_held_and_let_go() {
        assertThat(out("list")).startsWith("counts: running, version 1 at 4, lag 0, parked ");
        assertThat(out("pause", "counts")).startsWith("counts: paused");
        assertThat(out("status", "counts")).contains("state: paused\n", "position: 4\n", "rebuild: \n");
        assertThat(run("rebuild", "counts", "--wait"))
                .satisfies(paused -> assertThat(paused.out()).contains("paused: it goes on when it is resumed"))
                .satisfies(paused -> assertThat(paused.exitCode()).isEqualTo(1));
        assertThat(out("resume", "counts")).startsWith("counts: ");
        assertThat(run("status", "none").err()).contains("projection: \"none\" (expected: one of");
        assertThat(run("status").err()).contains("NAME: missing");
        assertThat(run("forget", "counts").err()).contains("\"forget\" (expected: one of list, status, pause,");
        assertThat(Cli.run("projections", "list", "--at", "nonsense").err())
                .contains("\"nonsense\" (expected: http://HOST:PORT, or ");
    }

    /** A form of a web page cannot send JSON without being asked whether it may. */
    @Test
    void what_a_page_of_the_web_could_send_is_refused() throws Exception {
        HttpRequest form = HttpRequest.newBuilder(URI.create(application.uri() + "/projections/counts/pause"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(form, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
        }
    }
}
