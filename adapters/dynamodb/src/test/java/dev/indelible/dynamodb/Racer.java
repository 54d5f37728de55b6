package dev.indelible.dynamodb;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A process that appends beside others: {@code endpoint table name}. It goes on with each line of its input. */
final class Racer {
    static final int SEATS = 20;

    /** So often each thread increments a counter that all processes increment. */
    static final int INCREMENTS = 3;

    static final int THREADS = 8;

    private Racer() {}

    public static void main(String[] args) throws Exception {
        try (DynamoDbClient client = DynamoDbLocal.client(URI.create(args[0]));
                EventStore store = EventStore.on(DynamoDbJournal.on(client, DynamoDbOptions.of(args[1])))) {
            store.head();
            System.out.println("ready");
            await();
            AtomicInteger won = new AtomicInteger();
            run(thread -> {
                for (int seat = 0; seat < SEATS; seat++) {
                    won.addAndGet(takes(store, args[2] + "x" + thread, seat) ? 1 : 0);
                }
                for (int k = 0; k < INCREMENTS; k++) {
                    increment(store, StreamName.of("Counter-" + k % 3));
                }
            });
            System.out.println("contested");
            await();
            AtomicInteger appended = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            Thread end = Thread.ofPlatform().daemon().start(() -> {
                await();
                over.set(true);
            });
            run(thread -> {
                for (int k = 0; !over.get(); k++) {
                    increment(store, StreamName.of("Counter-" + args[2] + "-" + thread + "-" + k % 3));
                    appended.incrementAndGet();
                }
            });
            end.join();
            System.out.println("won " + won + " appended " + appended);
        }
    }

    /** Until the next line of the input, or its end. */
    private static void await() {
        try {
            int read = System.in.read();
            while (read >= 0 && read != '\n') {
                read = System.in.read();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(IntConsumer task) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
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
}
