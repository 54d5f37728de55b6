package dev.indelible.elasticsearch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server as a child process, in a directory of its own, which goes when it is closed. For tests and examples. */
public final class ElasticsearchServer implements AutoCloseable {
    private static final Pattern HTTP =
            Pattern.compile("AbstractHttpServerTransport.*publish_address \\{[^:]*:(\\d+)}");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Path home;
    private final Path directory;
    private final AtomicBoolean closed = new AtomicBoolean();
    private int port;
    private @Nullable Process process;

    /** Starts it from a directory that holds the unpacked one. */
    public ElasticsearchServer(Path unpacked) throws IOException {
        try (Stream<Path> versions = Files.list(unpacked)) {
            this.home = versions.findFirst().orElseThrow().toAbsolutePath();
        }
        this.directory = Files.createTempDirectory("indelible-elasticsearch");
        Runtime.getRuntime().addShutdownHook(new Thread(this::close)); // Also if it ends while this one starts.
        start();
    }

    /** Where it answers over HTTP, on the loopback interface. */
    public int port() {
        return port;
    }

    /** As after a power cut, but for what the disk had not yet written. */
    void killAndStart() throws IOException {
        kill();
        start();
    }

    private void start() throws IOException {
        Path settings = Files.createDirectories(directory.resolve("config"));
        for (String file : List.of("jvm.options", "log4j2.properties")) {
            Path copy = settings.resolve(file);
            Files.deleteIfExists(copy);
            Files.copy(home.resolve("config").resolve(file), copy);
        }
        Files.createDirectories(settings.resolve("jvm.options.d"));
        Files.writeString(settings.resolve("elasticsearch.yml"), """
                discovery.type: single-node
                network.host: 127.0.0.1
                http.port: %d
                transport.port: 0
                path.data: %s
                path.logs: %s
                xpack.security.enabled: false
                xpack.security.autoconfiguration.enabled: false
                cluster.routing.allocation.disk.threshold_enabled: false
                """.formatted(
                        port, directory.resolve("data"), directory.resolve("logs")));
        Path log = directory.resolve("out.log");
        Files.deleteIfExists(log);
        ProcessBuilder builder =
                new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("ES_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("ES_PATH_CONF", settings.toString());
        builder.environment().put("ES_JAVA_OPTS", "-Xms256m -Xmx256m");
        String temporary =
                Files.createDirectories(directory.resolve("temporary")).toString();
        builder.environment().put("ES_TMPDIR", temporary);
        builder.environment().put("CLI_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        process = builder.start();
        port = awaitPort(log);
    }

    /** It refuses to run as root, so root gives it another name. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U", "--map-user=1000", "--map-group=1000"));
        }
        command.add(home.resolve("bin").resolve("elasticsearch").toString());
        return command;
    }

    private int awaitPort(Path log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < deadline && process != null && process.isAlive()) {
            String text = Files.exists(log) ? Files.readString(log) : "";
            Matcher http = HTTP.matcher(text);
            if (http.find() && text.contains("] started {")) {
                return Integer.parseInt(http.group(1));
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new IllegalStateException("Elasticsearch does not start: " + Files.readString(log));
    }

    private void kill() {
        Process running = process;
        if (running != null) {
            List<ProcessHandle> all = Stream.concat(running.descendants(), Stream.of(running.toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(each -> each.onExit().join());
        }
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return; // The end of the JVM and its owner close it at once.
        }
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
