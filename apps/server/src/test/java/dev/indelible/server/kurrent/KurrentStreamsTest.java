package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.kurrent.protocol.FeaturesProtocol;
import dev.indelible.server.kurrent.protocol.ServerFeaturesGrpc;
import dev.indelible.server.kurrent.protocol.Shared;
import dev.indelible.server.kurrent.protocol.StreamsGrpc;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadReq;
import dev.indelible.server.kurrent.protocol.StreamsProtocol.ReadResp;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WriteResult;
import io.kurrent.dbclient.WrongExpectedVersionException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KurrentStreamsTest {
    private static final StreamState ANY = StreamState.any();
    private static final StreamState NONE = StreamState.noStream();

    private final Gateway gateway = new Gateway(EventStore.on(new MemoryJournal()));

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void what_the_java_client_appends_it_reads_back_and_indelible_does_too() {
        Instant before = Instant.now().minusSeconds(1);
        UUID id = UUID.randomUUID();
        EventData json = EventData.builderAsJson(id, "Placed", "{\"total\":12.50}".getBytes(UTF_8))
                .metadataAsBytes("{\"$correlationId\":\"c1\",\"n\":[1]}".getBytes(UTF_8))
                .build();
        byte[] bytes = {0, 1, (byte) 0xff};
        EventData binary = EventData.builderAsBinary("Scanned", bytes)
                .metadataAsBytes(bytes)
                .build();
        WriteResult written = gateway.append("Order-1", NONE, json, binary);
        assertThat(written.getNextExpectedRevision()).isEqualTo(StreamState.streamRevision(1));
        assertThat(written.getLogPosition()).isEqualTo(new Position(2, 2));

        List<ResolvedEvent> read = gateway.read("Order-1", ReadStreamOptions.get());
        assertThat(read).extracting(event -> event.getEvent().getRevision()).containsExactly(0L, 1L);
        var first = read.get(0).getEvent();
        assertThat(first.getEventId()).isEqualTo(id);
        assertThat(first.getEventType()).isEqualTo("Placed");
        assertThat(first.getContentType()).isEqualTo("application/json");
        assertThat(first.getStreamId()).isEqualTo("Order-1");
        assertThat(first.getPosition()).isEqualTo(new Position(1, 1));
        assertThat(first.getCreated()).isBetween(before, Instant.now().plusSeconds(1));
        assertThat(first.getEventData()).asString().isEqualTo("{\"total\":12.50}");
        assertThat(first.getUserMetadata()).asString().isEqualTo("{\"$correlationId\":\"c1\",\"n\":[1]}");
        var second = read.get(1).getEvent();
        assertThat(second.getContentType()).isEqualTo("application/octet-stream");
        assertThat(second.getEventData()).isEqualTo(bytes);
        assertThat(second.getUserMetadata()).isEqualTo(bytes);

        RecordedEvent recorded =
                gateway.store.read(EventQuery.stream("Order-1")).next();
        assertThat(recorded.data().text()).isEqualTo("{\"total\":12.50}");
        assertThat(Metadata.of(recorded.metadata()).correlationId()).isEqualTo("c1");
    }

    @Test
    void custom_metadata_comes_back_as_it_was() {
        List<String> metadata = List.of(
                "",
                "{}",
                "{ \"a\" : 1 }",
                "no JSON",
                "[1]",
                "7",
                "{\"correlation_id\":\"mine\"}",
                "{\"correlation_id\":\"mine\",\"$correlationId\":\"theirs\"}",
                "{\"timestamp\":\"yesterday\"}",
                "{\"$correlationId\":\"c\",\"$causationId\":\"d\",\"user\":{\"id\":1.50}}",
                "{\"a\":1,\"$schemaVersion\":3,\"$tags\":[\"customer:42\",\"region:é\"]}",
                "{\"$schemaVersion\":1}",
                "{\"$schemaVersion\":1e99}",
                "{\"$tags\":[]}",
                "{\"$tags\":\"customer:42\"}",
                "{\"$tags\":[\"novalue\"]}",
                "{\"$tags\":[\"a:b\",\"a:b\"]}");
        for (int i = 0; i < metadata.size(); i++) {
            EventData event = EventData.builderAsJson("A", "1".getBytes(UTF_8))
                    .metadataAsBytes(metadata.get(i).getBytes(UTF_8))
                    .build();
            gateway.append("Meta-1", ANY, event);
        }
        assertThat(gateway.read("Meta-1", ReadStreamOptions.get()))
                .extracting(event -> new String(event.getEvent().getUserMetadata(), UTF_8))
                .containsExactlyElementsOf(metadata);
        RecordedEvent tagged =
                gateway.store.read(EventQuery.tags("customer:42")).next();
        assertThat(tagged.schemaVersion()).isEqualTo(3);
        assertThat(tagged.metadata().text()).isEqualTo("{\"a\":1}");
    }

    @Test
    void what_indelible_records_shows_its_tags_schema_version_and_causes_as_metadata() {
        NewEvent event = NewEvent.json("Placed", "1")
                .withSchemaVersion(2)
                .withTags("customer:42")
                .withMetadata(Metadata.NONE.withCorrelationId("c").withCausationId("d"));
        gateway.store.append(StreamName.of("Order-1"), ExpectedVersion.any(), event);
        assertThat(gateway.read("Order-1", ReadStreamOptions.get())
                        .get(0)
                        .getEvent()
                        .getUserMetadata())
                .asString()
                .isEqualTo("{\"$correlationId\":\"c\",\"$causationId\":\"d\",\"$schemaVersion\":2,"
                        + "\"$tags\":[\"customer:42\"]}");
    }

    @Test
    void data_that_says_it_is_json_and_is_not_comes_back_as_the_same_bytes() {
        gateway.append(
                "A",
                ANY,
                EventData.builderAsJson("A", "{broken".getBytes(UTF_8)).build());
        gateway.append("A", ANY, EventData.builderAsJson("A", new byte[0]).build());
        assertThat(gateway.texts("A")).containsExactly("{broken", "");
        assertThat(gateway.read("A", ReadStreamOptions.get()))
                .extracting(event -> event.getEvent().getContentType())
                .containsOnly("application/octet-stream");
    }

    @Test
    void every_form_of_expected_version_holds() {
        assertWrong("S", StreamState.streamExists(), NONE);
        assertWrong("S", StreamState.streamRevision(3), NONE);
        assertThat(gateway.append("S", NONE, event("A", 0)).getNextExpectedRevision())
                .isEqualTo(StreamState.streamRevision(0));
        assertWrong("S", NONE, StreamState.streamRevision(0));
        assertThat(gateway.append("S", ANY, event("A", 1)).getNextExpectedRevision())
                .isEqualTo(StreamState.streamRevision(1));
        gateway.append("S", StreamState.streamExists(), event("A", 2));
        gateway.append("S", StreamState.streamRevision(2), event("A", 3));
        WrongExpectedVersionException wrong =
                assertWrong("S", StreamState.streamRevision(1), StreamState.streamRevision(3));
        assertThat(wrong.getExpectedState()).isEqualTo(StreamState.streamRevision(1));
        assertThat(wrong.getStreamName()).isEqualTo("S");
        assertThat(gateway.texts("S")).containsExactly("0", "1", "2", "3");
    }

    private WrongExpectedVersionException assertWrong(String stream, StreamState expected, StreamState actual) {
        WrongExpectedVersionException wrong = catchThrowableOfType(
                WrongExpectedVersionException.class, () -> gateway.append(stream, expected, event("Refused", 9)));
        assertThat(wrong.getActualState()).isEqualTo(actual);
        return wrong;
    }

    @Test
    void a_repeated_append_answers_as_the_first_time_in_every_form() {
        EventData[] events = {event("A", 0), event("A", 1), event("A", 2)};
        WriteResult first = gateway.append("S", NONE, events);
        gateway.append("S", ANY, event("A", 3));
        assertSame(gateway.append("S", NONE, events), first);
        assertSame(gateway.append("S", ANY, events), first);
        assertSame(gateway.append("S", StreamState.streamExists(), events), first);
        assertThat(gateway.append("S", NONE, events[0]).getNextExpectedRevision())
                .isEqualTo(StreamState.streamRevision(0));
        assertSame(gateway.append("S", StreamState.streamRevision(0), events[1], events[2]), first);
        assertThat(gateway.append("S", ANY, events[1]).getNextExpectedRevision())
                .isEqualTo(StreamState.streamRevision(1));
        assertWrongEvents(StreamState.streamRevision(3), events);
        assertWrongEvents(StreamState.streamRevision(1), events[1]);
        assertWrongEvents(NONE, events[0], event("A", 9));
        assertWrongEvents(ANY, events[0], event("A", 9));
        assertThat(gateway.store.version(StreamName.of("S"))).isEqualTo(4);
    }

    private static void assertSame(WriteResult again, WriteResult first) {
        assertThat(again.getNextExpectedRevision()).isEqualTo(first.getNextExpectedRevision());
        assertThat(again.getLogPosition()).isEqualTo(first.getLogPosition());
    }

    private void assertWrongEvents(StreamState expected, EventData... events) {
        assertThatThrownBy(() -> gateway.append("S", expected, events))
                .isInstanceOf(WrongExpectedVersionException.class);
    }

    @Test
    void an_id_of_another_stream_or_with_other_content_is_refused() {
        UUID id = UUID.randomUUID();
        gateway.append("S", ANY, event(id, "A", 1));
        assertThatThrownBy(() -> gateway.append("T", ANY, event(id, "A", 1)))
                .hasMessageContaining(id + ": recorded in another stream");
        assertThatThrownBy(() -> gateway.append("S", ANY, event(id, "A", 2)))
                .hasMessageContaining(id + ": recorded with other content");
    }

    @Test
    void a_stream_is_read_from_any_revision_in_both_directions() {
        for (int i = 0; i < 10; i++) {
            gateway.append("S", ANY, event("A", i));
        }
        assertThat(read(ReadStreamOptions.get().forwards().fromRevision(7))).containsExactly("7", "8", "9");
        assertThat(read(ReadStreamOptions.get().forwards().fromRevision(3).maxCount(2)))
                .containsExactly("3", "4");
        assertThat(read(ReadStreamOptions.get().forwards().fromRevision(10))).isEmpty();
        assertThat(read(ReadStreamOptions.get().forwards().fromEnd())).isEmpty();
        assertThat(read(ReadStreamOptions.get().backwards().fromEnd().maxCount(2)))
                .containsExactly("9", "8");
        assertThat(read(ReadStreamOptions.get().backwards().fromRevision(1))).containsExactly("1", "0");
        assertThat(read(ReadStreamOptions.get().backwards().fromRevision(99).maxCount(1)))
                .containsExactly("9");
        assertThat(read(ReadStreamOptions.get().backwards().fromStart())).containsExactly("0");
        var result = Gateway.get(
                gateway.client.readStream("S", ReadStreamOptions.get().maxCount(1)));
        assertThat(result.getLastStreamPosition()).isEqualTo(9);
        assertThatThrownBy(() -> gateway.texts("T")).isInstanceOf(StreamNotFoundException.class);
    }

    private List<String> read(ReadStreamOptions options) {
        return Gateway.texts(gateway.read("S", options));
    }

    @Test
    void all_is_read_forwards_from_a_position_and_backwards_from_before_it() {
        for (int i = 1; i <= 6; i++) {
            gateway.append(i % 2 == 0 ? "Even-1" : "Odd-1", ANY, event("A", i));
        }
        assertThat(all(ReadAllOptions.get())).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(all(ReadAllOptions.get().fromPosition(new Position(4, 4)))).containsExactly("4", "5", "6");
        assertThat(all(ReadAllOptions.get().maxCount(2))).containsExactly("1", "2");
        assertThat(all(ReadAllOptions.get().backwards().fromEnd().maxCount(2))).containsExactly("6", "5");
        assertThat(all(ReadAllOptions.get().backwards().fromPosition(new Position(3, 3))))
                .containsExactly("2", "1");
        assertThat(all(ReadAllOptions.get().forwards().fromEnd())).isEmpty();
        assertThat(all(ReadAllOptions.get().backwards().fromStart())).isEmpty();
    }

    private List<String> all(ReadAllOptions options) {
        return Gateway.texts(Gateway.get(gateway.client.readAll(options)).getEvents());
    }

    @Test
    void events_of_a_megabyte_and_thousands_of_small_ones_are_read_whole() {
        byte[] large = new byte[1 << 20];
        Arrays.fill(large, (byte) 7);
        for (int i = 0; i < 5; i++) {
            gateway.append("Large-1", ANY, EventData.builderAsBinary("A", large).build());
        }
        EventData[] many = new EventData[5_000];
        Arrays.setAll(many, i -> event("A", i));
        gateway.append("Small-1", ANY, many);
        assertThat(gateway.read("Large-1", ReadStreamOptions.get()))
                .hasSize(5)
                .allSatisfy(event -> assertThat(event.getEvent().getEventData()).isEqualTo(large));
        assertThat(gateway.texts("Small-1")).hasSize(5_000).endsWith("4999");
    }

    @Test
    void ids_are_answered_in_the_form_that_is_asked_for_and_no_form_is_refused() {
        UUID id = UUID.randomUUID();
        gateway.append("S", ANY, event(id, "A", 1));
        ReadReq.UuidOption.Builder form = ReadReq.UuidOption.newBuilder();
        assertThat(readRaw(form.setString(Shared.Empty.getDefaultInstance()).build()))
                .isEqualTo(Shared.UUID.newBuilder().setString(id.toString()).build());
        assertThat(readRaw(form.setStructured(Shared.Empty.getDefaultInstance()).build())
                        .getStructured()
                        .getMostSignificantBits())
                .isEqualTo(id.getMostSignificantBits());
        assertThatThrownBy(() -> readRaw(ReadReq.UuidOption.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("INVALID_ARGUMENT");
    }

    private Shared.UUID readRaw(ReadReq.UuidOption form) {
        ReadReq.Builder request = ReadReq.newBuilder();
        request.getOptionsBuilder()
                .setCount(-1)
                .setUuidOption(form)
                .setNoFilter(Shared.Empty.getDefaultInstance())
                .getStreamBuilder()
                .setStreamIdentifier(EventForm.stream("S"));
        ReadResp first = StreamsGrpc.newBlockingStub(gateway.channel)
                .read(request.build())
                .next();
        return first.getEvent().getEvent().getId();
    }

    @Test
    void a_client_that_discovers_the_cluster_finds_one_leader() {
        KurrentDBClient discovering =
                Gateway.connect("esdb+discover://localhost:" + gateway.server.port() + "?tls=false");
        Gateway.get(discovering.appendToStream("S", event("A", 1)));
        Gateway.get(discovering.shutdown());
        assertThat(gateway.texts("S")).containsExactly("1");
    }

    @Test
    void features_name_the_methods_and_a_version_in_numbers() {
        FeaturesProtocol.SupportedMethods features = ServerFeaturesGrpc.newBlockingStub(gateway.channel)
                .getSupportedMethods(Shared.Empty.getDefaultInstance());
        assertThat(features.getEventStoreServerVersion()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(features.getMethodsList())
                .extracting(method -> method.getServiceName() + "/" + method.getMethodName())
                .contains(
                        "event_store.client.streams.streams/append",
                        "event_store.client.streams.streams/batchappend",
                        "event_store.client.streams.streams/read",
                        "event_store.client.streams.streams/delete",
                        "event_store.client.streams.streams/tombstone",
                        "kurrentdb.protocol.v2.streams.streamsservice/appendsession",
                        "kurrentdb.protocol.v2.streams.streamsservice/appendrecords");
    }

    @Test
    void what_is_not_served_is_unimplemented() {
        var empty = ProtoUtils.marshaller(Shared.Empty.getDefaultInstance());
        for (String method : List.of(
                "event_store.client.users.Users/Details",
                "event_store.client.operations.Operations/StartScavenge",
                "kurrentdb.protocol.v2.streams.StreamsService/Unheard",
                "event_store.client.streams.Streams/Unheard")) {
            var descriptor = MethodDescriptor.newBuilder(empty, empty)
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(method)
                    .build();
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(
                            gateway.channel, descriptor, CallOptions.DEFAULT, Shared.Empty.getDefaultInstance()));
            assertThat(refused.getStatus().getCode())
                    .as(method + ": " + refused.getMessage())
                    .isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    @Test
    void health_live_answers_on_the_same_port() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + gateway.server.port() + "/health/live"))
                    .timeout(Duration.ofSeconds(30))
                    .build();
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(204);
        }
    }

    @Test
    void the_embedded_engine_serves_as_well_and_keeps_what_was_acknowledged(@TempDir Path directory) {
        EventData event = event("A", 1);
        WriteResult first;
        try (Gateway embedded = new Gateway(EventStore.open("embedded:" + directory))) {
            first = embedded.append("Order-1", NONE, event);
        }
        try (Gateway again = new Gateway(EventStore.open("embedded:" + directory))) {
            assertSame(again.append("Order-1", NONE, event), first);
            assertThat(again.texts("Order-1")).containsExactly("1");
        }
    }
}
