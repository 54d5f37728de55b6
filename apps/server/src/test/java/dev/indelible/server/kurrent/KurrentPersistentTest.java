package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.Json;
import dev.indelible.server.kurrent.Consuming.Came;
import io.kurrent.dbclient.CreatePersistentSubscriptionToAllOptions;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.NamedConsumerStrategy;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ReplayParkedMessagesOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscriptionFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What consumers of a group are sent, over the embedded engine. */
@Timeout(120)
class KurrentPersistentTest {
    private static final String STREAM = "Order-1";
    private static final String GROUP = "mailer";
    private static final String PARKED = "$persistentsubscription-" + STREAM + "::" + GROUP + "-parked";
    private static final String CHECKPOINTS = "$persistentsubscription-" + STREAM + "::" + GROUP + "-checkpoint";

    private Gateway gateway;
    private KurrentDBPersistentSubscriptionsClient groups;

    @BeforeEach
    void start(@TempDir Path directory) {
        gateway = new Gateway(EventStore.open("embedded:" + directory));
        groups = KurrentDBPersistentSubscriptionsClient.from(gateway.client);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void a_group_gets_what_there_is_and_what_comes_in_order() throws InterruptedException {
        append(STREAM, 0, 50);
        create(options());
        Consuming consumer = consume(10);
        for (int i = 0; i < 50; i++) {
            Came next = consumer.next();
            assertThat(next.text()).isEqualTo(Integer.toString(i));
            assertThat(next.retries()).isZero();
            assertThat(next.event().getOriginalEvent().getRevision()).isEqualTo(i);
            consumer.ack(next);
        }
        append(STREAM, 50, 100);
        assertThat(consumer.done(50)).isEqualTo(numbers(50, 100));
        assertThat(consumer.subscription().getSubscriptionId()).isEqualTo(STREAM + "::" + GROUP);
    }

    @Test
    void a_group_begins_at_a_revision_or_at_the_end_as_it_was_when_it_was_made() throws InterruptedException {
        append(STREAM, 0, 5);
        create(options().startFrom(3));
        Consuming.finish(groups.createToStream(STREAM, "late", options().fromEnd()));
        Consuming.finish(groups.createToStream(STREAM, "beyond", options().startFrom(6)));
        append(STREAM, 5, 8);
        assertThat(consume(10).done(5)).isEqualTo(numbers(3, 8));
        assertThat(Consuming.stream(gateway.client, STREAM, "late", 10).done(3)).isEqualTo(numbers(5, 8));
        assertThat(Consuming.stream(gateway.client, STREAM, "beyond", 10).done(2))
                .isEqualTo(numbers(6, 8));
    }

    @Test
    void a_consumer_has_no_more_at_once_than_its_buffer_holds() throws InterruptedException {
        append(STREAM, 0, 10);
        create(options());
        Consuming consumer = consume(3);
        List<Came> first = consumer.next(3);
        awaitThat(() -> inFlight() == 3);
        assertThat(consumer.came).isEmpty();
        consumer.ack(first.get(1));
        assertThat(consumer.next().text()).isEqualTo("3");
        awaitThat(() -> inFlight() == 3);
        assertThat(consumer.came).isEmpty();
    }

    private int inFlight() {
        return Gateway.get(groups.getInfoToStream(STREAM, GROUP))
                .orElseThrow()
                .getStats()
                .getTotalInFlightMessages();
    }

    @Test
    void what_is_not_dealt_with_is_sent_again_skipped_or_parked_as_the_consumer_says() throws Exception {
        append(STREAM, 0, 3);
        create(options());
        Consuming consumer = consume(1);
        Came retried = consumer.next();
        consumer.nack(NackAction.Retry, "once more", retried);
        Came again = consumer.next();
        assertThat(again.text()).isEqualTo("0");
        assertThat(again.retries()).isEqualTo(1);
        consumer.nack(NackAction.Unknown, "and more", again);
        assertThat(consumer.next().retries()).isEqualTo(2);
        consumer.ack(again);
        consumer.nack(NackAction.Skip, "not mine", consumer.next());
        Came bad = consumer.next();
        consumer.nack(NackAction.Park, "a \"bad\" one\0", bad);
        awaitParked(1);
        ResolvedEvent link = gateway.read(PARKED, ReadStreamOptions.get()).get(0);
        assertThat(link.getOriginalEvent().getEventType()).isEqualTo("$>");
        assertThat(new String(link.getOriginalEvent().getEventData(), UTF_8)).isEqualTo("2@" + STREAM);
        Map<?, ?> told =
                (Map<?, ?>) Json.parse("metadata", link.getOriginalEvent().getUserMetadata());
        assertThat(told.get("reason")).isEqualTo("a \"bad\" one ");
        assertThat(told.get("subscriptionEventNumber")).hasToString("2");
        assertThat(told.get("added")).asString().contains("T");
        ResolvedEvent resolved = gateway.read(PARKED, ReadStreamOptions.get().resolveLinkTos(true))
                .get(0);
        assertThat(new String(resolved.getEvent().getEventData(), UTF_8)).isEqualTo("2");
    }

    @Test
    void what_is_not_answered_in_time_is_sent_again_and_parked_at_last() throws InterruptedException {
        append(STREAM, 0, 2);
        create(options().messageTimeoutInMs(200).maxRetryCount(2));
        Consuming consumer = consume(1);
        for (int retries = 0; retries <= 2; retries++) {
            Came next = consumer.next();
            assertThat(next.text()).isEqualTo("0");
            assertThat(next.retries()).isEqualTo(retries);
        }
        assertThat(consumer.done(1)).containsExactly("1");
        awaitParked(1);
    }

    @Test
    void parked_events_come_again_when_they_are_replayed() throws InterruptedException {
        append(STREAM, 0, 5);
        create(options());
        Consuming consumer = consume(10);
        for (Came each : consumer.next(5)) {
            consumer.nack(NackAction.Park, "later", each);
        }
        awaitParked(5);
        Consuming.finish(groups.replayParkedMessagesToStream(
                STREAM, GROUP, ReplayParkedMessagesOptions.get().stopAt(2)));
        List<Came> first = consumer.next(2);
        assertThat(Consuming.texts(first)).isEqualTo(numbers(0, 2));
        assertThat(first.get(0).event().getLink().getStreamId()).isEqualTo(PARKED);
        assertThat(first.get(0).event().getEvent().getStreamId()).isEqualTo(STREAM);
        assertThat(first.get(0).retries()).isZero();
        first.forEach(consumer::ack);
        awaitParked(3);
        Consuming.finish(groups.replayParkedMessagesToStream(STREAM, GROUP));
        List<Came> rest = consumer.next(3);
        assertThat(Consuming.texts(rest)).isEqualTo(numbers(2, 5));
        consumer.nack(NackAction.Park, "still bad", rest.get(0));
        consumer.ack(rest.get(1));
        consumer.ack(rest.get(2));
        awaitParked(1);
        assertThat(consumer.came).isEmpty();
        Consuming.finish(groups.replayParkedMessagesToStream(STREAM, GROUP));
        assertThat(consumer.done(1)).containsExactly("2");
        awaitParked(0);
    }

    @Test
    void everything_is_consumed_through_a_filter_and_not_the_groups_own_records() throws InterruptedException {
        append("Order-1", 0, 3);
        append("Stock-1", 3, 5);
        Consuming.finish(groups.createToAll(
                "all", toAll().fromStart().checkpointLowerBound(1).checkpointAfterInMs(1)));
        Consuming.finish(groups.createToAll(
                "stock",
                toAll().startFrom(new Position(2, 2))
                        .filter(SubscriptionFilter.newBuilder()
                                .addStreamNamePrefix("Stock-")
                                .build())));
        Consuming stock = Consuming.all(gateway.client, "stock", 10);
        assertThat(stock.done(2)).isEqualTo(numbers(3, 5));
        Consuming all = Consuming.all(gateway.client, "all", 100);
        Set<String> streams = new HashSet<>();
        List<String> texts = new ArrayList<>();
        while (texts.size() < 6) {
            Came next = all.next();
            streams.add(next.event().getOriginalEvent().getStreamId());
            all.ack(next);
            if (!next.event().getOriginalEvent().getStreamId().startsWith("$")) {
                texts.add(next.text());
            }
            if (texts.size() == 5 && streams.size() < 10) {
                append("Order-1", 5, 6);
                streams.addAll(numbers(0, 10));
            }
        }
        assertThat(texts).isEqualTo(numbers(0, 6));
        assertThat(streams).contains("Order-1", "Stock-1", GroupConfigs.STREAM);
        assertThat(streams).noneMatch(stream -> stream.contains("$persistentsubscription-$all::"));
    }

    @Test
    void a_category_is_consumed_as_links_or_resolved() throws InterruptedException {
        append("Trip-1", 0, 2);
        append("Trip-2", 2, 3);
        Consuming.finish(groups.createToStream("$ce-Trip", "links", options()));
        Consuming.finish(groups.createToStream("$ce-Trip", "events", options().resolveLinkTos(true)));
        Consuming links = Consuming.stream(gateway.client, "$ce-Trip", "links", 10);
        assertThat(Consuming.texts(links.next(3))).containsExactly("0@Trip-1", "1@Trip-1", "0@Trip-2");
        Consuming events = Consuming.stream(gateway.client, "$ce-Trip", "events", 10);
        List<Came> resolved = events.next(3);
        assertThat(Consuming.texts(resolved)).isEqualTo(numbers(0, 3));
        assertThat(resolved.get(2).event().getLink().getRevision()).isEqualTo(2);
        assertThat(resolved.get(2).event().getEvent().getStreamId()).isEqualTo("Trip-2");
        resolved.subList(0, 2).forEach(events::ack);
        events.nack(NackAction.Park, "", resolved.get(2));
        append("Trip-1", 3, 4);
        assertThat(events.done(1)).containsExactly("3");
        awaitThat(() -> parked("$ce-Trip", "events") == 1);
        Consuming.finish(groups.replayParkedMessagesToStream("$ce-Trip", "events"));
        assertThat(events.done(1)).containsExactly("2");
        awaitThat(() -> parked("$ce-Trip", "events") == 0);
    }

    @Test
    void what_a_link_leads_to_may_be_hidden() throws InterruptedException {
        append("Trip-1", 0, 2);
        append("Trip-2", 2, 3);
        Consuming.finish(groups.createToStream("$ce-Trip", GROUP, options().resolveLinkTos(true)));
        Gateway.get(gateway.client.deleteStream("Trip-1"));
        assertThat(Consuming.stream(gateway.client, "$ce-Trip", GROUP, 10).done(3))
                .containsExactly("hidden", "hidden", "2");
    }

    @Test
    void the_checkpoint_is_recorded_when_it_is_due_and_covers_what_is_done() throws InterruptedException {
        append(STREAM, 0, 20);
        create(options().checkpointLowerBound(5).checkpointUpperBound(10).checkpointAfterInMs(60_000));
        Consuming consumer = consume(20);
        List<Came> came = consumer.next(20);
        for (Came each : came.subList(1, 20)) {
            consumer.ack(each);
        }
        awaitThat(() -> inFlight() == 1);
        assertThat(gateway.store.version(dev.indelible.event.StreamName.of(CHECKPOINTS)))
                .isZero();
        consumer.ack(came.get(0));
        awaitThat(() -> gateway.store.version(dev.indelible.event.StreamName.of(CHECKPOINTS)) == 1);
        ResolvedEvent checkpoint =
                gateway.read(CHECKPOINTS, ReadStreamOptions.get()).get(0);
        assertThat(checkpoint.getOriginalEvent().getEventType()).isEqualTo("$SubscriptionCheckpoint");
        assertThat(new String(checkpoint.getOriginalEvent().getEventData(), UTF_8))
                .isEqualTo("\"19\"");
        assertThat(Gateway.get(gateway.client.getStreamMetadata(CHECKPOINTS)).getMaxCount())
                .isEqualTo(2);
    }

    @Test
    void each_strategy_shares_the_events_its_own_way() throws InterruptedException {
        append("Sale-1", 0, 6);
        Consuming[] single = pair("Sale-1", "single", NamedConsumerStrategy.DISPATCH_TO_SINGLE, 3);
        assertThat(Consuming.texts(single[0].next(3))).isEqualTo(numbers(0, 3));
        assertThat(Consuming.texts(single[1].next(3))).isEqualTo(numbers(3, 6));
        Consuming.finish(groups.createToStream(
                "Live-1", "round", options().namedConsumerStrategy(NamedConsumerStrategy.ROUND_ROBIN)));
        Consuming a = Consuming.stream(gateway.client, "Live-1", "round", 10);
        Consuming b = Consuming.stream(gateway.client, "Live-1", "round", 10);
        append("Live-1", 0, 6);
        assertThat(Consuming.texts(a.next(3))).containsExactly("0", "2", "4");
        assertThat(Consuming.texts(b.next(3))).containsExactly("1", "3", "5");
    }

    @Test
    void pinned_events_of_a_stream_or_correlation_go_to_one_consumer() throws InterruptedException {
        for (String group : List.of("streams", "correlations")) {
            boolean byStream = group.equals("streams");
            Consuming.finish(groups.createToStream(
                    "$ce-Cart" + group,
                    group,
                    options()
                            .resolveLinkTos(true)
                            .namedConsumerStrategy(
                                    byStream
                                            ? NamedConsumerStrategy.PINNED
                                            : NamedConsumerStrategy.PINNED_BY_CORRELATION)));
            Consuming[] both = {
                Consuming.stream(gateway.client, "$ce-Cart" + group, group, 100),
                Consuming.stream(gateway.client, "$ce-Cart" + group, group, 100)
            };
            for (int i = 0; i < 60; i++) {
                EventData one = EventData.builderAsJson("A", Integer.toString(i).getBytes(UTF_8))
                        .metadataAsBytes(("{\"$correlationId\":\"c" + i % 12 + "\"}").getBytes(UTF_8))
                        .build();
                gateway.append("Cart" + group + "-" + (byStream ? i % 12 : i), StreamState.any(), one);
            }
            awaitThat(() -> both[0].came.size() + both[1].came.size() == 60);
            List<Set<Integer>> pins = Arrays.stream(both)
                    .map(consumer -> new HashSet<>(consumer.came.stream()
                            .map(each -> Integer.parseInt(each.text()) % 12)
                            .toList()))
                    .map(set -> (Set<Integer>) set)
                    .toList();
            assertThat(pins.get(0)).as(group).isNotEmpty().doesNotContainAnyElementsOf(pins.get(1));
            assertThat(pins.get(1)).as(group).isNotEmpty();
        }
    }

    @Test
    void what_a_consumer_had_when_it_went_goes_to_the_other_one() throws InterruptedException {
        append(STREAM, 0, 6);
        Consuming[] both = pair(STREAM, GROUP, NamedConsumerStrategy.DISPATCH_TO_SINGLE, 3);
        assertThat(Consuming.texts(both[0].next(3))).isEqualTo(numbers(0, 3));
        assertThat(both[1].done(3)).isEqualTo(numbers(3, 6));
        both[0].subscription().stop();
        List<Came> again = both[1].next(3);
        assertThat(Consuming.texts(again)).isEqualTo(numbers(0, 3));
        assertThat(again).allMatch(each -> each.retries() == 1);
        assertThat(both[0].end()).isEqualTo("ended");
    }

    @Test
    void a_consumer_that_says_stop_gets_no_more_and_the_other_one_gets_it_all() throws InterruptedException {
        append(STREAM, 0, 4);
        Consuming[] both = pair(STREAM, GROUP, NamedConsumerStrategy.DISPATCH_TO_SINGLE, 2);
        List<Came> mine = both[0].next(2);
        assertThat(both[1].done(2)).isEqualTo(numbers(2, 4));
        both[0].nack(NackAction.Stop, "enough", mine.get(0));
        assertThat(both[0].end()).contains("dropped");
        assertThat(both[1].done(2)).isEqualTo(numbers(0, 2));
    }

    @Test
    void a_slow_consumer_is_not_read_ahead_for_beyond_the_buffers() throws InterruptedException {
        append(STREAM, 0, 1_000);
        create(options().historyBufferSize(50).readBatchSize(10).liveBufferSize(50));
        Consuming consumer = consume(5);
        consumer.next(5);
        awaitThat(() -> Gateway.get(groups.getInfoToStream(STREAM, GROUP))
                        .orElseThrow()
                        .getStats()
                        .getReadBufferCount()
                >= 41);
        assertThat(Gateway.get(groups.getInfoToStream(STREAM, GROUP))
                        .orElseThrow()
                        .getStats()
                        .getReadBufferCount())
                .isLessThanOrEqualTo(50);
        append("Other-1", 0, 10);
        assertThat(gateway.texts("Other-1")).hasSize(10);
    }

    @Test
    void large_events_are_not_read_ahead_for_beyond_the_bytes() throws InterruptedException {
        int size = 900_000;
        for (int i = 0; i < 60; i++) {
            EventData large = EventData.builderAsBinary("Large", new byte[size]).build();
            gateway.append(STREAM, StreamState.any(), large);
        }
        create(options().historyBufferSize(5_000).readBatchSize(4_000).liveBufferSize(5_000));
        Consuming consumer = consume(1);
        Came first = consumer.next();
        awaitThat(() -> readAhead() * size > 30 << 20);
        assertThat(readAhead() * size).isLessThan((32 << 20) + size);
        consumer.ack(first);
        for (int i = 1; i < 60; i++) {
            consumer.ack(consumer.next());
        }
    }

    private int readAhead() {
        return Gateway.get(groups.getInfoToStream(STREAM, GROUP))
                .orElseThrow()
                .getStats()
                .getReadBufferCount();
    }

    @Test
    void a_link_to_what_can_be_no_stream_leads_nowhere_and_holds_up_nobody() throws InterruptedException {
        create(options().resolveLinkTos(true));
        Consuming consumer = consume(10);
        for (String target : List.of("0@$ce-a\u0001b", "0@$et-" + "y".repeat(300), "1@" + "z".repeat(300), "no link")) {
            EventData link =
                    EventData.builderAsBinary("$>", target.getBytes(UTF_8)).build();
            gateway.append(STREAM, StreamState.any(), link);
            Came came = consumer.next();
            assertThat(came.event().getLink()).isNotNull();
            assertThat(came.event().getEvent()).isNull();
            consumer.ack(came);
        }
        append(STREAM, 0, 1);
        assertThat(consumer.done(1)).isEqualTo(numbers(0, 1));
    }

    @Test
    void events_of_a_deleted_stream_are_not_sent_and_it_may_go_on() throws InterruptedException {
        append(STREAM, 0, 3);
        Gateway.get(gateway.client.deleteStream(STREAM));
        create(options());
        append(STREAM, 3, 5);
        assertThat(consume(10).done(2)).isEqualTo(numbers(3, 5));
        assertThatThrownBy(() -> Consuming.finish(
                        groups.createToStream("$all", "x", options().startFrom(3))))
                .isInstanceOf(Exception.class);
    }

    private Consuming[] pair(String stream, String group, NamedConsumerStrategy strategy, int buffer) {
        Consuming.finish(groups.createToStream(stream, group, options().namedConsumerStrategy(strategy)));
        return new Consuming[] {
            Consuming.stream(gateway.client, stream, group, buffer),
            Consuming.stream(gateway.client, stream, group, buffer)
        };
    }

    private static CreatePersistentSubscriptionToStreamOptions options() {
        return CreatePersistentSubscriptionToStreamOptions.get().fromStart();
    }

    private static CreatePersistentSubscriptionToAllOptions toAll() {
        return CreatePersistentSubscriptionToAllOptions.get();
    }

    private void create(CreatePersistentSubscriptionToStreamOptions options) {
        Consuming.finish(groups.createToStream(STREAM, GROUP, options));
    }

    private Consuming consume(int buffer) {
        return Consuming.stream(gateway.client, STREAM, GROUP, buffer);
    }

    private void append(String stream, int from, int to) {
        EventData[] events = new EventData[to - from];
        Arrays.setAll(events, i -> event("A", from + i));
        gateway.append(stream, StreamState.any(), events);
    }

    private static List<String> numbers(int from, int to) {
        List<String> numbers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    private long parked(String stream, String group) {
        return Gateway.get(groups.getInfoToStream(stream, group))
                .orElseThrow()
                .getStats()
                .getParkedMessageCount();
    }

    private void awaitParked(long count) {
        awaitThat(() -> parked(STREAM, GROUP) == count);
    }

    static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("before the deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
