package dev.indelible.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.decider.Snapshots;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.tck.SnapshotsContract;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class DynamoDbSnapshotsTest implements SnapshotsContract {
    private final DynamoDbClient client = DynamoDbLocal.shared().client();
    private final DynamoDbOptions options = DynamoDbOptions.of(DynamoDbLocal.newTable());
    private final Snapshots snapshots = DynamoDbSnapshots.on(client, options);

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }

    @Test
    void of_a_large_state_nothing_is_left_when_another_takes_its_place() {
        StreamName stream = StreamName.of("Order-1");
        byte[] large = new byte[900_000];
        large[899_999] = 1;
        for (byte[] state : List.of(large, new byte[0], large, large)) {
            long version =
                    snapshots.latest(stream, 1).map(Snapshots.Snapshot::version).orElse(0L) + 1;
            snapshots.save(stream, 1, new Snapshots.Snapshot(version, UUID.randomUUID(), Payload.binary(state)));
            assertThat(snapshots.latest(stream, 1).orElseThrow().state()).isEqualTo(Payload.binary(state));
            int items =
                    client.scan(request -> request.tableName(options.table())).count();
            assertThat(items).isEqualTo(state.length == 0 ? 1 : 3);
        }
        snapshots.delete(stream);
        assertThat(client.scan(request -> request.tableName(options.table())).count())
                .isZero();
    }

    @AfterEach
    void dropTable() {
        client.deleteTable(request -> request.tableName(options.table()));
        client.close();
    }
}
