package dev.indelible.dynamodb;

import dev.indelible.journal.Journal;
import dev.indelible.tck.JournalContract;
import dev.indelible.tck.JournalFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class DynamoDbJournalTest extends JournalContract implements JournalFixture {
    private final DynamoDbClient client = DynamoDbLocal.shared().client();
    private final DynamoDbOptions options = DynamoDbOptions.of(DynamoDbLocal.newTable());
    private final List<Journal> crashed = new ArrayList<>();

    @AfterEach
    void dropTable() {
        crashed.forEach(Journal::close);
        client.deleteTable(request -> request.tableName(options.table()));
        client.close();
    }

    @Override
    public JournalFixture fixture() {
        return this;
    }

    @Override
    public Journal open() {
        return DynamoDbJournal.on(client, options);
    }

    @Override
    public Journal reopen(Journal journal) {
        journal.close();
        return open();
    }

    /** A journal that is left as it is holds nothing that another one would wait for. */
    @Override
    public Journal crash(Journal journal) {
        crashed.add(journal);
        return open();
    }
}
