package dev.indelible.kurrentdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.IndelibleServer;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.StreamMetadata;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What applications with the official client leave on a server, as the journal reads it. */
class EventsOfOthersTest {
    private static final long DEADLINE_S = 30;

    private final EventStore served = EventStore.on(new MemoryJournal());
    private final IndelibleServer server = IndelibleServer.start(served, "127.0.0.1", 0);
    private final KurrentDBClient client = KurrentDBClient.create(
            KurrentDBConnectionString.parseOrThrow("esdb://127.0.0.1:" + server.port() + "?tls=false"));
    private final EventStore store = EventStore.on(KurrentDbJournal.on(client, KurrentDbJournal.LIMITS));

    @AfterEach
    void stop() throws Exception {
        store.close();
        answer(client.shutdown());
        server.close();
        served.close();
    }

    @Test
    void events_metadata_and_broken_json_are_read() throws Exception {
        EventData tagged = EventData.builderAsJson(UUID.randomUUID(), "Placed", "{\"total\":1}".getBytes(UTF_8))
                .metadataAsBytes("{\"$correlationId\":\"c\",\"$tags\":[\"customer:1\"]}".getBytes(UTF_8))
                .build();
        EventData broken = EventData.builderAsJson(UUID.randomUUID(), "Placed", "{".getBytes(UTF_8))
                .build();
        answer(client.appendToStream("Order-1", tagged, broken));
        List<RecordedEvent> events = store.read(EventQuery.all()).toList();
        assertThat(events).extracting(RecordedEvent::version).containsExactly(1L, 2L);
        assertThat(events.get(0).metadata().sameValue(Payload.json("{\"correlation_id\":\"c\"}")))
                .isTrue();
        assertThat(store.read(EventQuery.tags("customer:1")).toList()).containsExactly(events.get(0));
        assertThat(events.get(1).data()).isEqualTo(Payload.binary("{".getBytes(UTF_8)));
    }

    @Test
    void events_of_the_system_are_read_only_by_their_name() throws Exception {
        answer(client.appendToStream("Order-1", event()));
        answer(client.setStreamMetadata("Order-1", new StreamMetadata()));
        assertThat(store.read(EventQuery.all()).toList()).hasSize(1);
        assertThat(store.read(EventQuery.stream("$$Order-1")).toList()).hasSize(1);
    }

    @Test
    void links_are_events_of_the_stream_that_holds_them() throws Exception {
        answer(client.appendToStream("Order-1", event(), event()));
        answer(client.appendToStream(
                "Picked-1",
                EventData.builderAsBinary(UUID.randomUUID(), "$>", "1@Order-1".getBytes(UTF_8))
                        .build()));
        RecordedEvent link = store.read(EventQuery.stream("Picked-1")).next();
        assertThat(link.type()).isEqualTo("$>");
        assertThat(link.version()).isEqualTo(1);
        assertThat(link.stream()).isEqualTo(StreamName.of("Picked-1"));
    }

    @Test
    void a_stream_that_was_deleted_for_ever_is_empty_and_takes_no_append() throws Exception {
        StreamName order = StreamName.of("Order-1");
        answer(client.appendToStream("Order-1", event()));
        answer(client.tombstoneStream("Order-1"));
        assertThatThrownBy(() -> store.append(order, ExpectedVersion.any(), NewEvent.json("Placed", "1")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("Order-1");
        assertThat(store.read(EventQuery.stream(order)).toList()).isEmpty();
        store.append(StreamName.of("Order-2"), ExpectedVersion.noStream(), NewEvent.json("Placed", "1"));
        assertThat(store.read(EventQuery.stream("Order-2")).toList()).hasSize(1);
    }

    @Test
    void a_stream_with_metadata_only_does_not_exist() throws Exception {
        answer(client.setStreamMetadata("Order-1", new StreamMetadata()));
        assertThatThrownBy(() ->
                        store.append(StreamName.of("Order-1"), ExpectedVersion.exists(), NewEvent.json("Placed", "1")))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("version 0");
    }

    @Test
    void a_repeat_with_other_content_is_refused_by_its_id() {
        StreamName order = StreamName.of("Order-1");
        NewEvent event = NewEvent.json("Placed", "1");
        store.append(order, ExpectedVersion.noStream(), event);
        NewEvent other = NewEvent.json("Placed", "2").withId(event.id());
        assertThatThrownBy(() -> store.append(order, ExpectedVersion.noStream(), other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(event.id().toString());
    }

    private static EventData event() {
        return EventData.builderAsJson(UUID.randomUUID(), "Placed", "{}".getBytes(UTF_8))
                .build();
    }

    private static <T> T answer(CompletableFuture<T> future) throws Exception {
        return future.get(DEADLINE_S, TimeUnit.SECONDS);
    }
}
