package dev.indelible.lab;

import dev.indelible.EventStore;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.StreamName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Very many events, by 8 appenders of 100, in a process with as little memory as it was started with. */
final class Scale {
    private static final int APPENDERS = 8;
    private static final int EVENTS_A_CALL = 100;
    private static final long MILLION = 1_000_000;

    private Scale() {}

    static void run(Map<String, String> options) throws Exception {
        long events = Long.parseLong(options.getOrDefault("--events", "10000000"));
        Path directory = Files.createTempDirectory(Bench.directory(options), "scale-");
        try {
            System.out.printf("heap %d MB%n", Runtime.getRuntime().maxMemory() >> 20);
            try (EventStore store = EventStore.open("embedded:" + directory)) {
                append(store, events);
            }
            size("log", directory.resolve("log"));
            size("index", directory.resolve("index"));
            reopen("after a clean stop", directory);
            killInMidAppend(directory);
            reopen("after kill -9 in mid-append", directory);
        } finally {
            Bench.deleteAll(directory);
        }
    }

    private static void append(EventStore store, long events) throws InterruptedException {
        AtomicLong left = new AtomicLong(events);
        AtomicLong done = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < APPENDERS; t++) {
            Random random = new Random(t);
            threads.add(Thread.ofPlatform().start(() -> {
                Workload workload = new Workload(random.nextLong());
                while (left.addAndGet(-EVENTS_A_CALL) >= 0) {
                    appendOnce(store, workload, random);
                    done.addAndGet(EVENTS_A_CALL);
                }
            }));
        }
        long began = System.nanoTime();
        for (long million = MILLION; million <= events; million += MILLION) {
            while (done.get() < million) {
                Thread.sleep(1);
            }
            long now = System.nanoTime();
            System.out.printf("million %d: %,.0f events/s%n", million / MILLION, MILLION * 1e9 / (now - began));
            began = now;
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void appendOnce(EventStore store, Workload workload, Random random) {
        StreamName stream = StreamName.of("Order-" + Long.toHexString(random.nextLong()));
        store.append(stream, ExpectedVersion.any(), workload.events(EVENTS_A_CALL, random));
    }

    /** What {@link #killInMidAppend} kills. */
    static void appendForever(Path directory) {
        EventStore store = EventStore.open("embedded:" + directory);
        System.out.println("appending");
        Random random = new Random();
        Workload workload = new Workload(random.nextLong());
        while (true) {
            appendOnce(store, workload, random);
        }
    }

    private static void killInMidAppend(Path directory) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Bench.class.getName(),
                        "append-forever",
                        "--dir",
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            out.readLine();
            Thread.sleep(3_000);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void reopen(String when, Path directory) {
        long began = System.nanoTime();
        try (EventStore store = EventStore.open("embedded:" + directory)) {
            System.out.printf(
                    "reopened %s: %,d ms, %,d events%n",
                    when, (System.nanoTime() - began) / 1_000_000, store.head().value());
        }
    }

    private static void size(String what, Path directory) throws IOException {
        long bytes = 0;
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(path);
            }
        }
        System.out.printf("%s: %,d MB%n", what, bytes >> 20);
    }
}
