package dev.indelible.postgres;

import dev.indelible.EventStore;
import dev.indelible.journal.Journal;
import dev.indelible.journal.JournalUrl;
import dev.indelible.tck.JournalContract;
import dev.indelible.tck.JournalFixture;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract through pgbouncer in transaction mode, where no session lasts: needs the program {@code pgbouncer}, and
 * so the Maven profile of that name.
 */
@Tag("pgbouncer")
class PgbouncerTest extends JournalContract {
    @TempDir
    static Path directory;

    private static Process pgbouncer;
    private static int port;

    private final String schema = Server.newSchema();

    @BeforeAll
    static void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path settings = directory.resolve("pgbouncer.ini");
        Files.writeString(settings, """
                [databases]
                postgres = host=127.0.0.1 port=%d dbname=postgres user=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = 20
                ignore_startup_parameters = extra_float_digits
                """.formatted(Server.running().getPort(), port));
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U")); // It refuses to run as root.
            Files.setPosixFilePermissions(
                    directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        command.addAll(List.of("pgbouncer", "-q", settings.toString()));
        pgbouncer = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!answers()) {
            if (System.nanoTime() > deadline || !pgbouncer.isAlive()) {
                throw new IllegalStateException("pgbouncer does not answer (expected: the program on the PATH)");
            }
        }
    }

    private static boolean answers() {
        try (java.net.Socket socket = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() {
        pgbouncer.descendants().forEach(ProcessHandle::destroyForcibly);
        pgbouncer.destroyForcibly().onExit().join();
    }

    @AfterEach
    void dropSchema() {
        Server.sql("DROP SCHEMA \"" + schema + "\" CASCADE");
    }

    @Override
    public JournalFixture fixture() {
        return new JournalFixture() {
            @Override
            public Journal open() {
                EventStore.open(Server.url(schema)).close(); // The schema is made past the pooler.
                return new PostgresJournals()
                        .open(JournalUrl.parse("postgresql://postgres@127.0.0.1:" + port
                                + "/postgres?prepareThreshold=0&schema=" + schema));
            }

            @Override
            public Journal reopen(Journal journal) {
                journal.close();
                return open();
            }

            @Override
            public Journal crash(Journal journal) {
                Journal next = open();
                journal.close();
                return next;
            }
        };
    }
}
