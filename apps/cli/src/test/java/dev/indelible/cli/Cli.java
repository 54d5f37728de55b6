package dev.indelible.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the command line in this process, or as a process of its own. */
final class Cli {
    private Cli() {}

    /** What a command has answered. */
    record Result(int exitCode, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    static Result run(String... arguments) {
        return runOn(InputStream.nullInputStream(), arguments);
    }

    static Result runOn(String input, String... arguments) {
        return runOn(new ByteArrayInputStream(input.getBytes(UTF_8)), arguments);
    }

    static Result runOn(InputStream input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Main.run(Console.of(input, out, err), arguments);
        return new Result(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** A child process; the caller ends it. */
    static Process start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    /** The same with variables in its environment. */
    static Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().putAll(environment);
        return process.start();
    }
}
