package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.decider.Decider;
import dev.indelible.decider.Repository;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Commands sent again and again by several processes, which are killed, are handled once each. */
class CommandsOnceTest {
    private static final int PROCESSES = 4;
    private static final int COMMANDS = 30;
    private static final int THINGS = 3;

    @Test
    void commands_sent_by_four_processes_with_kills_are_handled_once() throws IOException {
        String schema = Server.newSchema();
        try (EventStore store = EventStore.open(Server.url(schema))) {
            Map<String, String> answers = new HashMap<>();
            for (int round = 0; round < 2; round++) {
                List<Process> senders = new ArrayList<>();
                for (int i = 0; i < PROCESSES; i++) {
                    senders.add(send(Server.url(schema), round * PROCESSES + i));
                }
                for (int i = 0; i < PROCESSES; i++) {
                    boolean isKilled = i % 2 == 0;
                    collect(senders.get(i), isKilled ? 5 + 5 * round : Integer.MAX_VALUE, answers);
                }
            }
            assertThat(answers).hasSize(COMMANDS);
            assertThat(store.read(EventQuery.all()).stream().count()).isEqualTo(COMMANDS);
            for (int i = 0; i < COMMANDS; i++) {
                assertThat(store.read(EventQuery.tags("command_id:c" + i)).toList())
                        .hasSize(1);
            }
        }
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    private static Process send(String url, int seed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sender.class.getName(),
                        url,
                        Integer.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Takes so many answers, kills the process, and takes what it had said. A command has one answer, whoever asks. */
    private static void collect(Process sender, int count, Map<String, String> answers) throws IOException {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(sender.getInputStream(), StandardCharsets.UTF_8))) {
            int taken = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                String[] answer = line.split(" is ", -1);
                if (answer.length == 2 && answer[1].endsWith(".")) {
                    String before = answers.putIfAbsent(answer[0], answer[1]);
                    assertThat(answer[1]).as(answer[0]).isEqualTo(before == null ? answer[1] : before);
                }
                if (++taken == count) {
                    sender.toHandle().destroyForcibly(); // Leaves its output readable.
                }
            }
        }
    }

    /** Counts what was added to a thing. */
    private static final class Sums implements Decider<Integer, Integer, Integer>, Codec<Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public List<Integer> decide(Integer command, Integer sum) {
            return List.of(command);
        }

        @Override
        public Integer evolve(Integer sum, Integer added) {
            return sum + added;
        }

        @Override
        public NewEvent encode(Integer added) {
            return NewEvent.json("Added", added.toString());
        }

        @Override
        public List<Integer> decode(RecordedEvent event) {
            return List.of(Integer.valueOf(event.data().text()));
        }
    }

    /** Sends all commands, in an order of its own, and prints what each led to. */
    static final class Sender {
        private Sender() {}

        public static void main(String[] arguments) {
            List<Integer> commands = new ArrayList<>();
            for (int i = 0; i < COMMANDS; i++) {
                commands.add(i);
            }
            Collections.shuffle(commands, new Random(Long.parseLong(arguments[1])));
            Sums sums = new Sums();
            try (EventStore store = EventStore.open(arguments[0])) {
                Repository<Integer, Integer, Integer> things =
                        Repository.of(store, "Thing", sums, sums).attempts(1_000);
                for (int i : commands) {
                    var handled = things.handleOnce("c" + i, "t" + i % THINGS, i);
                    System.out.println("c" + i + " is " + handled.events() + " at " + handled.version() + ": "
                            + handled.state() + ".");
                }
            }
        }
    }
}
