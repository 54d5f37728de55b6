package dev.indelible.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Several processes on one table. */
class ProcessesTest {
    private static final int PROCESSES = 4;
    private static final long PATIENCE_S = 120;
    private static final int CONTESTED = Racer.SEATS + PROCESSES * Racer.THREADS * Racer.INCREMENTS;
    private static final int FAIRNESS_FACTOR = 3;

    private final String table = DynamoDbLocal.newTable();
    private final DynamoDbClient client = DynamoDbLocal.shared().client();
    private final EventStore store = EventStore.on(DynamoDbJournal.on(client, DynamoDbOptions.of(table)));
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
        store.close();
        client.deleteTable(request -> request.tableName(table));
        client.close();
    }

    @Test
    void of_all_who_want_the_same_exactly_one_gets_it_and_nothing_is_lost() throws IOException {
        start(DynamoDbLocal.shared().endpoint());
        List<Integer> won = answers("contest");
        System.out.println("ProcessesTest: seats of each process " + won);
        assertThat(sum(won)).isEqualTo(Racer.SEATS);
        for (int seat = 0; seat < Racer.SEATS; seat++) {
            assertThat(store.read(EventQuery.tags("seat:" + seat)).toList()).hasSize(1);
        }
        assertCounted(CONTESTED);
    }

    @Test
    void appends_to_one_stream_take_fair_turns() throws IOException {
        assertFair("any", 2, 600);
    }

    @Test
    void decisions_on_one_stream_take_fair_turns() throws IOException {
        assertFair("decide", 1, 200);
        assertFair("decide", Racer.THREADS, 160);
    }

    @Test
    void decisions_take_fair_turns_where_commits_that_meet_are_cancelled() throws IOException {
        try (Between between = new Between(DynamoDbLocal.shared().endpoint(), new Meetings())) {
            start(between.endpoint());
            assertFair("decide", 2, 160);
            assertFair("own", 2, 400);
        }
    }

    /** Cancels a commit that comes while another one is under way, as the service does. DynamoDB Local lets it wait. */
    private static final class Meetings implements Between.Mischief {
        private final AtomicInteger underWay = new AtomicInteger();

        @Override
        public String error(Between.Call call) {
            return call.isCommit() && underWay.getAndIncrement() > 0 ? "TransactionCanceledException" : "";
        }

        @Override
        public void ended(Between.Call call) {
            if (call.isCommit()) {
                underWay.decrementAndGet();
            }
        }
    }

    @Test
    void decisions_guarded_by_one_tag_take_fair_turns() throws IOException {
        assertFair("guard", 2, 160);
    }

    @Test
    void decisions_on_streams_of_their_own_take_fair_turns() throws IOException {
        assertFair("own", Racer.THREADS, 600);
    }

    /** Lets them append until so many events have been recorded: enough of them that chance is not taken for unfair. */
    private void assertFair(String how, int threads, int events) throws IOException {
        if (processes.isEmpty()) {
            start(DynamoDbLocal.shared().endpoint());
        }
        long before = store.head().value();
        long began = System.nanoTime();
        tellAll(how + " " + threads);
        long deadline = began + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (store.head().value() < before + events && System.nanoTime() < deadline) {
            LockSupport.parkNanos(20_000_000);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        List<Integer> appended = answers("");
        System.out.printf("ProcessesTest: %s by %d threads each: %s in %.1f s%n", how, threads, appended, seconds);
        assertCounted((int) before + sum(appended));
        int least = Collections.min(appended);
        assertThat(appended).as(how).allMatch(count -> count <= FAIRNESS_FACTOR * least);
    }

    private static int sum(List<Integer> counts) {
        return counts.stream().mapToInt(Integer::intValue).sum();
    }

    private void assertCounted(int events) {
        List<RecordedEvent> all = store.read(EventQuery.all()).toList();
        assertThat(all).hasSize(events);
        Map<String, Long> versions = new HashMap<>();
        long position = 0;
        for (RecordedEvent event : all) {
            assertThat(event.position().value()).isEqualTo(++position);
            assertThat(event.version()).isEqualTo(versions.merge(event.stream().value(), 1L, Long::sum));
            if (event.type().equals("Incremented")) {
                assertThat(event.data().text()).isEqualTo(Long.toString(event.version()));
            }
        }
    }

    private void start(URI endpoint) throws IOException {
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(start(endpoint, "p" + i));
        }
        for (Process process : processes) {
            assertThat(process.inputReader().readLine()).isEqualTo("ready");
        }
    }

    private void tellAll(String line) throws IOException {
        for (Process process : processes) {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }
    }

    /** What each of them says to that line. */
    private List<Integer> answers(String line) throws IOException {
        tellAll(line);
        List<Integer> answers = new ArrayList<>();
        for (Process process : processes) {
            answers.add(Integer.parseInt(process.inputReader().readLine()));
        }
        return answers;
    }

    private Process start(URI endpoint, String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Racer.class.getName(),
                        endpoint.toString(),
                        table,
                        name)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
