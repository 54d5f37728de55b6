package dev.indelible.dynamodb;

import static dev.indelible.event.ExpectedVersion.any;
import static dev.indelible.event.ExpectedVersion.exactly;
import static dev.indelible.event.ExpectedVersion.noStream;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.StreamName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What appends and reads cost, in calls and in the service's units. */
class UnitsTest {
    private static final StreamName ORDER = StreamName.of("Order-1");
    private static final String DATA = "{\"text\":\"" + "x".repeat(189) + "\"}";

    private final String table = DynamoDbLocal.newTable();
    private final DynamoDbClient client = DynamoDbLocal.shared().client();
    private final DynamoDbJournal journal = DynamoDbJournal.on(client, DynamoDbOptions.of(table));
    private final EventStore store = EventStore.on(journal);
    private long calls;
    private double units;

    @AfterEach
    void close() {
        store.close();
        client.deleteTable(request -> request.tableName(table));
        client.close();
    }

    private static NewEvent[] events(int count) {
        NewEvent[] events = new NewEvent[count];
        for (int i = 0; i < count; i++) {
            events[i] = NewEvent.json("Counted", DATA);
        }
        return events;
    }

    /** What is measured. */
    private interface Action<E extends Exception> {
        void run() throws E;
    }

    /** Does it, and keeps what it cost. */
    private <E extends Exception> void measure(Action<E> action) throws E {
        Service service = journal.service();
        calls = service.calls();
        units = service.readUnits() + service.writeUnits();
        action.run();
        calls = service.calls() - calls;
        units = service.readUnits() + service.writeUnits() - units;
    }

    @Test
    void an_append_takes_one_call_if_the_stream_is_new_or_known_and_otherwise_two() {
        store.append(StreamName.of("Order-0"), any(), events(1));
        measure(() -> store.append(ORDER, noStream(), events(1)));
        assertThat(calls).isEqualTo(1);
        measure(() -> store.append(ORDER, exactly(1), events(1)));
        assertThat(calls).isEqualTo(1);
        measure(() -> store.append(ORDER, any(), events(1)));
        assertThat(calls).isEqualTo(1);
        measure(() -> store.append(StreamName.of("Order-2"), any(), events(1)));
        assertThat(calls).isEqualTo(2);
    }

    @Test
    void the_units_of_an_append_grow_with_its_events_and_tags() {
        store.append(ORDER, any(), events(1));
        assertAppendCosts(7, events(1));
        assertAppendCosts(31, events(10));
        assertAppendCosts(257, events(90));
        store.append(ORDER, any(), events(1)[0].withTags("customer:1", "product:1"));
        assertAppendCosts(11, events(1)[0].withTags("customer:1", "product:1"));
    }

    /** DynamoDB Local does not count quite as the service bills: what the service's rule says is asserted, too. */
    private void assertAppendCosts(long byTheRule, NewEvent... events) {
        Set<Map<String, AttributeValue>> before = items();
        measure(() -> store.append(ORDER, any(), events));
        Set<Map<String, AttributeValue>> written = items();
        written.removeAll(before);
        long sum = written.stream().mapToLong(UnitsTest::unitsByTheRule).sum();
        System.out.printf(
                "UnitsTest: append of %d, tags %s: %d call, %.1f write units measured, %d by the rule%n",
                events.length, events[0].tags(), calls, units, sum);
        assertThat(calls).isEqualTo(1);
        assertThat(units).isBetween(0.75 * sum, 2.0 * sum);
        assertThat(sum).isEqualTo(byTheRule);
    }

    private Set<Map<String, AttributeValue>> items() {
        return client.scanPaginator(request -> request.tableName(table).consistentRead(true)).items().stream()
                .collect(Collectors.toSet());
    }

    /** A unit for each KB begun, twice in a transaction, and once more in the index. */
    private static long unitsByTheRule(Map<String, AttributeValue> item) {
        long kilobytes = Math.ceilDiv(bytes(item), 1_024);
        return kilobytes * (item.containsKey(Keys.LOG_PK) ? 3 : 2);
    }

    private static long bytes(Map<String, AttributeValue> item) {
        return item.entrySet().stream()
                .mapToLong(each -> each.getKey().length() + bytes(each.getValue()))
                .sum();
    }

