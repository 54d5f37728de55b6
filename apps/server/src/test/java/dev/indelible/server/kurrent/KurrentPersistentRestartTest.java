package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.server.IndelibleServer;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.StreamState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups outlive the server, stopped or killed. */
@Timeout(180)
class KurrentPersistentRestartTest {
    private static final String STREAM = "Order-1";
    private static final String GROUP = "mailer";
    private static final int EVENTS = 1_000;
    private static final int KILLS = 4;

    @TempDir
    Path directory;

    @Test
    void after_a_restart_a_group_goes_on_behind_what_is_done() throws InterruptedException {
        try (Gateway gateway = new Gateway(EventStore.open("embedded:" + directory))) {
            append(gateway.client, 10);
            create(gateway.client, 30_000);
            Consuming consumer = Consuming.stream(gateway.client, STREAM, GROUP, 5);
            assertThat(consumer.done(3)).containsExactly("0", "1", "2");
            consumer.nack(NackAction.Park, "", consumer.next());
            consumer.next();
            var groups = KurrentDBPersistentSubscriptionsClient.from(gateway.client);
            KurrentPersistentTest.awaitThat(() -> Gateway.get(groups.getInfoToStream(STREAM, GROUP))
                            .orElseThrow()
                            .getStats()
                            .getTotalItems()
                    == 4);
            gateway.server.close();
        }
        try (Gateway gateway = new Gateway(EventStore.open("embedded:" + directory))) {
            Consuming consumer = Consuming.stream(gateway.client, STREAM, GROUP, 10);
            assertThat(consumer.done(6)).containsExactly("4", "5", "6", "7", "8", "9");
            Consuming.finish(KurrentDBPersistentSubscriptionsClient.from(gateway.client)
                    .replayParkedMessagesToStream(STREAM, GROUP));
            assertThat(consumer.done(1)).containsExactly("3");
            gateway.server.close();
        }
    }

    @Test
    void when_the_server_is_killed_nothing_is_lost() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("-Dindelible.seed=" + seed);
        Random random = new Random(seed);
        Set<Integer> done = new TreeSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            try (Served served = new Served()) {
                if (kill == 0) {
                    append(served.client, EVENTS);
                    create(served.client, 30_000);
                }
                Consuming consumer = Consuming.stream(served.client, STREAM, GROUP, 20);
                for (int i = random.nextInt(EVENTS / KILLS); i > 0; i--) {
                    answer(consumer, random, done);
                }
                served.process.toHandle().destroyForcibly();
            }
        }
        try (Served served = new Served()) {
            Consuming consumer = Consuming.stream(served.client, STREAM, GROUP, 20);
            var groups = KurrentDBPersistentSubscriptionsClient.from(served.client);
            Consuming.finish(groups.replayParkedMessagesToStream(STREAM, GROUP));
            while (done.size() < EVENTS) {
                done.addAll(consumer.done(1).stream().map(Integer::parseInt).toList());
            }
        }
        assertThat(done).hasSize(EVENTS);
    }

    /** A few events are parked, which is not done, or are to come again. */
    private static void answer(Consuming consumer, Random random, Set<Integer> done) throws InterruptedException {
        Consuming.Came next = consumer.next();
        int choice = random.nextInt(40);
        if (choice == 0) {
            consumer.nack(NackAction.Park, "", next);
        } else if (choice == 1) {
            consumer.nack(NackAction.Retry, "", next);
        } else {
            consumer.ack(next);
            done.add(Integer.parseInt(next.text()));
        }
    }

    private static void append(KurrentDBClient client, int count) {
        EventData[] events = new EventData[count];
        Arrays.setAll(events, i -> event("A", i));
        Gateway.get(client.appendToStream(
                STREAM,
                AppendToStreamOptions.get().streamState(StreamState.any()),
                List.of(events).iterator()));
    }

    private static void create(KurrentDBClient client, int timeoutMs) {
        Consuming.finish(KurrentDBPersistentSubscriptionsClient.from(client)
                .createToStream(
                        STREAM,
                        GROUP,
                        CreatePersistentSubscriptionToStreamOptions.get()
                                .fromStart()
                                .checkpointLowerBound(5)
                                .checkpointUpperBound(20)
                                .checkpointAfterInMs(20)
                                .messageTimeoutInMs(timeoutMs)));
    }

    /** A server in a process of its own, and a client of it. */
    private final class Served implements AutoCloseable {
        private final Process process;
        private final KurrentDBClient client;

        Served() throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Djava.io.tmpdir=" + directory,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Server.class.getName(),
                            directory.resolve("store").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String port = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> line.startsWith("port "))
                    .findFirst()
                    .orElseThrow();
            client = Gateway.connect("esdb://localhost:" + port.substring(5) + "?tls=false");
        }

        @Override
        public void close() {
            process.destroyForcibly();
            Gateway.get(process.onExit());
            Gateway.get(client.shutdown());
        }
    }

    /** What is killed. */
    static final class Server {
        private Server() {}

        public static void main(String[] args) {
            IndelibleServer server = IndelibleServer.start(EventStore.open("embedded:" + args[0]), "127.0.0.1", 0);
            System.out.println("port " + server.port());
        }
    }
}
