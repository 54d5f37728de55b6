package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Value;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.RecordedEvent;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.kurrent.protocol.Errors;
import dev.indelible.server.kurrent.protocol.ErrorsV2.AppendConsistencyViolationErrorDetails;
import dev.indelible.server.kurrent.protocol.ErrorsV2.ConsistencyViolation;
import dev.indelible.server.kurrent.protocol.ErrorsV2.StreamAlreadyInAppendSessionErrorDetails;
import dev.indelible.server.kurrent.protocol.StreamsServiceGrpc;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecord;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecordsRequest;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.AppendRecordsResponse;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.ConsistencyCheck;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.SchemaFormat;
import dev.indelible.server.kurrent.protocol.StreamsV2Protocol.StreamRevision;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.AppendResponse;
import io.kurrent.dbclient.AppendStreamRequest;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.MultiStreamAppendResponse;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordSizeExceededException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.StreamTombstonedException;
import io.kurrent.dbclient.TransactionMaxSizeExceededException;
import io.kurrent.dbclient.WrongExpectedVersionException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KurrentSeveralStreamsTest {
    private static final StreamState ANY = StreamState.any();
    private static final StreamState NONE = StreamState.noStream();
    private static final long EXISTS = -4;
    private static final long DELETED = -5;
    private static final long TOMBSTONED = -6;

    @TempDir
    private Path directory;

    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = new Gateway(EventStore.open("embedded:" + directory + "?data_bytes_max=100000"));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void the_java_client_appends_to_several_streams_at_once_under_each_expectation() {
        gateway.append("Stock-1", NONE, event("Counted", 0));
        MultiStreamAppendResponse written = append(
                to("Order-1", NONE, event("Placed", 1), event("Paid", 2)),
                to("Stock-1", StreamState.streamRevision(0), event("Taken", 3)),
                to("Log-1", ANY, event("Noted", 4)));
        assertThat(written.getResults())
                .extracting(AppendResponse::getStream)
                .containsExactly("Order-1", "Stock-1", "Log-1");
        assertThat(written.getResults())
                .extracting(AppendResponse::getStreamRevision)
                .containsExactly(1L, 1L, 0L);
        assertThat(written.getPosition()).isEqualTo(5);
        append(to("Stock-1", StreamState.streamExists(), event("Taken", 5)), to("Log-1", ANY, event("Noted", 6)));
        assertThat(gateway.texts("Order-1")).containsExactly("1", "2");
        assertThat(gateway.texts("Stock-1")).containsExactly("0", "3", "5");
        assertThat(gateway.texts("Log-1")).containsExactly("4", "6");
    }

    @Test
    void when_one_stream_is_not_as_expected_nothing_is_recorded_and_the_error_names_it() {
        gateway.append("Stock-1", NONE, event("Counted", 0));
        for (StreamState wrong : List.of(NONE, StreamState.streamRevision(7))) {
            WrongExpectedVersionException refused = catchThrowableOfType(
                    WrongExpectedVersionException.class,
                    () -> append(to("Order-1", NONE, event("Placed", 1)), to("Stock-1", wrong, event("Taken", 2))));
            assertThat(refused.getStreamName()).isEqualTo("Stock-1");
            assertThat(refused.getExpectedState()).isEqualTo(wrong);
            assertThat(refused.getActualState()).isEqualTo(StreamState.streamRevision(0));
        }
        WrongExpectedVersionException none = catchThrowableOfType(
                WrongExpectedVersionException.class,
                () -> append(to("Order-1", StreamState.streamExists(), event("Placed", 1))));
        assertThat(none.getActualState()).isEqualTo(NONE);
        assertThat(gateway.store.head().value()).isEqualTo(1);
    }

    @Test
    void a_repeat_answers_as_the_first_time_and_a_mixture_is_refused() {
        EventData placed = event("Placed", 1);
        EventData taken = event("Taken", 2);
        MultiStreamAppendResponse first = append(to("Order-1", NONE, placed), to("Stock-1", ANY, taken));
        gateway.append("Order-1", ANY, event("Paid", 3));
        for (StreamState expected : List.of(NONE, ANY)) {
            MultiStreamAppendResponse again = append(to("Order-1", expected, placed), to("Stock-1", ANY, taken));
            assertThat(again.getPosition()).isEqualTo(first.getPosition());
            assertThat(again.getResults())
                    .extracting(AppendResponse::getStreamRevision)
                    .containsExactly(0L, 0L);
        }
        MultiStreamAppendResponse otherwise = append(to("Stock-1", ANY, taken), to("Order-1", NONE, placed));
        assertThat(otherwise.getPosition()).isEqualTo(first.getPosition());
        assertThat(gateway.append("Stock-1", ANY, taken).getNextExpectedRevision())
                .isEqualTo(StreamState.streamRevision(0));
        assertThatThrownBy(() -> append(to("Order-1", StreamState.streamRevision(1), placed), to("S", ANY, taken)))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> append(to("Order-1", ANY, placed), to("Stock-1", ANY, event("Taken", 9))))
                .hasMessageContaining(placed.getEventId().toString());
        assertThatThrownBy(
                        () -> append(to("Order-1", StreamState.streamRevision(1), placed), to("Stock-1", ANY, taken)))
                .isInstanceOf(WrongExpectedVersionException.class);
        assertThat(gateway.store.head().value()).isEqualTo(3);
    }

    @Test
    void deleted_streams_go_on_and_tombstoned_ones_do_not() {
        for (String stream : List.of("Gone-1", "Dead-1")) {
            gateway.append(stream, NONE, event("A", 0), event("A", 1));
        }
        Gateway.get(gateway.client.deleteStream("Gone-1"));
        Gateway.get(gateway.client.tombstoneStream("Dead-1"));
        for (StreamState expected : List.of(ANY, NONE, StreamState.streamRevision(1))) {
            assertThatThrownBy(() -> append(to("New-1", ANY, event("A", 9)), to("Dead-1", expected, event("A", 9))))
                    .isInstanceOf(StreamTombstonedException.class)
                    .hasMessageContaining("Dead-1");
        }
        assertThatThrownBy(() -> append(to("Gone-1", StreamState.streamExists(), event("A", 9))))
                .isInstanceOf(StreamTombstonedException.class);
        append(to("New-1", NONE, event("A", 2)), to("Gone-1", NONE, event("A", 3)));
        assertThat(gateway.texts("Gone-1")).containsExactly("3");
        assertThat(gateway.texts("New-1")).containsExactly("2");
    }

    @Test
    void a_stream_and_its_metadata_are_written_at_once() {
        EventData metadata = EventData.builderAsJson("$metadata", "{\"$maxCount\":2}".getBytes(UTF_8))
                .build();
        append(to("Order-1", NONE, event("A", 0), event("A", 1), event("A", 2)), to("$$Order-1", NONE, metadata));
        assertThat(gateway.texts("Order-1")).containsExactly("1", "2");
    }

    @Test
    void what_is_too_large_or_named_twice_is_refused_by_name_and_limit() {
        EventData large = EventData.builderAsBinary("A", new byte[100_001]).build();
        RecordSizeExceededException record = catchThrowableOfType(
                RecordSizeExceededException.class, () -> append(to("S", ANY, event("A", 1)), to("T", ANY, large)));
        assertThat(record).hasMessageContaining(large.getEventId().toString()).hasMessageContaining("100000");
        EventData[] many = new EventData[900];
        Arrays.setAll(many, i -> EventData.builderAsBinary("A", new byte[9_900]).build());
        assertThatThrownBy(() -> append(to("S", ANY, many), to("T", ANY, many)))
                .isInstanceOf(TransactionMaxSizeExceededException.class)
                .hasMessageContaining(Integer.toString(Limits.DEFAULT.appendBytesMax()));
        assertThatThrownBy(() -> append(to("S-a", ANY, event("A", 1)), to("s-A", ANY, event("A", 2))))
                .satisfies(error -> assertThat(
                                detail(error, StreamAlreadyInAppendSessionErrorDetails.parser(), Status.Code.ABORTED)
                                        .getStream())
                        .isEqualTo("s-A"));
        assertThatThrownBy(this::append).hasMessageContaining("FAILED_PRECONDITION");
        assertThatThrownBy(() -> append(to("$ce-Order", ANY, event("A", 1)))).hasMessageContaining("PERMISSION_DENIED");
        assertThat(gateway.store.head().value()).isZero();
    }

    @Test
    void records_come_back_with_their_schema_and_properties_as_metadata() {
        AppendRecord json = record("S", "Placed", "{\"total\":12.5}").toBuilder()
                .putProperties("text", Value.newBuilder().setStringValue("é\"").build())
                .putProperties("whole", Value.newBuilder().setNumberValue(42).build())
                .putProperties("part", Value.newBuilder().setNumberValue(0.5).build())
                .putProperties("yes", Value.newBuilder().setBoolValue(true).build())
                .putProperties(
                        "$correlationId",
                        Value.newBuilder().setStringValue("c1").build())
                .build();
        AppendRecord.Builder bytes = record("S", "Scanned", "no JSON").toBuilder();
        bytes.getSchemaBuilder().setFormat(SchemaFormat.SCHEMA_FORMAT_AVRO).setId("7");
        appendRecords(List.of(json, bytes.build()));
        var events = gateway.read("S", ReadStreamOptions.get());
        var first = events.get(0).getEvent();
        assertThat(first.getEventId()).hasToString(json.getRecordId());
        assertThat(first.getEventType()).isEqualTo("Placed");
        assertThat(first.getContentType()).isEqualTo("application/json");
        assertThat(first.getEventData()).asString().isEqualTo("{\"total\":12.5}");
        assertThat(first.getUserMetadata())
                .asString()
                .contains("\"text\":\"é\\\"\"", "\"whole\":42", "\"part\":0.5", "\"yes\":true")
                .contains("\"$correlationId\":\"c1\"", "\"$schema.name\":\"Placed\"", "\"$schema.format\":\"Json\"");
        var second = events.get(1).getEvent();
        assertThat(second.getContentType()).isEqualTo("application/octet-stream");
        assertThat(second.getUserMetadata())
                .asString()
                .contains("\"$schema.name\":\"Scanned\"", "\"$schema.format\":\"Avro\"", "\"$schema.id\":\"7\"");
        RecordedEvent recorded = gateway.store.read(EventQuery.stream("S")).next();
        assertThat(recorded.metadata().text()).contains("\"correlation_id\":\"c1\"");
    }

    @Test
    void records_are_appended_to_their_streams_in_order_if_all_checks_hold() {
        gateway.append("Flight-1", NONE, event("Opened", 0), event("Opened", 1));
        gateway.append("Gone-1", NONE, event("A", 0));
        Gateway.get(gateway.client.deleteStream("Gone-1"));
        AppendRecordsResponse written = appendRecords(
                List.of(record("Seat-1", "A", "1"), record("Seat-2", "A", "2"), record("Seat-1", "A", "3")),
                check("Flight-1", 1),
                check("Flight-1", EXISTS),
                check("Seat-1", -1),
                check("None-1", -1),
                check("Gone-1", DELETED),
                check("Gone-1", -1));
        assertThat(written.getRevisionsList())
                .extracting(StreamRevision::getStream)
                .containsExactly("Seat-1", "Seat-2");
        assertThat(written.getRevisionsList())
                .extracting(StreamRevision::getRevision)
                .containsExactly(1L, 0L);
        assertThat(written.getPosition()).isEqualTo(gateway.store.head().value());
        assertThat(gateway.texts("Seat-1")).containsExactly("1", "3");
        assertThat(gateway.texts("Flight-1")).hasSize(2);
    }

    @Test
    void all_checks_that_do_not_hold_are_told_with_the_state_that_was_found() {
        for (String stream : List.of("Flight-1", "Gone-1", "Dead-1")) {
            gateway.append(stream, NONE, event("A", 0));
        }
        Gateway.get(gateway.client.deleteStream("Gone-1"));
        Gateway.get(gateway.client.tombstoneStream("Dead-1"));
        List<ConsistencyViolation> violations = violations(
                "Seat-1",
                check("Flight-1", -1),
                check("Flight-1", 0),
                check("Flight-1", 4),
                check("None-1", EXISTS),
                check("Gone-1", EXISTS),
                check("Dead-1", 0),
                check("Gone-1", 0));
        assertThat(violations)
                .extracting(violation -> violation.getCheckIndex() + ": "
                        + violation.getStreamState().getStream() + " "
                        + violation.getStreamState().getExpectedState() + " "
                        + violation.getStreamState().getActualState())
                .containsExactly(
                        "0: Flight-1 -1 0",
                        "2: Flight-1 4 0",
                        "3: None-1 -4 -1",
                        "4: Gone-1 -4 -5",
                        "5: Dead-1 0 -6",
                        "6: Gone-1 0 -5");
        assertThat(violations("Dead-1"))
                .extracting(violation -> violation.getStreamState().getActualState())
                .containsExactly(TOMBSTONED);
        assertThatThrownBy(() -> gateway.texts("Seat-1")).isInstanceOf(RuntimeException.class);
    }

    private List<ConsistencyViolation> violations(String written, ConsistencyCheck... checks) {
        StatusRuntimeException refused = catchThrowableOfType(
                StatusRuntimeException.class, () -> appendRecords(List.of(record(written, "A", "1")), checks));
        return detail(refused, AppendConsistencyViolationErrorDetails.parser(), Status.Code.FAILED_PRECONDITION)
                .getViolationsList();
    }

    @Test
    void requests_that_say_nothing_sensible_are_refused() {
        AppendRecord record = record("S", "A", "1");
        assertInvalid(List.of());
        assertInvalid(List.of(record), check("T", -2));
        assertInvalid(List.of(record), check("T", -3));
        assertInvalid(List.of(record), ConsistencyCheck.getDefaultInstance());
        assertInvalid(List.of(record.toBuilder().clearSchema().build()));
        assertInvalid(List.of(record.toBuilder().clearStream().build()));
        assertInvalid(List.of(record.toBuilder().setRecordId("seven").build()));
        AppendRecord.Builder formless = record.toBuilder();
        formless.getSchemaBuilder().clearFormat();
        assertInvalid(List.of(formless.build()));
        assertThat(gateway.store.head().value()).isZero();
    }

    private void assertInvalid(List<AppendRecord> records, ConsistencyCheck... checks) {
        assertThatThrownBy(() -> appendRecords(records, checks)).hasMessageContaining("INVALID_ARGUMENT");
    }

    @Test
    void of_many_racers_on_one_check_one_wins() {
        int racers = 16;
        gateway.append("Flight-1", NONE, event("Opened", 0));
        for (int round = 0; round < 10; round++) {
            long seen = round;
            int number = round;
            List<CompletableFuture<Boolean>> running = IntStream.range(0, racers)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> wins(number + "-" + i, seen)))
                    .toList();
            assertThat(running.stream().filter(Gateway::get).count()).isEqualTo(1);
        }
        assertThat(gateway.texts("Flight-1")).hasSize(11);
    }

    private boolean wins(String seat, long seen) {
        try {
            appendRecords(
                    List.of(record("Seat-" + seat, "Taken", "1"), record("Flight-1", "Taken", "2")),
                    check("Flight-1", seen));
            return true;
        } catch (StatusRuntimeException lost) {
            assertThat(lost.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            return false;
        }
    }

    @Test
    void nothing_is_recorded_behind_a_change_of_a_stream_that_is_only_checked() {
        for (int round = 0; round < 20; round++) {
            String lever = "Lever-" + round;
            String written = "Seat-" + round;
            List<CompletableFuture<Long>> running = IntStream.range(0, 16)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> positionIf(written, check(lever, -1))))
                    .toList();
            long changed = gateway.append(lever, NONE, event("Pulled", 0))
                    .getLogPosition()
                    .getCommitUnsigned();
            assertThat(running.stream().map(Gateway::get)).allMatch(position -> position < changed);
        }
    }

    /** Where it is recorded; 0: the check does not hold any more. */
    private long positionIf(String stream, ConsistencyCheck check) {
        try {
            return appendRecords(List.of(record(stream, "A", "1")), check).getPosition();
        } catch (StatusRuntimeException late) {
            assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            return 0;
        }
    }

    @Test
    void appends_to_several_streams_go_on_beside_deletions_and_nothing_is_lost() {
        int rounds = 40;
        List<CompletableFuture<Void>> running = IntStream.range(0, 4)
                .mapToObj(writer -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < rounds; i++) {
                        append(to("Shared-1", ANY, event("A", i)), to("Own-" + writer, ANY, event("A", i)));
                    }
                }))
                .toList();
        for (int i = 0; i < 10; i++) {
            if (gateway.store.head().value() > 0) {
                Gateway.get(gateway.client.deleteStream("Shared-1"));
            }
        }
        running.forEach(Gateway::get);
        assertThat(gateway.store.read(EventQuery.stream("Shared-1")).toList()).hasSize(4 * rounds);
        for (int writer = 0; writer < 4; writer++) {
            assertThat(gateway.texts("Own-" + writer)).hasSize(rounds);
        }
    }

    @Test
    void an_engine_of_single_streams_does_not_offer_it_and_says_why() {
        try (Gateway single = new Gateway(EventStore.on(new SingleStreamJournal(new MemoryJournal())))) {
            assertThatThrownBy(() -> Gateway.get(single.client.multiStreamAppend(
                            List.of(to("S", ANY, event("A", 1))).iterator())))
                    .hasMessageContaining("Multi-stream append is not supported by the server");
            assertThatThrownBy(() -> StreamsServiceGrpc.newBlockingStub(single.channel)
                            .appendRecords(AppendRecordsRequest.newBuilder()
                                    .addRecords(record("S", "A", "1"))
                                    .build()))
                    .hasMessageContaining("UNIMPLEMENTED")
                    .hasMessageContaining("one append to several streams");
            single.append("S", NONE, event("A", 1));
        }
    }

    private MultiStreamAppendResponse append(AppendStreamRequest... requests) {
        return Gateway.get(gateway.client.multiStreamAppend(Stream.of(requests).iterator()));
    }

    private static AppendStreamRequest to(String stream, StreamState expected, EventData... events) {
        return new AppendStreamRequest(stream, List.of(events).iterator(), expected);
    }

    private AppendRecordsResponse appendRecords(List<AppendRecord> records, ConsistencyCheck... checks) {
        return StreamsServiceGrpc.newBlockingStub(gateway.channel)
                .appendRecords(AppendRecordsRequest.newBuilder()
                        .addAllRecords(records)
                        .addAllChecks(List.of(checks))
                        .build());
    }

    private static AppendRecord record(String stream, String type, String data) {
        AppendRecord.Builder record = AppendRecord.newBuilder()
                .setStream(stream)
                .setRecordId(UUID.randomUUID().toString())
                .setData(ByteString.copyFromUtf8(data));
        record.getSchemaBuilder().setName(type).setFormat(SchemaFormat.SCHEMA_FORMAT_JSON);
        return record.build();
    }

    private static ConsistencyCheck check(String stream, long expected) {
        ConsistencyCheck.Builder check = ConsistencyCheck.newBuilder();
        check.getStreamStateBuilder().setStream(stream).setExpectedState(expected);
        return check.build();
    }

    /** The second detail beside the status; the first says the reason. */
    private static <T extends com.google.protobuf.Message> T detail(
            Throwable error, com.google.protobuf.Parser<T> form, Status.Code code) {
        StatusRuntimeException refused = (StatusRuntimeException) error;
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
        try {
            Errors.DetailedStatus status =
                    Errors.DetailedStatus.parseFrom(refused.getTrailers().get(JointRefusals.DETAILS));
            assertThat(status.getCode()).isEqualTo(code.value());
            assertThat(status.getDetails(0).getTypeUrl()).isEqualTo("type.googleapis.com/google.rpc.ErrorInfo");
            assertThat(Errors.ErrorInfo.parseFrom(status.getDetails(0).getValue())
                            .getDomain())
                    .isEqualTo("streams");
            return form.parseFrom(status.getDetails(1).getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
