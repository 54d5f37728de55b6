package dev.indelible.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Outcome;
import dev.indelible.memory.MemoryJournal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoppingTest {
    private static final int CLIENTS = 16;

    @TempDir
    Path directory;

    @Test
    void whatever_is_recorded_while_the_server_stops_is_acknowledged() throws Exception {
        String url = "embedded:" + directory;
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        CountDownLatch running = new CountDownLatch(10 * CLIENTS);
        try (EventStore store = EventStore.open(url);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IndelibleServer server = IndelibleServer.start(store, "127.0.0.1", 0);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String stream = "/streams/Order-" + i;
                clients.add(threads.submit(() -> appendUntilRefused(server, stream, acknowledged, running)));
            }
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
            server.close();
            for (Future<?> client : clients) {
                client.get(30, TimeUnit.SECONDS);
            }
        }
        try (EventStore store = EventStore.open(url)) {
            List<RecordedEvent> recorded = store.read(EventQuery.all()).toList();
            assertThat(recorded).hasSizeGreaterThanOrEqualTo(10 * CLIENTS);
            assertThat(recorded.stream().map(event -> event.id().toString()))
                    .containsExactlyInAnyOrderElementsOf(acknowledged);
        }
    }

    @Test
    void an_append_that_runs_is_answered_and_a_new_one_is_refused() throws Exception {
        SlowJournal journal = new SlowJournal();
        try (EventStore store = EventStore.on(journal);
                IndelibleServer server = IndelibleServer.start(store, "127.0.0.1", 0);
                Client client = new Client(server.uri());
                Socket other = new Socket(InetAddress.getLoopbackAddress(), server.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Client.Answer> first = threads.submit(() -> client.post("/streams/Order-1", body(id())));
            assertThat(journal.entered.await(30, TimeUnit.SECONDS)).isTrue();
            Future<?> stop = threads.submit(server::close);
            String refusal;
            do {
                // A body that is no event: taken or refused, it records nothing.
                refusal = answer(
                        other,
                        "POST /streams/Order-2 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
                                + "\r\nContent-Length: 2\r\n\r\n{}");
            } while (refusal.startsWith("HTTP/1.1 400"));
            assertThat(refusal)
                    .startsWith("HTTP/1.1 503")
                    .contains("\r\nretry-after: 1\r\n", "\r\nconnection: close\r\n", "the server is stopping");
            assertThat(stop.isDone()).isFalse();
            journal.goOn.countDown();
            assertThat(first.get(30, TimeUnit.SECONDS).status()).isEqualTo(201);
            stop.get(30, TimeUnit.SECONDS);
            assertThat(store.head()).isEqualTo(Position.of(1));
        }
    }

    @Test
    void a_store_that_hangs_does_not_keep_the_server_for_ever() throws Exception {
        SlowJournal journal = new SlowJournal();
        try (EventStore store = EventStore.on(journal);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IndelibleServer server = IndelibleServer.start(store, "127.0.0.1", 0);
            try (Client client = new Client(server.uri())) {
                Future<Client.Answer> append = threads.submit(() -> client.post("/streams/Order-1", body(id())));
                assertThat(journal.entered.await(30, TimeUnit.SECONDS)).isTrue();
                threads.submit(server::close).get(20, TimeUnit.SECONDS); // The store hangs for longer.
                assertThat(append.get(20, TimeUnit.SECONDS).status()).isEqualTo(503);
            } finally {
                journal.goOn.countDown();
            }
        }
    }

    private static Void appendUntilRefused(
            IndelibleServer server, String stream, Set<String> acknowledged, CountDownLatch running) {
        try (Client client = new Client(server.uri())) {
            while (true) {
                String id = id();
                Client.Answer answer = client.post(stream, body(id));
                if (answer.status() != 201) {
                    assertThat(answer.status()).as(answer.text()).isEqualTo(503);
                    return null;
                }
                acknowledged.add(id);
                running.countDown();
            }
        } catch (UncheckedIOException stopped) {
            return null;
        }
    }

    private static String id() {
        return NewEvent.timeOrderedId(Clock.systemUTC()).toString();
    }

    private static String body(String id) {
        return "{\"events\":[{\"event_id\":\"" + id + "\",\"event_type\":\"A\",\"data\":1}]}";
    }

    /** Head and body of the answer, which says how long it is. */
    private static String answer(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next).as(head.toString()).isNotNegative();
            head.append((char) next);
        }
        String length = head.toString().replaceAll("(?s).*content-length: (\\d+)\r\n.*", "$1");
        return head + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }

    /** Appends when it is told to. */
    private static final class SlowJournal extends ForwardingJournal {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        SlowJournal() {
            super(new MemoryJournal());
        }

        @Override
        public Outcome append(Append append) {
            entered.countDown();
            try {
                assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return super.append(append);
        }
    }
}
