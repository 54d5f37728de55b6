package dev.indelible.dynamodb;

import dev.indelible.decider.Snapshots;
import dev.indelible.tck.SnapshotsContract;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class DynamoDbSnapshotsTest implements SnapshotsContract {
    private final DynamoDbClient client = DynamoDbLocal.shared().client();
    private final DynamoDbOptions options = DynamoDbOptions.of(DynamoDbLocal.newTable());
    private final Snapshots snapshots = DynamoDbSnapshots.on(client, options);

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }

    @AfterEach
    void dropTable() {
        client.deleteTable(request -> request.tableName(options.table()));
        client.close();
    }
}
