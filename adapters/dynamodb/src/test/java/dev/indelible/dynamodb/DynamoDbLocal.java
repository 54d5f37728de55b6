package dev.indelible.dynamodb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Amazon's DynamoDB Local as a child process with a class path of its own, in memory; one for all tests of a JVM. */
final class DynamoDbLocal {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final int port;

    private DynamoDbLocal(int port) {
        this.port = port;
    }

    static DynamoDbLocal shared() {
        return Shared.LOCAL;
    }

    /** Not in a process that only needs a client. */
    private static final class Shared {
        private static final DynamoDbLocal LOCAL = start();
    }

    int port() {
        return port;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    DynamoDbClient client() {
        return client(endpoint());
    }

    static DynamoDbClient client(URI endpoint) {
        return client(endpoint, PAUSE);
    }

    /** A client that pauses for that long before it repeats something. */
    static DynamoDbClient client(URI endpoint, Duration pause) {
        return DynamoDbClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(endpoint)
                .overrideConfiguration(
                        configuration -> configuration.retryStrategy(DefaultRetryStrategy.standardStrategyBuilder()
                                .circuitBreakerEnabled(false)
                                .backoffStrategy(BackoffStrategy.fixedDelay(pause))
                                .throttlingBackoffStrategy(BackoffStrategy.fixedDelay(pause))
                                .build()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
    }

    /** The name of a table that is not there yet. */
    static String newTable() {
        return "events-" + UUID.randomUUID();
    }

    private static DynamoDbLocal start() {
        try {
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            Path log = Path.of("target", "dynamodb-local-" + port + ".log");
            Path libraries = Files.createTempDirectory(Path.of("target"), "dynamodb-local-");
            Process process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "--enable-native-access=ALL-UNNAMED",
                            "-Djava.io.tmpdir=" + libraries.toAbsolutePath(), // For a library of SQLite, which stays.
                            "-cp",
                            Files.readString(Path.of("target", "dynamodb-local.classpath"))
                                    .strip(),
                            "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                            "-inMemory",
                            "-sharedDb",
                            "-disableTelemetry",
                            "-port",
                            Integer.toString(port)))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                process.destroyForcibly();
                process.onExit().join();
                delete(libraries);
            }));
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (!answers(port)) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("DynamoDB Local does not start: " + Files.readString(log));
                }
                LockSupport.parkNanos(20_000_000);
            }
            return new DynamoDbLocal(port);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
