package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsGrpc;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.KurrentDBProjectionManagementClient;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.ProjectionDetails;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscribeToAllOptions;
import io.kurrent.dbclient.SubscribeToStreamOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionFilter;
import io.kurrent.dbclient.SubscriptionListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KurrentLinksTest {
    private final Gateway gateway = new Gateway(EventStore.on(new MemoryJournal()));

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void a_category_is_a_stream_of_links_that_lead_to_its_events() {
        append("Order-1", event("Placed", 1));
        append("Stock-1", event("Taken", 2));
        append("Order-2", event("Placed", 3));
        append("Order-1", event("Paid", 4));
        append("Order", event("Alone", 5));
        append("Orders-1", event("Other", 6));

        List<ResolvedEvent> links = gateway.read("$ce-Order", ReadStreamOptions.get());
        assertThat(links)
                .extracting(link -> new String(link.getEvent().getEventData(), UTF_8))
                .containsExactly("0@Order-1", "0@Order-2", "1@Order-1", "0@Order");
        assertThat(links).extracting(link -> link.getEvent().getRevision()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(links).allSatisfy(link -> {
            assertThat(link.getEvent().getEventType()).isEqualTo("$>");
            assertThat(link.getEvent().getStreamId()).isEqualTo("$ce-Order");
            assertThat(link.getLink()).isNull();
        });

        List<ResolvedEvent> resolved =
                gateway.read("$ce-Order", ReadStreamOptions.get().resolveLinkTos());
        assertThat(Gateway.texts(resolved)).containsExactly("1", "3", "4", "5");
        assertThat(resolved.get(1).getEvent().getStreamId()).isEqualTo("Order-2");
        assertThat(resolved.get(1).getLink().getRevision()).isEqualTo(1);
        assertThat(resolved.get(1).getLink().getEventId())
                .isEqualTo(links.get(1).getEvent().getEventId());
        assertThat(resolved.get(1).getPosition()).contains(new Position(3, 3));
        assertThatThrownBy(() -> gateway.read("$ce-None", ReadStreamOptions.get()))
                .isInstanceOf(StreamNotFoundException.class);
    }

    @Test
    void types_correlations_and_first_events_are_streams_of_links_too() {
        EventData correlated = EventData.builderAsJson("Placed", "2".getBytes(UTF_8))
                .metadataAsBytes("{\"$correlationId\":\"c1\"}".getBytes(UTF_8))
                .build();
        EventData bytes = EventData.builderAsJson("Paid", "3".getBytes(UTF_8))
                .metadataAsBytes("{\"$correlationId\":\"c1\",\"correlation_id\":\"x\"}".getBytes(UTF_8))
                .build();
        append("Order-1", event("Placed", 1), correlated, bytes);
        append("Stock-1", event("Placed", 4));
        Gateway.get(gateway.client.tombstoneStream("Stock-1"));
        assertThat(resolved("$bc-c1")).containsExactly("2", "3");
        assertThat(data("$et-Placed")).containsExactly("0@Order-1", "1@Order-1", "0@Stock-1");
        assertThat(data("$streams")).containsExactly("0@Order-1", "0@Stock-1");
        assertThat(data("$et-$deleted")).containsExactly(Long.MAX_VALUE + "@Stock-1");
    }

    @Test
    void a_link_to_what_is_deleted_or_hidden_leads_nowhere_and_keeps_its_revision() {
        append("Order-1", event("Placed", 1));
        append("Order-2", event("Placed", 2));
        Gateway.get(gateway.client.deleteStream("Order-1"));
        List<ResolvedEvent> resolved =
                gateway.read("$ce-Order", ReadStreamOptions.get().resolveLinkTos());
        assertThat(resolved).hasSize(2);
        assertThat(resolved.get(0).getEvent()).isNull();
        assertThat(resolved.get(0).getLink().getRevision()).isZero();
        assertThat(resolved.get(1).getEvent().getEventData()).asString().isEqualTo("2");
    }

    @Test
    void the_projections_of_these_streams_are_enabled_and_never_behind() {
        append("Order-1", event("Placed", 1));
        KurrentDBProjectionManagementClient projections = KurrentDBProjectionManagementClient.create(
                KurrentDBConnectionString.parseOrThrow("esdb://localhost:" + gateway.server.port() + "?tls=false"));
        finish(projections.enable("$by_category"));
        ProjectionDetails details = Gateway.get(projections.getStatus("$by_category"));
        assertThat(details.getStatus()).isEqualTo("Running");
        assertThat(details.getProgress()).isEqualTo(100);
        assertThat(details.getPosition()).isEqualTo("C:1/P:1");
        assertThat(Gateway.get(projections.list()))
                .extracting(ProjectionDetails::getName)
                .containsExactly(
                        "$by_category", "$by_event_type", "$by_correlation_id", "$stream_by_category", "$streams");
        finish(projections.disable("$by_category"));
        assertThat(Gateway.get(projections.getStatus("$by_category")).getStatus())
                .isEqualTo("Stopped");
        assertThat(data("$ce-Order")).containsExactly("0@Order-1");
        finish(projections.reset("$by_category"));
        finish(projections.abort("$streams"));
        finish(projections.enable("$by_category"));
        assertThat(Gateway.get(projections.getStatus("$by_category")).getStatus())
                .isEqualTo("Running");
        finish(projections.restartSubsystem());
        Gateway.get(projections.shutdown());
    }

    @Test
    void projections_of_users_are_refused_by_name() {
        KurrentDBProjectionManagementClient projections = KurrentDBProjectionManagementClient.create(
                KurrentDBConnectionString.parseOrThrow("esdb://localhost:" + gateway.server.port() + "?tls=false"));
        for (CompletableFuture<?> call : List.of(
                projections.create("mine", "fromAll()"),
                projections.update("mine", "fromAll()"),
                projections.delete("mine"),
                projections.getState("mine", Object.class),
                projections.getResult("mine", Object.class))) {
            assertThatThrownBy(() -> finish(call))
                    .hasMessageContaining("UNIMPLEMENTED")
                    .hasMessageContaining("projection \"mine\": projections of users do not run here");
        }
        for (CompletableFuture<?> call : List.of(
                projections.enable("mine"),
                projections.disable("mine"),
                projections.reset("mine"),
                projections.getStatus("mine"))) {
            assertThatThrownBy(() -> finish(call)).hasMessageContaining("projection mine");
        }
        Gateway.get(projections.shutdown());
    }

    @Test
    void the_streams_of_a_category_are_named_once_each() {
        append("Order-1", event("Placed", 1), event("Paid", 2));
        append("Stock-1", event("Taken", 3));
        append("Order-2", event("Placed", 4));
        for (ReadStreamOptions options :
                List.of(ReadStreamOptions.get(), ReadStreamOptions.get().resolveLinkTos())) {
            assertThat(gateway.read("$category-Order", options))
                    .extracting(name -> name.getEvent().getEventType() + " "
                            + name.getEvent().getRevision() + " "
                            + new String(name.getEvent().getEventData(), UTF_8))
                    .containsExactly("$@ 0 Order-1", "$@ 1 Order-2");
        }
        assertThatThrownBy(() -> append("$category-Order", event("A", 1))).hasMessageContaining("PERMISSION_DENIED");
    }

    @Test
    void all_is_read_and_followed_by_an_index() throws InterruptedException {
        append("Order-1", event("Placed", 1));
        append("Stock-1", event("Placed", 2));
        append("$$Order-1", event("$metadata", 3));
        append("Order-2", event("Paid", 4));
        assertThat(indexed("$idx-all")).containsExactly("1", "2", "4");
        assertThat(indexed("$idx-ce-Order")).containsExactly("1", "4");
        assertThat(indexed("$idx-et-Placed")).containsExactly("1", "2");
        assertThat(indexed("$idx-et-$metadata")).isEmpty();
        assertThatThrownBy(() -> indexed("$idx-mine")).hasMessageContaining("Index '$idx-mine' not found");
        BlockingQueue<String> followed = new LinkedBlockingQueue<>();
        SubscriptionListener listener = new SubscriptionListener() {
            @Override
            public void onEvent(Subscription subscription, ResolvedEvent event) {
                followed.add(Gateway.texts(List.of(event)).get(0));
            }
        };
        SubscriptionFilter filter = SubscriptionFilter.newBuilder()
                .addStreamNamePrefix("$idx-ce-Order")
                .build();
        Gateway.get(gateway.client.subscribeToAll(
                listener, SubscribeToAllOptions.get().fromStart().filter(filter)));
        assertThat(next(followed, 2)).isEqualTo("1, 4");
        append("Stock-1", event("Taken", 5));
        append("Order-1", event("Paid", 6));
        assertThat(next(followed, 1)).isEqualTo("6");
    }

    /** The client has no filters of reads. */
    private List<String> indexed(String index) {
        ReadReq.Builder request = ReadReq.newBuilder();
        request.getOptionsBuilder()
                .setAll(ReadReq.AllOptions.getDefaultInstance())
                .setCount(100)
                .getUuidOptionBuilder()
                .setString(Shared.Empty.getDefaultInstance());
        request.getOptionsBuilder()
                .getFilterBuilder()
                .setCheckpointIntervalMultiplier(1)
                .getStreamIdentifierBuilder()
                .addPrefix(index);
        List<String> texts = new ArrayList<>();
        StreamsGrpc.newBlockingStub(gateway.channel)
                .read(request.build())
                .forEachRemaining(answer ->
                        texts.add(answer.getEvent().getEvent().getData().toStringUtf8()));
        return texts;
    }

    @Test
    void a_client_may_write_links_of_its_own() {
        append("Order-1", event("Placed", 1));
        append(
                "Mine",
                EventData.builderAsBinary("$>", "0@Order-1".getBytes(UTF_8)).build(),
                EventData.builderAsBinary("$>", "7@Order-1".getBytes(UTF_8)).build(),
                EventData.builderAsBinary("$>", "nonsense".getBytes(UTF_8)).build());
        List<ResolvedEvent> resolved =
                gateway.read("Mine", ReadStreamOptions.get().resolveLinkTos());
        assertThat(resolved).extracting(event -> event.getEvent() == null).containsExactly(false, true, true);
        assertThat(resolved.get(0).getEvent().getStreamId()).isEqualTo("Order-1");
        assertThat(resolved.get(0).getLink().getStreamId()).isEqualTo("Mine");
    }

    @Test
    void a_long_category_is_read_from_any_revision_in_both_directions() {
        int count = 2_000;
        for (int i = 0; i < count; i += 500) {
            int from = i;
            EventData[] some = new EventData[500];
            Arrays.setAll(some, k -> event("A", from + k));
            append("Long-" + i, some);
            append("Short-" + i, event("A", -1));
        }
        for (int from : new int[] {0, 1, 255, 256, 257, 511, 512, 1_300, 1_998, 1_999}) {
            ReadStreamOptions forwards =
                    ReadStreamOptions.get().resolveLinkTos().maxCount(3).fromRevision(from);
            assertThat(Gateway.texts(gateway.read("$ce-Long", forwards)))
                    .as("from " + from)
                    .containsExactlyElementsOf(numbers(from, Math.min(count, from + 3)));
            ReadStreamOptions backwards = ReadStreamOptions.get()
                    .resolveLinkTos()
                    .maxCount(3)
                    .backwards()
                    .fromRevision(from);
            assertThat(Gateway.texts(gateway.read("$ce-Long", backwards)))
                    .as("back from " + from)
                    .containsExactlyElementsOf(
                            numbers(Math.max(0, from - 2), from + 1).reversed());
        }
        assertThat(gateway.read("$ce-Long", ReadStreamOptions.get().fromRevision(2_000)))
                .isEmpty();
        assertThat(Gateway.texts(gateway.read(
                        "$ce-Long",
                        ReadStreamOptions.get()
                                .resolveLinkTos()
                                .backwards()
                                .fromEnd()
                                .maxCount(2))))
                .containsExactly("1999", "1998");
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void a_category_is_followed_from_its_start_after_a_revision_and_live() throws InterruptedException {
        append("Order-1", event("A", 0), event("A", 1));
        BlockingQueue<String> all = follow(SubscribeToStreamOptions.get().fromStart());
        BlockingQueue<String> after = follow(SubscribeToStreamOptions.get().fromRevision(0));
        BlockingQueue<String> end = follow(SubscribeToStreamOptions.get().fromEnd());
        assertThat(next(all, 2)).isEqualTo("0: 0, 1: 1");
        assertThat(next(after, 1)).isEqualTo("1: 1");
        append("Stock-1", event("A", 9));
        append("Order-2", event("A", 2), event("A", 3));
        assertThat(next(all, 2)).isEqualTo("2: 2, 3: 3");
        assertThat(next(after, 2)).isEqualTo("2: 2, 3: 3");
        assertThat(next(end, 2)).isEqualTo("2: 2, 3: 3");
    }

    private BlockingQueue<String> follow(SubscribeToStreamOptions options) {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        SubscriptionListener listener = new SubscriptionListener() {
            @Override
            public void onEvent(Subscription subscription, ResolvedEvent event) {
                events.add(event.getLink().getRevision() + ": "
                        + Gateway.texts(List.of(event)).get(0));
            }
        };
        Gateway.get(gateway.client.subscribeToStream("$ce-Order", listener, options.resolveLinkTos()));
        return events;
    }

    private static String next(BlockingQueue<String> events, int count) throws InterruptedException {
        String[] some = new String[count];
        for (int i = 0; i < count; i++) {
            some[i] = events.poll(20, TimeUnit.SECONDS);
        }
        return String.join(", ", some);
    }

    /** The client gives these futures without a type. */
    private static void finish(CompletableFuture<?> future) {
        Gateway.get(future);
    }

    private List<String> data(String stream) {
        return Gateway.texts(gateway.read(stream, ReadStreamOptions.get()));
    }

    private List<String> resolved(String stream) {
        return Gateway.texts(gateway.read(stream, ReadStreamOptions.get().resolveLinkTos()));
    }

    private void append(String stream, EventData... events) {
        gateway.append(stream, StreamState.any(), events);
    }
}
