package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.decider.Snapshots;
import dev.indelible.decider.Snapshots.Snapshot;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every store for snapshots promises. */
public interface SnapshotsContract {
    /** Empty ones, the same for all calls of one test. */
    Snapshots snapshots();

    /** What was saved comes back: the same JSON value, the same bytes. */
    @Test
    default void the_latest_snapshot_comes_back() {
        StreamName stream = StreamName.of("Order-grüße");
        assertThat(snapshots().latest(stream, 1)).isEmpty();
        snapshots().save(stream, 1, snapshot(3, Payload.json("{\"total\": 1e2, \"list\": [\"ü\", null]}")));
        Snapshot json = snapshots().latest(stream, 1).orElseThrow();
        assertThat(json.version()).isEqualTo(3);
        assertThat(json.state().sameValue(Payload.json("{\"list\":[\"ü\",null],\"total\":100}")))
                .isTrue();
        for (byte[] bytes : List.of(new byte[0], new byte[] {0, -1, 127}, new byte[1 << 20])) {
            long version = snapshots().latest(stream, 1).orElseThrow().version() + 1;
            Snapshot binary = snapshot(version, Payload.binary(bytes));
            snapshots().save(stream, 1, binary);
            assertThat(snapshots().latest(stream, 1)).contains(binary);
        }
    }

    /** Two who load the same stream may save in any order. */
    @Test
    default void an_earlier_snapshot_does_not_replace_a_later_one() {
        StreamName stream = StreamName.of("Order-1");
        Snapshot later = snapshot(20, Payload.json("20"));
        snapshots().save(stream, 1, later);
        snapshots().save(stream, 1, snapshot(10, Payload.json("10")));
        assertThat(snapshots().latest(stream, 1)).contains(later);
    }

    /** A state of another shape is never handed out. */
    @Test
    default void each_stream_and_each_version_of_a_decider_has_its_own() {
        StreamName one = StreamName.of("Order-1");
        StreamName other = StreamName.of("Order-2");
        Snapshot first = snapshot(5, Payload.json("1"));
        Snapshot second = snapshot(4, Payload.json("2"));
        snapshots().save(one, 1, first);
        assertThat(snapshots().latest(one, 2)).isEmpty();
        assertThat(snapshots().latest(other, 1)).isEmpty();
        snapshots().save(one, 2, second);
        assertThat(snapshots().latest(one, 1)).contains(first);
        assertThat(snapshots().latest(one, 2)).contains(second);
    }

    /** What a person's data is derived from can be deleted with all its versions, and nothing else with it. */
    @Test
    default void deleting_takes_all_versions_of_a_stream_and_no_other_stream() {
        StreamName one = StreamName.of("Order-1");
        StreamName other = StreamName.of("Order-10");
        Snapshot kept = snapshot(5, Payload.json("3"));
        snapshots().save(one, 1, snapshot(5, Payload.json("1")));
        snapshots().save(one, 2, snapshot(5, Payload.json("2")));
        snapshots().save(other, 1, kept);
        snapshots().delete(one);
        assertThat(snapshots().latest(one, 1)).isEmpty();
        assertThat(snapshots().latest(one, 2)).isEmpty();
        assertThat(snapshots().latest(other, 1)).contains(kept);
        snapshots().delete(one);
        Snapshot fresh = snapshot(2, Payload.json("4"));
        snapshots().save(one, 1, fresh);
        assertThat(snapshots().latest(one, 1)).contains(fresh);
    }

    private static Snapshot snapshot(long version, Payload state) {
        return new Snapshot(version, UUID.randomUUID(), state);
    }
}
