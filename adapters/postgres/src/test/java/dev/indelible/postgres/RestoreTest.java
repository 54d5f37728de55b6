package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A dump restored elsewhere, where transaction numbers and object ids are others, is the same store. */
class RestoreTest {
    private static final StreamName STREAM = StreamName.of("Order-1");

    @Test
    void a_restored_dump_goes_on_where_the_store_was() throws SQLException, IOException {
        String schema = Server.newSchema();
        Server.sql("CREATE DATABASE restored");
        NewEvent known = NewEvent.json("Known", "{}").withTags("a:1");
        List<RecordedEvent> before;
        Position checkpoint;
        try (EventStore store = EventStore.open(Server.url(schema))) {
            Appended appended = store.append(STREAM, ExpectedVersion.any(), known);
            checkpoint = appended.position();
            Random random = new Random(1);
            for (int i = 0; i < 100; i++) {
                store.append(StreamName.of("Order", "" + i % 7), ExpectedVersion.any(), Appenders.events(random));
            }
            before = store.read(EventQuery.all()).toList();
        }
        try (Connection from = Server.connect();
                Connection to =
                        Server.running().getDatabase("postgres", "restored").getConnection()) {
            Server.sql(to, PostgresJournal.definitions(schema));
            for (String table :
                    List.of("events", "event_tags", "snapshots", "subscription_checkpoints", "personal_keys")) {
                String name = "\"" + schema + "\"." + table;
                ByteArrayOutputStream dump = new ByteArrayOutputStream();
                from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + name + " TO STDOUT", dump);
                to.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + name + " FROM STDIN", new ByteArrayInputStream(dump.toByteArray()));
            }
        }
        String restored = Server.url(schema).replace("/postgres?", "/restored?");
        try (EventStore store = EventStore.open(restored);
                FeedChecker feed = new FeedChecker(store, checkpoint)) {
            assertThat(store.read(EventQuery.all()).toList()).isEqualTo(before);
            assertThat(store.append(STREAM, ExpectedVersion.any(), known).position())
                    .isEqualTo(checkpoint);
            Position next = store.append(STREAM, ExpectedVersion.any(), NewEvent.json("After", "{}"))
                    .position();
            assertThat(next.value()).isEqualTo(before.size() + 1);
            feed.awaitAt(next);
        }
        Server.sql("DROP DATABASE restored WITH (FORCE)");
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }
}
