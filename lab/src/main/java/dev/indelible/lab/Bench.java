package dev.indelible.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Each is one way to call {@code ./bench}.
 *
 * <ul>
 *   <li>{@code embedded|postgres [--json FILE] [--quick] [--only CASE,…] [--subjects NAME,…] [--dir DIR]}: a journal
 *       beside its peers, in interleaved rounds, each in a fresh directory or database; the first round warms up and is
 *       not counted
 *   <li>{@code kurrent}, with the same options: clients of KurrentDB beside those of the HTTP API
 *   <li>{@code scale [--events N] [--dir DIR]}: very many events in little memory
 *   <li>{@code load [--dir DIR]}: loading states by the length of their streams
 *   <li>{@code replay|rebuild [--events N] [--dir DIR]}: making a read model, and making it anew while it is read
 * </ul>
 */
public final class Bench {
    private static final int ROUNDS = 3;
    private static final long SEED = 7;

    private final Map<String, String> options;
    private final List<Measurement> results = new ArrayList<>();
    private String own = "indelible";

    private Bench(Map<String, String> options) {
        this.options = options;
    }

    /** Runs what the arguments name. */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = options(args);
        switch (options.getOrDefault("", "")) {
            case "embedded" -> new Bench(options).embedded();
            case "postgres" -> new Bench(options).postgres();
            case "kurrent" -> new Bench(options).kurrent();
            case "scale" -> Scale.run(options);
            case "load" -> Loads.run(options);
            case "replay" -> Replays.run(options);
            case "rebuild" -> Rebuilds.run(options);
            case "append-now-and-then" -> WakeUp.appendNowAndThen(String.valueOf(options.get("--url")));
            case "append-forever" -> Scale.appendForever(Path.of(options.get("--dir")));
            default -> {
                System.err.println("usage: ./bench embedded|postgres|kurrent [--json FILE] [--quick] [--only CASE,...]"
                        + " [--subjects NAME,...] [--dir DIR]\n"
                        + "       ./bench scale [--events N] [--dir DIR]\n"
                        + "       ./bench load [--dir DIR]\n"
                        + "       ./bench replay|rebuild [--events N] [--dir DIR]");
                System.exit(2);
            }
        }
    }

    private void embedded() throws Exception {
        Workload workload = new Workload(SEED);
        List<Subject.Factory> all = List.of(
                IndelibleSubject::embedded, LogSubject::new, SqlSubject::sqlite, RocksSubject::new, SqlSubject::h2);
        List<Subject.Factory> readable = List.of(IndelibleSubject::embedded, SqlSubject::sqlite, SqlSubject::h2);
        int streams = options.containsKey("--quick") ? 500 : 3_000;
        measure("append-1", all, round -> round.append("append-1", 1, 1), workload);
        measure("append-8", all, round -> round.append("append-8", 8, 1), workload);
        measure("append-64", all, round -> round.append("append-64", 64, 1), workload);
        measure("append-8x100", all, round -> round.append("append-8x100", 8, 100), workload);
        measure("read-streams", readable, round -> round.readStreams("read-streams", 8, round.fill(streams)), workload);
        measure("scan", readable, round -> round.scan("scan", round.fill(streams)), workload);
        report("embedded");
    }

    private void postgres() throws Exception {
        Workload workload = new Workload(SEED);
        try (PostgresServer server = new PostgresServer()) {
            List<Subject.Factory> ordered = List.of(
                    directory -> IndelibleSubject.postgres(server),
                    directory -> HandWrittenSubject.withoutLock(server),
                    directory -> HandWrittenSubject.withCategoryLock(server),
                    directory -> new AxonSubject(server));
            List<Subject.Factory> stores = new ArrayList<>(ordered);
            stores.add(directory -> new PekkoSubject(server));
            List<Subject.Factory> all = new ArrayList<>(stores);
            all.add(directory -> UnnestSubject.sameBatches(server));
            all.add(directory -> UnnestSubject.copy(server));
            int streams = options.containsKey("--quick") ? 200 : 1_000;
            warmUp(stores, workload);
            measure("append-1", all, round -> round.append("append-1", 1, 1), workload);
            measure("append-8", all, round -> round.append("append-8", 8, 1), workload);
            measure("append-64", all, round -> round.append("append-64", 64, 1), workload);
            measure("append-8x10", all, round -> round.append("append-8x10", 8, 10), workload);
            measure(
                    "read-streams",
                    stores,
                    round -> round.readStreams("read-streams", 8, round.fill(streams)),
                    workload);
            measure("scan", ordered, round -> round.scan("scan", round.fill(streams)), workload);
            if (isAmong("--only", "wake-up")) {
                results.add(WakeUp.measure("postgresql:" + server.newDatabase()));
            }
        }
        report("postgres");
    }

    private void kurrent() throws Exception {
        Workload workload = new Workload(SEED);
        List<Subject.Factory> both = List.of(KurrentSubject::new, HttpSubject::together);
        List<Subject.Factory> oneByOne = List.of(BatchSubject::new, HttpSubject::oneByOne);
        int streams = options.containsKey("--quick") ? 100 : 1_000;
        warmUp(both, workload);
        measure("append-64", both, round -> round.append("append-64", 64, 1), workload);
        measure("batch-10000", oneByOne, round -> round.append("batch-10000", 1, 10_000), workload);
        measure("scan", both, round -> round.scan("scan", round.fill(streams)), workload);
        own = "kurrent";
        report("kurrent");
    }

    private void report(String bench) throws IOException {
        print();
        if (options.containsKey("--json")) {
            List<String> lines =
                    results.stream().map(result -> result.toJson(bench)).toList();
            Files.write(Path.of(options.get("--json")), lines);
        }
    }

    private interface Case {
        Measurement on(Round round) throws Exception;
    }

    private void measure(String name, List<Subject.Factory> subjects, Case measured, Workload workload)
            throws Exception {
        if (!isAmong("--only", name)) {
            return;
        }
        long nanos = (options.containsKey("--quick") ? 1 : 3) * 1_000_000_000L;
        Map<String, List<Measurement>> rounds = new LinkedHashMap<>();
        for (int i = 0; i <= ROUNDS; i++) {
            for (Subject.Factory factory : subjects) {
                Path directory = Files.createTempDirectory(directory(options), "bench-");
                try (Subject subject = factory.open(directory)) {
                    if (!isAmong("--subjects", subject.name())) {
                        continue;
                    }
                    Measurement result = measured.on(new Round(workload, subject, i == 0 ? nanos / 3 : nanos));
                    if (i > 0) {
                        rounds.computeIfAbsent(subject.name(), key -> new ArrayList<>())
                                .add(result);
                    }
                } finally {
                    deleteAll(directory);
                }
            }
            System.err.printf("%s: round %d of %d%n", name, i, ROUNDS);
        }
        rounds.values().forEach(list -> {
            list.sort(Comparator.comparingDouble(Measurement::eventsPerSecond));
            results.add(list.get(list.size() / 2));
        });
    }

    /** Some peers have much to compile before they are as fast as they get. */
    private void warmUp(List<Subject.Factory> subjects, Workload workload) throws Exception {
        long nanos = (options.containsKey("--quick") ? 1 : 15) * 1_000_000_000L;
        for (Subject.Factory factory : subjects) {
            Path directory = Files.createTempDirectory(directory(options), "bench-");
            try (Subject subject = factory.open(directory)) {
                if (isAmong("--subjects", subject.name())) {
                    new Round(workload, subject, nanos).append("warm-up", 16, 1);
                }
            } finally {
                deleteAll(directory);
            }
        }
    }

    private boolean isAmong(String option, String name) {
        String list = options.get(option);
        return list == null || List.of(list.split(",", -1)).contains(name);
    }

    private void print() {
        System.out.printf(
                "%-14s %-10s %12s %10s %10s   %s%n", "case", "subject", "events/s", "p50 us", "p99 us", own + " is");
        for (Measurement result : results) {
            double ownRate = results.stream()
                    .filter(other -> other.subject().equals(own) && other.name().equals(result.name()))
                    .mapToDouble(Measurement::eventsPerSecond)
                    .findFirst()
                    .orElse(0);
            String ratio = result.subject().equals(own)
                    ? ""
                    : String.format(Locale.ROOT, "%.2f x", ownRate / result.eventsPerSecond());
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %-10s %,12.0f %10.1f %10.1f   %s%n",
                    result.name(),
                    result.subject(),
                    result.eventsPerSecond(),
                    result.p50Micros(),
                    result.p99Micros(),
                    ratio);
        }
    }

    static Path directory(Map<String, String> options) throws IOException {
        String given = options.get("--dir");
        return Files.createDirectories(Path.of(given == null ? System.getProperty("java.io.tmpdir") : given));
    }

    static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            boolean isFlag = args[i].equals("--quick");
            if (args[i].startsWith("--") && !isFlag && i + 1 < args.length) {
                options.put(args[i], args[++i]);
            } else {
                options.put(isFlag ? args[i] : "", args[i]);
            }
        }
        return options;
    }
}