    private static long bytes(AttributeValue value) {
        if (value.hasL()) {
            return 3 + value.l().stream().mapToLong(each -> 1 + bytes(each)).sum();
        } else if (value.hasM()) {
            return 3 + value.m().size() + bytes(value.m());
        } else if (value.n() != null) {
            return Math.ceilDiv(value.n().length(), 2) + 1L;
        }
        return value.s().getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void the_units_of_a_read_grow_with_what_is_read() {
        for (int i = 0; i < 10; i++) {
            store.append(ORDER, any(), events(10));
        }
        store.append(StreamName.of("Other-1"), any(), events(1)[0].withTags("customer:1"));
        print("stream of 100", () -> store.read(EventQuery.stream(ORDER)).toList());
        assertThat(calls).isLessThanOrEqualTo(3);
        print("last of a stream", () -> store.version(ORDER));
        print("tag of 1", () -> store.read(EventQuery.tags("customer:1")).toList());
        print("whole store of 101", () -> store.read(EventQuery.all()).toList());
        Position near = Position.of(store.head().value() - 2);
        print(
                "whole store, 2 behind",
                () -> store.read(EventQuery.all(), Range.all().after(near)).toList());
        print("head", store::head);
        assertThat(units).isEqualTo(1.0);
    }

    private void print(String what, Runnable read) {
        measure(read::run);
        System.out.printf("UnitsTest: %s: %d calls, %.1f read units%n", what, calls, units);
    }

    @Test
    void sixty_four_appenders_share_commits() throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            StreamName stream = StreamName.of("Order-" + i);
            tasks.add(() -> {
                for (int k = 0; k < 20; k++) {
                    store.append(stream, exactly(k), events(1));
                }
                return null;
            });
        }
        long began = System.nanoTime();
        FaultsTest.run(tasks);
        double perCommit =
                (double) journal.committer().events() / journal.committer().commits();
        System.out.printf(
                "UnitsTest: 64 appenders: %.1f events a commit, %.0f events/s%n",
                perCommit, journal.committer().events() * 1e9 / (System.nanoTime() - began));
        assertThat(perCommit).isGreaterThanOrEqualTo(20);
    }

    @Test
    void those_who_wait_for_news_share_their_looks() throws Exception {
        Position head = journal.head();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            tasks.add(() -> {
                assertThat(journal.await(head, Duration.ofSeconds(2))).isFalse();
                return null;
            });
        }
        measure(() -> FaultsTest.run(tasks));
        System.out.printf("UnitsTest: 16 wait for 2 s: %d calls, %.1f read units%n", calls, units);
        assertThat(calls).isBetween(2L, 16L);
    }

    @Test
    void limits_may_be_less_than_those_of_the_service_and_no_more() {
        Limits most = DynamoDbOptions.LIMITS;
        Limits more = new Limits(
                most.dataBytesMax(), most.metadataBytesMax(), most.tagsMax(), 91, most.appendBytesMax(), 48, 16);
        assertThatThrownBy(() -> new DynamoDbOptions(table, more, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("events_max: 91 (limit: 90)");
        assertThat(DynamoDbOptions.of(table).withDataBytesMax(10).limits().dataBytesMax())
                .isEqualTo(10);
    }

    @Test
    void the_largest_append_to_the_most_streams_is_one_transaction() {
        Append append = null;
        byte[] data = new byte[(DynamoDbOptions.LIMITS.appendBytesMax() - 48 * 2) / 48];
        for (int i = 0; i < 48; i++) {
            StreamName stream = StreamName.of("O".repeat(240) + "-" + i);
            NewEvent event = NewEvent.of("T".repeat(255), Payload.binary(data));
            append = append == null ? Append.to(stream, any(), event) : append.and(stream, any(), event);
        }
        assertThat(store.append(requireNonNull(append)).parts()).hasSize(48);
    }

    @Test
    void an_append_of_more_items_than_a_transaction_takes_is_refused_with_their_number() {
        List<NewEvent> tagged = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            tagged.add(events(1)[0].withTags("a:" + i, "b:" + i));
        }
        assertThatThrownBy(() -> store.append(ORDER, any(), tagged.toArray(NewEvent[]::new)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("append: 122 items to write (limit: 100");
        assertThat(store.head()).isEqualTo(Position.START);
    }
}
