package dev.indelible.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A server of one test, on a directory and a port of its own, that can be killed, stopped and started again. */
final class KillableServer implements AutoCloseable {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Path directory;
    private final Map<String, String> settings;
    private EmbeddedPostgres server;

    KillableServer(Path directory, Map<String, String> settings) {
        this.directory = directory;
        this.settings = settings;
        this.server = start(0);
    }

    EmbeddedPostgres get() {
        return server;
    }

    private EmbeddedPostgres start(int port) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            EmbeddedPostgres.Builder builder =
                    Server.durable().setDataDirectory(directory).setCleanDataDirectory(false);
            settings.forEach(builder::setServerConfig);
            if (port > 0) {
                builder.setPort(port);
            }
            try {
                return builder.start();
            } catch (IOException | RuntimeException e) {
                // The killed server's children may not have ended yet.
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Ends the postmaster as a power cut would; its children notice and end too. */
    void kill() {
        try {
            long pid = Long.parseLong(
                    Files.readAllLines(directory.resolve("postmaster.pid")).get(0));
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            postmaster.destroyForcibly();
            postmaster.onExit().join();
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            // It cannot be stopped any more; what it held in this process is given back.
        }
    }

    void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On the same port as before. */
    void startAgain() {
        server = start(server.getPort());
    }

    @Override
    public void close() {
        stop();
    }
}
