package dev.indelible.dynamodb;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.event.ExpectedVersion.noStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.dynamodb.Between.Call;
import dev.indelible.dynamodb.Between.Mischief;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** What the service and the way to it do now and then must cost time, and nothing else. */
@Timeout(value = FaultsTest.PATIENCE_S, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsTest {
    static final long PATIENCE_S = 120;
    private static final int HIDDEN_OF = 4;
    private static final int READS = 8;
    private static final StreamName ORDER = StreamName.of("Order-1");

    private final String table = DynamoDbLocal.newTable();
    private final List<DynamoDbClient> clients = new ArrayList<>();
    private final List<EventStore> stores = new ArrayList<>();
    private Between between;
    private EventStore store;

    @BeforeEach
    void open() throws IOException {
        between = new Between(DynamoDbLocal.shared().endpoint(), new Mischief() {});
        store = open(DynamoDbOptions.of(table));
    }

    @AfterEach
    void close() {
        between.now(new Mischief() {});
        stores.forEach(EventStore::close);
        clients.getFirst().deleteTable(request -> request.tableName(table));
        clients.forEach(DynamoDbClient::close);
        between.close();
    }

    private EventStore open(DynamoDbOptions options) {
        DynamoDbClient client = DynamoDbLocal.client(between.endpoint());
        clients.add(client);
        EventStore opened = EventStore.on(DynamoDbJournal.on(client, options));
        stores.add(opened);
        return opened;
    }

    private static NewEvent event(int number) {
        return NewEvent.json("Counted", "{\"number\":" + number + "}").withTags("count:all");
    }

    private List<RecordedEvent> all() {
        return store.read(EventQuery.all()).toList();
    }

    @Test
    void a_table_that_was_made_anew_is_not_taken_for_the_one_that_was_there() {
        for (int i = 0; i < 5; i++) {
            store.append(ORDER, any(), event(i));
        }
        clients.getFirst().deleteTable(request -> request.tableName(table));
        EventStore another = open(DynamoDbOptions.of(table));
        another.append(StreamName.of("Other-1"), any(), event(9));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> store.append(ORDER, any(), event(6)))
                    .isInstanceOf(Corrupted.class)
                    .hasMessageContaining("its last event is at position 1 (expected: 5 or later)");
            assertThatThrownBy(store::head).isInstanceOf(Corrupted.class);
        }
        assertThat(another.read(EventQuery.all()).toList()).hasSize(1);
        assertThat(another.version(ORDER)).isZero();
    }

    @Test
    void a_commit_whose_answer_is_lost_is_recorded_once_and_is_no_repetition() {
        store.append(ORDER, any(), event(0));
        for (int losses : new int[] {1, 3, 12}) {
            AtomicInteger left = new AtomicInteger(losses);
            between.now(losing(left));
            int before = all().size();
            Appended appended = store.append(ORDER, exactly(before), event(losses), event(losses));
            assertThat(left.get()).isNegative();
            assertThat(appended.repeated()).isFalse();
            assertThat(appended.version()).isEqualTo(before + 2);
            assertThat(all()).hasSize(before + 2);
        }
    }

    private static Mischief losing(AtomicInteger left) {
        return new Mischief() {
            @Override
            public boolean loses(Call call) {
                return call.isCommit() && left.getAndDecrement() > 0;
            }
        };
    }

    @Test
    void throttling_costs_time_only() {
        for (String error : List.of(
                "ProvisionedThroughputExceededException",
                "ThrottlingException",
                "RequestLimitExceeded",
                "TransactionInProgressException",
                "TransactionCanceledException")) {
            AtomicInteger left = new AtomicInteger(6);
            between.now(failing(error, left));
            assertThat(store.append(ORDER, any(), event(1)).repeated())
                    .as(error)
                    .isFalse();
            assertThat(left.get()).isNegative();
        }
        assertThat(all()).hasSize(5);
    }

    private static Mischief failing(String error, AtomicInteger left) {
        return new Mischief() {
            @Override
            public String error(Call call) {
                return call.isCommit() && left.getAndDecrement() > 0 ? error : "";
            }
        };
    }

    @Test
    void throttling_without_end_is_unavailable_and_records_nothing() {
        EventStore impatient = open(DynamoDbOptions.of(table).withPatience(Duration.ofSeconds(1)));
        impatient.append(ORDER, any(), event(1));
        for (String error : List.of("ProvisionedThroughputExceededException", "TransactionCanceledException")) {
            between.now(failing(error, new AtomicInteger(Integer.MAX_VALUE)));
            assertThatThrownBy(() -> impatient.append(ORDER, any(), event(2)))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining(table)
                    .hasCauseInstanceOf(Exception.class);
        }
        between.now(new Mischief() {});
        assertThat(all()).hasSize(1);
        assertThat(impatient.append(ORDER, exactly(1), event(3)).version()).isEqualTo(2);
    }

    @Test
    void the_patience_ends_what_the_sdk_would_repeat_for_longer() throws IOException {
        try (DynamoDbClient slow = DynamoDbLocal.client(between.endpoint(), Duration.ofSeconds(30));
                EventStore impatient = EventStore.on(
                        DynamoDbJournal.on(slow, DynamoDbOptions.of(table).withPatience(Duration.ofSeconds(1))))) {
            between.now(new Mischief() {
                @Override
                public String error(Call call) {
                    return "ProvisionedThroughputExceededException";
                }
            });
            long began = System.nanoTime();
            assertThatThrownBy(impatient::head).isInstanceOf(Unavailable.class);
            assertThatThrownBy(() -> impatient.append(ORDER, any(), event(1))).isInstanceOf(Unavailable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void a_repeat_at_a_known_version_is_told_from_a_conflict_although_the_answer_was_lost() {
        EventStore impatient = open(DynamoDbOptions.of(table).withPatience(Duration.ofSeconds(1)));
        NewEvent event = event(1);
        between.now(losing(new AtomicInteger(Integer.MAX_VALUE)));
        assertThatThrownBy(() -> impatient.append(ORDER, exactly(0), event)).isInstanceOf(Unavailable.class);
        between.now(new Mischief() {});
        assertThat(store.append(ORDER, exactly(0), event).repeated()).isTrue();
        assertThatThrownBy(() -> store.append(ORDER, exactly(0), event(2))).isInstanceOf(Conflict.class);
        assertThat(all()).hasSize(1);
    }

    @Test
    void an_append_that_two_processes_send_at_once_is_never_refused_because_of_itself() throws Exception {
        EventStore other = open(DynamoDbOptions.of(table));
        for (int round = 0; round < 30; round++) {
            int version = round;
            NewEvent event = event(round);
            List<Callable<Appended>> both = List.of(
                    () -> store.append(ORDER, exactly(version), event),
                    () -> other.append(ORDER, exactly(version), event));
            List<Appended> answers = results(both);
            assertThat(answers).allMatch(answer -> answer.version() == version + 1);
            assertThat(answers.stream().filter(Appended::repeated)).hasSize(1);
        }
        assertThat(all()).hasSize(30);
    }

    @Test
    void an_append_is_not_refused_because_of_itself_when_another_process_records_it_between_two_looks() {
        EventStore other = open(DynamoDbOptions.of(table));
        store.append(ORDER, any(), event(0));
        other.append(ORDER, any(), event(1)); // So that the store takes version 2 for wrong, and looks.
        NewEvent event = event(2);
        AtomicBoolean hasLooked = new AtomicBoolean();
        between.now(new Mischief() {
            @Override
            public String error(Call call) {
                if (call.operation().equals("TransactGetItems") && call.body().contains("EVENT#" + event.id())) {
                    hasLooked.set(true);
                } else if (hasLooked.get()) {
                    between.now(new Mischief() {});
                    other.append(ORDER, exactly(2), event);
                }
                return "";
            }
        });
        assertThat(store.append(ORDER, exactly(2), event).repeated()).isTrue();
        assertThat(all()).hasSize(3);
    }

    @Test
    void a_new_stream_that_another_process_has_made_is_a_conflict_at_once() {
        EventStore impatient = open(DynamoDbOptions.of(table).withPatience(Duration.ofSeconds(1)));
        impatient.head();
        store.append(ORDER, noStream(), event(1));
        assertThatThrownBy(() -> impatient.append(ORDER, noStream(), event(2))).isInstanceOf(Conflict.class);
        assertThat(all()).hasSize(1);
    }

    @Test
    void a_head_that_is_always_being_changed_keeps_nobody_from_reading_streams() {
        EventStore impatient = open(DynamoDbOptions.of(table).withPatience(Duration.ofSeconds(1)));
        store.append(ORDER, any(), event(1), event(2));
        between.now(new Mischief() {
            @Override
            public String error(Call call) {
                boolean isBusy = call.operation().equals("TransactGetItems")
                        && call.body().contains("HEAD");
                return isBusy ? "TransactionCanceledException" : "";
            }
        });
        assertThat(impatient.read(EventQuery.stream(ORDER)).toList()).hasSize(2);
        store.append(ORDER, any(), event(3));
        assertThat(impatient.read(EventQuery.tags("count:all")).toList()).hasSize(3);
    }

    @Test
    void an_index_that_stands_still_stops_neither_appends_nor_guards_by_tags() {
        EventStore impatient = open(DynamoDbOptions.of(table).withPatience(Duration.ofSeconds(1)));
        Position before = impatient.append(ORDER, any(), event(0)).position();
        between.now(new Mischief() {
            @Override
            public IntPredicate hides(Call call, int items) {
                return item -> call.isOnIndex();
            }
        });
        store.append(ORDER, any(), event(1));
        Append free = Append.to(ORDER, any(), event(3)).unless(EventQuery.tags("count:none"), before);
        assertThat(impatient.append(free).version()).isEqualTo(3);
        impatient.append(StreamName.of("Order-2"), any(), event(2));
        Append taken = Append.to(ORDER, any(), event(4)).unless(EventQuery.tags("count:all"), before);
        assertThatThrownBy(() -> impatient.append(taken)).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> impatient.read(EventQuery.all()).toList())
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("the index has no event at position 1, for 1 s");
    }

    @Test
    void what_is_damaged_is_said_to_be_with_its_item() {
        store.append(ORDER, any(), event(1));
        damage("STREAM#Order-1", "VERSION#00000000000000000001", "recorded_at");
        assertThatThrownBy(this::all)
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining("STREAM#Order-1")
                .hasMessageContaining("recorded_at: ");
        damage("HEAD", "HEAD", "last_position");
        EventStore later = open(DynamoDbOptions.of(table));
        assertThatThrownBy(() -> later.append(ORDER, any(), event(2)))
                .isInstanceOf(Corrupted.class)
                .hasMessageContaining("last_position: ");
    }

    private void damage(String pk, String sk, String attribute) {
        clients.getFirst()
                .updateItem(request -> request.tableName(table)
                        .key(Keys.key(pk, sk))
                        .updateExpression("SET #name = :damaged")
                        .expressionAttributeNames(Map.of("#name", attribute))
                        .expressionAttributeValues(Map.of(":damaged", Item.of("damaged"))));
    }

    @Test
    void entries_of_the_index_that_come_late_and_in_any_order_are_waited_for() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("FaultsTest: -Dindelible.seed=" + seed);
        between.now(new Hiding(seed, false));
        assertNobodyMissesAnything(new Random(seed));
    }

    @Test
    void a_commit_that_becomes_readable_item_by_item_is_waited_for() throws Exception {
        long seed = Long.getLong("indelible.seed", System.nanoTime());
        System.out.println("FaultsTest: -Dindelible.seed=" + seed);
        between.now(new Hiding(seed, true));
        assertNobodyMissesAnything(new Random(seed));
    }

    /** Hides each item from one of four who ask. */
    private static final class Hiding implements Mischief {
        private final AtomicLong seeds;
        private final boolean inTable;

        Hiding(long seed, boolean inTable) {
            this.seeds = new AtomicLong(seed);
            this.inTable = inTable;
        }

        @Override
        public IntPredicate hides(Call call, int items) {
            SplittableRandom random = new SplittableRandom(seeds.incrementAndGet());
            if (call.isOnIndex() || (inTable && !call.isBackwards())) {
                return item -> random.nextInt(HIDDEN_OF) == 0;
            }
            return item -> false;
        }
    }

    /** Writers in two stores, readers by log, stream and tag: whoever reads up to a position has all up to there. */
    private void assertNobodyMissesAnything(Random random) throws Exception {
        EventStore other = open(DynamoDbOptions.of(table));
        List<Callable<Void>> tasks = new ArrayList<>();
        ConcurrentHashMap<Position, Integer> acknowledged = new ConcurrentHashMap<>();
        for (int i = 0; i < 4; i++) {
            EventStore writer = i % 2 == 0 ? store : other;
            Random own = new Random(random.nextLong());
            int base = i * 1_000;
            tasks.add(() -> {
                for (int k = 0; k < 25; k++) {
                    NewEvent[] events = new NewEvent[1 + own.nextInt(3)];
                    for (int e = 0; e < events.length; e++) {
                        events[e] = event(base + k);
                    }
                    Appended appended = writer.append(StreamName.of("Order-" + own.nextInt(3)), any(), events);
                    acknowledged.put(appended.position(), events.length);
                }
                return null;
            });
        }
        for (EventQuery query : List.of(EventQuery.all(), EventQuery.tags("count:all"), EventQuery.category("Order"))) {
            tasks.add(() -> follow(other, query, READS));
        }
        for (int i = 0; i < 3; i++) {
            EventQuery query = EventQuery.stream("Order-" + i);
            tasks.add(() -> follow(store, query, READS));
        }
        run(tasks);
        between.now(new Mischief() {});
        assertThat(all())
                .hasSize(acknowledged.values().stream()
                        .mapToInt(Integer::intValue)
                        .sum());
    }

    /** What a read up to a position has found, a later one finds again up to there, and nothing else. */
    private static Void follow(EventStore store, EventQuery query, int reads) {
        List<RecordedEvent> seen = List.of();
        Position upTo = Position.START;
        for (int i = 0; i < reads; i++) {
            var read = store.read(query);
            List<RecordedEvent> now = read.toList();
            Position before = upTo;
            assertThat(now.stream().filter(event -> event.position().compareTo(before) <= 0))
                    .isEqualTo(seen);
            upTo = read.asOf();
            assertThat(now).allMatch(event -> event.position().compareTo(read.asOf()) <= 0);
            List<RecordedEvent> backwards = store.read(
                            query,
                            Range.all().before(Position.of(upTo.value() + 1)).fromTheEnd())
                    .toList();
            assertThat(backwards.reversed()).isEqualTo(now);
            seen = now;
        }
        return null;
    }

    static void run(List<Callable<Void>> tasks) throws Exception {
        results(tasks);
    }

    private static <T extends @Nullable Object> List<T> results(List<Callable<T>> tasks) throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<T>> futures = new ArrayList<>();
            tasks.forEach(task -> futures.add(threads.submit(task)));
            List<T> results = new ArrayList<>();
            try {
                for (Future<T> future : futures) {
                    results.add(future.get(PATIENCE_S, TimeUnit.SECONDS));
                }
            } finally {
                threads.shutdownNow();
            }
            return results;
        }
    }
}
