package dev.indelible.dynamodb;

import static dev.indelible.event.ExpectedVersion.any;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * A process that appends beside others: {@code endpoint table name}. It does what the lines of its input say, and
 * answers each with a line: {@code contest}, or {@code any}, {@code decide}, {@code guard} or {@code own} with a number
 * of threads, which append until the next line.
 */
final class Racer {
    static final int SEATS = 20;

    /** So often each thread increments a counter that all processes increment. */
    static final int INCREMENTS = 3;

    static final int THREADS = 8;

    private final EventStore store;
    private final String name;
    private final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private Racer(EventStore store, String name) {
        this.store = store;
        this.name = name;
    }

    public static void main(String[] args) throws Exception {
        try (DynamoDbClient client = DynamoDbLocal.client(URI.create(args[0]));
                EventStore store = EventStore.on(DynamoDbJournal.on(client, DynamoDbOptions.of(args[1])))) {
            store.head();
            System.out.println("ready");
            new Racer(store, args[2]).obey();
        }
    }

    private void obey() throws Exception {
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ", -1);
            System.out.println(words[0].equals("contest") ? contest() : hammer(words[0], Integer.parseInt(words[1])));
        }
    }

    private int contest() throws Exception {
        AtomicInteger won = new AtomicInteger();
        run(THREADS, thread -> {
            for (int seat = 0; seat < SEATS; seat++) {
                won.addAndGet(takes(store, name + "x" + thread, seat) ? 1 : 0);
            }
            for (int k = 0; k < INCREMENTS; k++) {
                increment(store, StreamName.of("Counter-" + k));
            }
        });
        return won.get();
    }

    private int hammer(String how, int threads) throws Exception {
        AtomicInteger appended = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        Thread end = Thread.ofPlatform().daemon().start(() -> {
            readLine();
            over.set(true);
        });
        run(threads, thread -> {
            while (!over.get()) {
                switch (how) {
                    case "any" -> store.append(StreamName.of("Hot-any"), any(), NewEvent.json("Appended", "{}"));
                    case "decide" -> increment(store, StreamName.of("Hot-decide"));
                    case "guard" -> number(store);
                    default -> increment(store, StreamName.of("Own-" + name + "-" + thread));
                }
                appended.incrementAndGet();
            }
        });
        end.join();
        return appended.get();
    }

    private void readLine() {
        try {
            input.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(int threads, IntConsumer task) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            tasks.add(() -> {
                task.accept(thread);
                return null;
            });
        }
        FaultsTest.run(tasks);
    }

    /** Takes the seat if nobody has; of all who try exactly one does. */
    private static boolean takes(EventStore store, String who, int seat) {
        EventQuery taken = EventQuery.types("Taken").withTags("seat:" + seat);
        NewEvent event = NewEvent.json("Taken", "{}").withTags("seat:" + seat, "by:" + who);
        try {
            store.append(Append.to(StreamName.of("Guest-" + who), ExpectedVersion.any(), event)
                    .unless(taken, Position.START));
            return true;
        } catch (Conflict e) {
            return false;
        }
    }

    /** Reads the version and appends the next one, until nobody is faster. */
    private static void increment(EventStore store, StreamName counter) {
        while (true) {
            try {
                long version = store.version(counter);
                store.append(
                        counter,
                        ExpectedVersion.exactly(version),
                        NewEvent.json("Incremented", Long.toString(version + 1)));
                return;
            } catch (Conflict e) {
                // Somebody was faster: once more.
            }
        }
    }

    /** Numbers an event of a stream of its own by a guard on the tag that all of them bear. */
    private static void number(EventStore store) {
        EventQuery numbered = EventQuery.tags("invoice:all");
        while (true) {
            try {
                Events last = store.read(numbered, Range.all().fromTheEnd().limit(1));
                long number = last.hasNext() ? Long.parseLong(last.next().data().text()) : 0;
                NewEvent event =
                        NewEvent.json("Numbered", Long.toString(number + 1)).withTags("invoice:all");
                store.append(Append.to(StreamName.of("Invoice-" + event.id()), ExpectedVersion.noStream(), event)
                        .unless(numbered, last.asOf()));
                return;
            } catch (Conflict e) {
                // Somebody was faster: once more.
            }
        }
    }
}
