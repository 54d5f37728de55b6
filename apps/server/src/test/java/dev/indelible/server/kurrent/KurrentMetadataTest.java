package dev.indelible.server.kurrent;

import static dev.indelible.server.kurrent.Gateway.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Limits;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.Acls;
import io.kurrent.dbclient.DeleteStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.StreamMetadata;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WrongExpectedVersionException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KurrentMetadataTest {
    private static final StreamState ANY = StreamState.any();
    private static final StreamState NONE = StreamState.noStream();

    private final SettableClock clock = new SettableClock();
    private final Gateway gateway =
            new Gateway(EventStore.on(new MemoryJournal(clock, Limits.DEFAULT.withDataBytesMax(10_000))));

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void metadata_is_kept_whole_and_its_stream_has_expected_versions_too() {
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(7L);
        metadata.setAcl(Acls.newStreamAcl().addReadRoles("r").addWriteRoles("w", "x"));
        metadata.setCustomProperties(Map.of("colour", "red"));
        Gateway.get(gateway.client.setStreamMetadata("S", metadata));
        StreamMetadata read = Gateway.get(gateway.client.getStreamMetadata("S"));
        assertThat(read.getMaxCount()).isEqualTo(7);
        assertThat(read.getCustomProperties()).isEqualTo(Map.of("colour", "red"));
        assertThat(read.getAcl()).isNotNull();
        assertThat(Gateway.get(gateway.client.getStreamMetadata("T"))).isEqualTo(new StreamMetadata());
        EventData again =
                EventData.builderAsJson("$metadata", "{}".getBytes(UTF_8)).build();
        assertThatThrownBy(() -> gateway.append("$$S", NONE, again)).isInstanceOf(WrongExpectedVersionException.class);
        gateway.append("$$S", StreamState.streamRevision(0), again);
        assertThat(gateway.append("$$S", StreamState.streamRevision(0), again).getNextExpectedRevision())
                .isEqualTo(StreamState.streamRevision(1));
        assertThat(gateway.texts("$$S")).containsExactly("{}");
    }

    @Test
    void what_the_metadata_hides_is_not_read_and_stays_recorded() {
        append("S", 0, 10);
        set("S", "{\"$maxCount\":3}");
        assertThat(gateway.texts("S")).containsExactly("7", "8", "9");
        assertThat(Gateway.texts(
                        gateway.read("S", ReadStreamOptions.get().backwards().fromRevision(8))))
                .containsExactly("8", "7");
        append("S", 10, 11);
        assertThat(gateway.texts("S")).containsExactly("8", "9", "10");
        set("S", "{\"$tb\":9}");
        assertThat(gateway.texts("S")).containsExactly("9", "10");
        set("S", "{\"$tb\":5,\"$maxCount\":2}");
        assertThat(gateway.texts("S")).containsExactly("9", "10");
        set("S", "{\"$tb\":100}");
        var nothing = Gateway.get(gateway.client.readStream("S", ReadStreamOptions.get()));
        assertThat(nothing.getEvents()).isEmpty();
        assertThat(nothing.getFirstStreamPosition()).isEqualTo(100);
        assertThat(nothing.getLastStreamPosition()).isEqualTo(10);
        set("S", "no JSON");
        assertThat(gateway.texts("S")).hasSize(11);
        set("S", "{\"$maxCount\":-1,\"$tb\":\"x\",\"$maxAge\":1.5}");
        assertThat(gateway.texts("S")).hasSize(11);
        assertThat(gateway.store.read(EventQuery.stream("S")).toList()).hasSize(11);
    }

    @Test
    void events_older_than_the_greatest_age_are_not_read() {
        clock.now = Instant.now().minusSeconds(7_200);
        append("S", 0, 2);
        clock.now = Instant.now();
        append("S", 2, 4);
        set("S", "{\"$maxAge\":3600}");
        assertThat(gateway.texts("S")).containsExactly("2", "3");
        assertThat(Gateway.texts(gateway.read("S", ReadStreamOptions.get().maxCount(1))))
                .containsExactly("2");
    }

    @Test
    void a_deleted_stream_is_not_found_and_goes_on_where_it_was() {
        append("S", 0, 3);
        set("S", "{\"colour\":\"red\"}");
        Gateway.get(
                gateway.client.deleteStream("S", DeleteStreamOptions.get().streamState(StreamState.streamRevision(2))));
        assertThatThrownBy(() -> gateway.texts("S")).isInstanceOf(StreamNotFoundException.class);
        assertThat(Gateway.get(gateway.client.getStreamMetadata("S")).getTruncateBefore())
                .isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> gateway.append("S", StreamState.streamExists(), event("A", 9)))
                .hasMessageContaining("'S' is deleted");
        EventData first = event("A", 3);
        assertThat(gateway.append("S", NONE, first).getNextExpectedRevision()).isEqualTo(StreamState.streamRevision(3));
        assertThat(gateway.append("S", NONE, first).getNextExpectedRevision()).isEqualTo(StreamState.streamRevision(3));
        assertThat(gateway.append("S", ANY, first).getNextExpectedRevision()).isEqualTo(StreamState.streamRevision(3));
        append("S", 4, 5);
        assertThat(gateway.texts("S")).containsExactly("3", "4");
        StreamMetadata metadata = Gateway.get(gateway.client.getStreamMetadata("S"));
        assertThat(metadata.getTruncateBefore()).isEqualTo(3);
        assertThat(metadata.getCustomProperties()).isEqualTo(Map.of("colour", "red"));
        assertThat(gateway.store.version(StreamName.of("S"))).isEqualTo(5);
    }

    @Test
    void a_deleted_stream_is_deleted_again_if_what_is_expected_holds() {
        append("S", 0, 2);
        Gateway.get(gateway.client.deleteStream("S"));
        for (StreamState expected : List.of(ANY, NONE, StreamState.streamRevision(1))) {
            Gateway.get(
                    gateway.client.deleteStream("S", DeleteStreamOptions.get().streamState(expected)));
            assertThatThrownBy(() -> gateway.texts("S")).isInstanceOf(StreamNotFoundException.class);
        }
        assertThatThrownBy(() -> Gateway.get(gateway.client.deleteStream(
                        "S", DeleteStreamOptions.get().streamState(StreamState.streamRevision(0)))))
                .isInstanceOf(WrongExpectedVersionException.class);
        assertThatThrownBy(() -> Gateway.get(gateway.client.deleteStream(
                        "S", DeleteStreamOptions.get().streamState(StreamState.streamExists()))))
                .hasMessageContaining("'S' is deleted");
        append("S", 2, 3);
        assertThat(gateway.texts("S")).containsExactly("2");
    }

    @Test
    void a_deleted_stream_is_continued_under_any_expectation_but_that_it_exists() {
        for (StreamState expected : List.of(ANY, NONE, StreamState.streamRevision(0))) {
            String stream = "S" + expected.toRawLong();
            append(stream, 0, 1);
            Gateway.get(gateway.client.deleteStream(stream));
            gateway.append(stream, expected, event("A", 1), event("A", 2));
            assertThat(gateway.texts(stream)).containsExactly("1", "2");
        }
    }

    @Test
    void a_tombstoned_stream_is_no_more() {
        append("S", 0, 2);
        Gateway.get(gateway.client.tombstoneStream("S"));
        Gateway.get(gateway.client.tombstoneStream("Unborn"));
        for (String stream : List.of("S", "Unborn")) {
            assertThatThrownBy(() -> gateway.texts(stream)).hasMessageContaining("'" + stream + "' is deleted");
            assertThatThrownBy(() -> append(stream, 2, 3)).hasMessageContaining("'" + stream + "' is deleted");
            assertThatThrownBy(() -> Gateway.get(gateway.client.deleteStream(stream)))
                    .hasMessageContaining("'" + stream + "' is deleted");
            assertThatThrownBy(() -> Gateway.get(gateway.client.tombstoneStream(stream)))
                    .hasMessageContaining("'" + stream + "' is deleted");
            assertThatThrownBy(() -> set(stream, "{}")).hasMessageContaining("'" + stream + "' is deleted");
        }
        var all = Gateway.get(gateway.client.readAll()).getEvents();
        var last = all.get(all.size() - 1).getEvent();
        assertThat(last.getStreamId()).isEqualTo("Unborn");
        assertThat(last.getEventType()).isEqualTo("$streamDeleted");
        assertThat(last.getRevision()).isEqualTo(Long.MAX_VALUE);
        assertThat(gateway.store.read(EventQuery.stream("S")).toList()).hasSize(2);
    }

    @Test
    void deleting_asks_for_the_expected_version_and_for_something_to_delete() {
        append("S", 0, 2);
        assertThatThrownBy(() -> Gateway.get(gateway.client.deleteStream(
                        "S", DeleteStreamOptions.get().streamState(StreamState.streamRevision(0)))))
                .isInstanceOf(WrongExpectedVersionException.class);
        assertThatThrownBy(() -> Gateway.get(gateway.client.tombstoneStream(
                        "S", DeleteStreamOptions.get().streamState(NONE))))
                .isInstanceOf(WrongExpectedVersionException.class);
        assertThatThrownBy(() -> Gateway.get(gateway.client.deleteStream("T")))
                .isInstanceOf(WrongExpectedVersionException.class);
        assertThat(gateway.texts("S")).hasSize(2);
    }

    @Test
    void a_stream_with_metadata_only_exists_for_expectations() {
        set("S", "{\"$maxCount\":2}");
        assertThatThrownBy(() -> gateway.texts("S")).isInstanceOf(StreamNotFoundException.class);
        gateway.append("S", StreamState.streamExists(), event("A", 0));
        gateway.append("S", StreamState.streamRevision(0), event("A", 1), event("A", 2));
        assertThat(gateway.texts("S")).containsExactly("1", "2");
    }

    @Test
    void what_is_too_large_is_refused_by_name_and_limit() {
        byte[] large = new byte[10_001];
        EventData event = EventData.builderAsBinary("A", large).build();
        assertThatThrownBy(() -> gateway.append("S", ANY, event))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining(event.getEventId().toString())
                .hasMessageContaining("10001")
                .hasMessageContaining("10000");
        EventData[] many = new EventData[1_800];
        Arrays.setAll(many, i -> EventData.builderAsBinary("A", new byte[9_900]).build());
        assertThatThrownBy(() -> gateway.append("S", ANY, many))
                .hasMessageContaining(Integer.toString(Limits.DEFAULT.appendBytesMax()));
        assertThat(gateway.store.head().value()).isZero();
    }

    @Test
    void views_cannot_be_written_and_tombstones_not_forged() {
        for (String view : List.of("$ce-Order", "$et-Placed", "$bc-1", "$streams", "$all")) {
            assertThatThrownBy(() -> gateway.append(view, ANY, event("A", 1)))
                    .as(view)
                    .hasMessageContaining("PERMISSION_DENIED");
        }
        assertThatThrownBy(() -> gateway.append("$$S", ANY, event("$streamDeleted", 1)))
                .hasMessageContaining("INVALID_ARGUMENT");
        assertThat(gateway.store.head().value()).isZero();
    }

    private void append(String stream, int from, int to) {
        for (int i = from; i < to; i++) {
            gateway.append(stream, ANY, event("A", i));
        }
    }

    private void set(String stream, String metadata) {
        gateway.append(
                "$$" + stream,
                ANY,
                EventData.builderAsJson("$metadata", metadata.getBytes(UTF_8)).build());
    }

    private static final class SettableClock extends Clock {
        private volatile Instant now = Instant.now();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
