package dev.indelible.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.RecordedEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Several processes on one table. */
class ProcessesTest {
    private static final int PROCESSES = 4;
    private static final long PATIENCE_S = 120;
    private static final int CONTESTED = Racer.SEATS + PROCESSES * Racer.THREADS * Racer.INCREMENTS;
    private static final int APPENDS_MIN = 2_000;
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
    void four_processes_take_fair_turns_and_nothing_is_lost_or_taken_twice() throws IOException {
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(start("p" + i));
        }
        assertAllSay("ready");
        tellAll();
        assertAllSay("contested");
        assertThat(store.head().value()).isEqualTo(CONTESTED);
        tellAll();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (store.head().value() < CONTESTED + APPENDS_MIN && System.nanoTime() < deadline) {
            LockSupport.parkNanos(20_000_000);
        }
        tellAll();
        int won = 0;
        List<Integer> appended = new ArrayList<>();
        for (Process process : processes) {
            String[] words = result(process);
            won += Integer.parseInt(words[1]);
            appended.add(Integer.parseInt(words[3]));
        }
        System.out.println("ProcessesTest: appends of each process " + appended);
        assertThat(won).isEqualTo(Racer.SEATS);
        assertCounted(appended.stream().mapToInt(Integer::intValue).sum());
        int least = appended.stream().mapToInt(Integer::intValue).min().orElseThrow();
        assertThat(appended).allMatch(count -> count <= FAIRNESS_FACTOR * least);
    }

    private void assertCounted(int appended) {
        List<RecordedEvent> all = store.read(EventQuery.all()).toList();
        assertThat(all).hasSize(CONTESTED + appended);
        Map<String, Long> versions = new HashMap<>();
        long position = 0;
        for (RecordedEvent event : all) {
            assertThat(event.position().value()).isEqualTo(++position);
            assertThat(event.version()).isEqualTo(versions.merge(event.stream().value(), 1L, Long::sum));
            if (event.type().equals("Incremented")) {
                assertThat(event.data().text()).isEqualTo(Long.toString(event.version()));
            }
        }
        for (int seat = 0; seat < Racer.SEATS; seat++) {
            assertThat(store.read(EventQuery.tags("seat:" + seat)).toList()).hasSize(1);
        }
    }

    private void assertAllSay(String word) throws IOException {
        for (Process process : processes) {
            assertThat(process.inputReader().readLine()).isEqualTo(word);
        }
    }

    private void tellAll() throws IOException {
        for (Process process : processes) {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }
    }

    private Process start(String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Racer.class.getName(),
                        DynamoDbLocal.shared().endpoint().toString(),
                        table,
                        name)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String[] result(Process process) throws IOException {
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        assertThat(line).as("what a process prints at its end").startsWith("won ");
        return line.split(" ");
    }
}
