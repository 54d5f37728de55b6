package dev.indelible.lab;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariDataSource;
import dev.indelible.event.NewEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.PersistenceQuery;

/**
 * Apache Pekko Persistence on its JDBC plugin, as published: its own schema and settings, one persistent actor a
 * stream. The plugin writes the rows of many actors in one transaction. An actor's first append finds its last sequence
 * number first. There is no read of the whole store: events are found by persistence id or by tag.
 */
final class PekkoSubject implements Subject {
    private static final String SCHEMA = "/schema/postgres/postgres-create-schema.sql";
    private static final int WAIT_MAX_SECONDS = 60;

    private final ActorSystem system;
    private final JdbcReadJournal journal;
    private final ConcurrentHashMap<String, ActorRef> actors = new ConcurrentHashMap<>();

    PekkoSubject(PostgresServer server) throws Exception {
        String url;
        try (HikariDataSource pool = server.newDatabase(1, schema())) {
            url = pool.getJdbcUrl() + PostgresServer.REWRITE_BATCHES;
        }
        Config config = ConfigFactory.parseMap(Map.of("pekko-persistence-jdbc.shared-databases.slick.db.url", url))
                .withFallback(ConfigFactory.parseResources("pekko.conf"))
                .withFallback(ConfigFactory.load());
        system = ActorSystem.create("bench", config.resolve());
        journal = PersistenceQuery.get(system).getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier());
        start();
    }

    /** The plugin starts, and compiles its statements, at the first append: one that is not measured. */
    private void start() throws Exception {
        append("Start", new NewEvent[] {NewEvent.json("Started", "{}")});
    }

    private static String[] schema() throws IOException {
        try (InputStream resource = JdbcAsyncWriteJournal.class.getResourceAsStream(SCHEMA)) {
            if (resource == null) {
                throw new IOException(SCHEMA + " is not in the plugin's jar");
            }
            String sql = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(sql.split(";", -1))
                    .filter(statement -> !statement.isBlank())
                    .toArray(String[]::new);
        }
    }

    @Override
    public String name() {
        return "pekko";
    }

    @Override
    public void append(String stream, NewEvent[] events) throws Exception {
        ActorRef actor = actors.computeIfAbsent(
                stream, key -> system.actorOf(Props.create(PekkoActor.class, () -> new PekkoActor(key))));
        PekkoActor.Append append = new PekkoActor.Append(List.of(events), new CompletableFuture<>());
        actor.tell(append, ActorRef.noSender());
        append.recorded().get(WAIT_MAX_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) throws Exception {
        return journal.currentEventsByPersistenceId(stream, 0, Long.MAX_VALUE)
                .runFold(0L, (count, envelope) -> count + (isDecoded(envelope) ? 1 : 0), system)
                .toCompletableFuture()
                .get(WAIT_MAX_SECONDS, TimeUnit.SECONDS);
    }

    private static boolean isDecoded(EventEnvelope envelope) {
        return envelope.event() instanceof PekkoEvent event
                && event.data().size() > 0
                && event.metadata().size() > 0
                && envelope.timestamp() > 0
                && !envelope.persistenceId().isEmpty()
                && envelope.sequenceNr() > 0;
    }

    /** Cannot: the plugin has no query for all events in their order. */
    @Override
    public long scan() {
        return -1;
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
