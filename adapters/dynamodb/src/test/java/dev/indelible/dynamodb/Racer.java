package dev.indelible.dynamodb;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A process that appends beside others: {@code endpoint table name}. It begins and ends with a line of its input. */
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
            int read = System.in.read();
            AtomicInteger won = new AtomicInteger();
            AtomicInteger appended = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean(read < 0);
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(() -> {
                    for (int seat = 0; seat < SEATS; seat++) {
                        won.addAndGet(takes(store, args[2] + "x" + thread, seat) ? 1 : 0);
                    }
                    for (int k = 0; k < INCREMENTS; k++) {
                        increment(store, StreamName.of("Counter-" + k % 3));
                    }
                    for (int k = 0; !over.get(); k++) {
                        increment(store, StreamName.of("Counter-" + args[2] + "-" + thread + "-" + k % 3));
                        appended.incrementAndGet();
                    }
                    return null;
                });
            }
            tasks.add(() -> {
                over.set(System.in.read() < 0 || !over.get());
                return null;
            });
            FaultsTest.run(tasks);
            System.out.println("won " + won + " appended " + appended);
        }
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
