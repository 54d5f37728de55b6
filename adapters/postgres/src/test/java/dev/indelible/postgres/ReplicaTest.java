package dev.indelible.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Subscription;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading from a replica that is behind: less is seen, nothing is missed. */
class ReplicaTest {
    @TempDir
    Path directory;

    @Test
    void a_reader_never_moves_past_what_the_replica_can_see() throws Exception {
        try (KillableServer primary = new KillableServer(directory.resolve("primary"), Map.of())) {
            EventStore.open(Server.url(primary.get(), "schema=orders")).close();
            primary.stop();
            copy(directory.resolve("primary"), directory.resolve("replica"));
            Files.createFile(directory.resolve("replica").resolve("standby.signal"));
            primary.startAgain();
            String to = "host=127.0.0.1 user=postgres port=" + primary.get().getPort();
            try (KillableServer replica =
                    new KillableServer(directory.resolve("replica"), Map.of("primary_conninfo", "'" + to + "'"))) {
                follow(primary, replica);
            }
        }
    }

    private static void follow(KillableServer primary, KillableServer replica) throws Exception {
        String url = Server.url(
                primary.get(),
                "schema=orders&read_from=127.0.0.1:" + replica.get().getPort());
        try (EventStore store = EventStore.open(url);
                FeedChecker feed = new FeedChecker(store)) {
            for (int round = 0; round < 5; round++) {
                Position before = append(store, round);
                feed.awaitAt(before);
                sql(replica, "SELECT pg_wal_replay_pause()");
                Position unseen = append(store, round);
                assertThat(store.head()).isEqualTo(before);
                assertThat(feed.last()).isEqualTo(before);
                try (Subscription ahead = store.subscribe(EventQuery.all(), unseen)) {
                    assertThatThrownBy(() -> ahead.poll(Duration.ofSeconds(1))).isInstanceOf(Unavailable.class);
                }
                sql(replica, "SELECT pg_wal_replay_resume()");
                feed.awaitAt(unseen);
            }
            assertThat(feed.count()).isEqualTo(10);
        }
    }

    private static Position append(EventStore store, int number) {
        return store.append(StreamName.of("Order", "" + number), ExpectedVersion.any(), NewEvent.json("A", "" + number))
                .position();
    }

    private static void sql(KillableServer server, String sql) throws SQLException {
        try (Connection connection = server.get().getPostgresDatabase().getConnection()) {
            Server.sql(connection, sql);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                if (!path.endsWith("postmaster.pid") && !path.endsWith("epg-lock")) {
                    Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
