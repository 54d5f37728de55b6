package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With classes that are compiled for each test, and are not on the class path of the command. */
class SchemaCheckTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void aFirstReleaseThatWasChecked() throws IOException {
        file = directory.resolve("events.json");
        Path classes = release("one", "record Placed(String item, int pieces) implements Event {}", "");
        assertThat(check(classes, "--update"))
                .isEqualTo(new Cli.Result(
                        0, "addition: Placed, schema version 1: new\n" + file + ": additions: 1, written\n", ""));
    }

    @Test
    void what_is_as_it_was_is_up_to_date() throws IOException {
        Path classes = release("two", "record Placed(String item, int pieces) implements Event {}", "");
        assertThat(check(classes)).isEqualTo(new Cli.Result(0, file + ": up to date\n", ""));
    }

    @Test
    void additions_pass_and_are_written_only_if_asked_for() throws IOException {
        String before = Files.readString(file);
        Path classes = release("two", "record Placed(String item, long pieces) implements Event {}", "");
        assertThat(check(classes))
                .isEqualTo(new Cli.Result(
                        0,
                        "addition: Placed, schema version 1, field pieces: whole number (int) → whole number (long)\n"
                                + file + ": additions: 1, not written (--update writes them)\n",
                        ""));
        assertThat(file).hasContent(before);
        assertThat(check(classes, "--update").exitCode()).isZero();
        assertThat(Files.readString(file)).contains("\"pieces\": \"whole number (long)\"");
    }

    @Test
    void faults_are_lines_and_the_exit_code_is_1_and_nothing_is_written() throws IOException {
        String before = Files.readString(file);
        Path classes = release("two", "record Placed(int item) implements Event {}", "");
        for (String update : List.of("", "--update")) {
            Cli.Result result = check(classes, update);
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).isEmpty();
            assertThat(result.lines())
                    .hasSize(4)
                    .startsWith("fault: Placed, schema version 1, field item: its type was text, is whole number (int)."
                            + " Remedy: take the type back, or record the new shape as schema version 2, with an"
                            + " upcaster from 1")
                    .anyMatch(line -> line.startsWith("fault: Placed, schema version 1, field pieces: it is gone"))
                    .anyMatch(line -> line.startsWith("fault: Placed, schema version 1: its sample does not read back"))
                    .endsWith(file + ": faults: 3" + (update.isEmpty() ? "" : ", nothing written"));
        }
        assertThat(file).hasContent(before);
    }

    @Test
    void upcasters_of_the_application_run() throws IOException {
        Path classes = release(
                "two",
                "record Placed(String article) implements Event {}",
                ".event(Placed.class, \"Placed\", 2).upcasters(Upcasters.none()"
                        + ".step(\"Placed\", 1, data -> data.put(\"article\", data.get(\"item\").asString())))");
        assertThat(check(classes))
                .isEqualTo(new Cli.Result(
                        0,
                        "addition: Placed, schema version 2: new\n" + file
                                + ": additions: 1, not written (--update writes them)\n",
                        ""));
    }

    @Test
    void a_class_path_has_several_entries_and_a_star_for_jars() throws IOException {
        Path classes = release("two", "record Placed(String item, int pieces) implements Event {}", "");
        Path library = Files.createDirectories(directory.resolve("lib"));
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(library.resolve("shop.jar")));
                Stream<Path> files = Files.walk(classes)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
                jar.write(Files.readAllBytes(each));
            }
        }
        String classPath = Files.createDirectories(directory.resolve("empty")) + File.pathSeparator + library + "/*";
        assertThat(Cli.run("schema", "check", file.toString(), "--class-path", classPath, "--codec", "shop.Shop.codec"))
                .isEqualTo(new Cli.Result(0, file + ": up to date\n", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shop.Nothing.codec | 2 | --codec: no class shop.Nothing on the class path (a class in another: Out",
                "shop.Shop.nothing  | 2 | --codec: no method nothing without arguments in shop.Shop",
                "shop.Shop.withArgument | 2 | --codec: no method withArgument without arguments in shop.Shop",
                "shop.Shop.text     | 2 | --codec: shop.Shop.text returns java.lang.String (expected: a dev.indel",
                "shop.Shop.none     | 2 | --codec: shop.Shop.none returns null (expected: a dev.indelible.Codec)",
                "shop.Shop.ofObject | 2 | --codec: shop.Shop.ofObject is not static (expected: a static method)",
                "shop.Shop.failing  | 1 | --codec: shop.Shop.failing failed: java.lang.IllegalStateException: no money",
                "codec              | 2 | --codec: \"codec\" (expected: CLASS.METHOD, such as com.shop.Orders.codec)",
                "shop.Shop.         | 2 | --codec: \"shop.Shop.\" (expected: CLASS.METHOD",
            })
    void a_codec_that_cannot_be_had_is_one_line_that_says_why(String codec, int exitCode, String message)
            throws IOException {
        Path classes = release("two", "record Placed(String item, int pieces) implements Event {}", "");
        Cli.Result result =
                Cli.run("schema", "check", file.toString(), "--class-path", classes.toString(), "--codec", codec);
        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.out()).isEmpty();
        assertThat(result.lines()).isEmpty();
        assertThat(result.err()).startsWith("indelible: " + message).hasLineCount(1);
    }

    @Test
    void a_codec_in_a_class_in_another_is_found() throws IOException {
        Path classes = release("two", "record Placed(String item, int pieces) implements Event {}", "");
        assertThat(Cli.run(
                                "schema",
                                "check",
                                file.toString(),
                                "--class-path",
                                classes.toString(),
                                "--codec",
                                "shop.Shop$Inner.codec")
                        .exitCode())
                .isZero();
    }

    @Test
    void a_class_path_with_nothing_a_missing_file_and_a_spoilt_one_are_told() throws IOException {
        Path classes = release("two", "record Placed(String item, int pieces) implements Event {}", "");
        assertThat(check(directory.resolve("nowhere")))
                .isEqualTo(new Cli.Result(
                        2,
                        "",
                        "indelible: --class-path: \"" + directory.resolve("nowhere") + "\": there is nothing there\n"));
        Files.writeString(file, "{\n  \"Placed\": nothing\n}\n");
        assertThat(check(classes).err())
                .startsWith("indelible: " + file + ", line 2: ")
                .hasLineCount(1);
        Files.delete(file);
        assertThat(check(classes))
                .isEqualTo(new Cli.Result(2, "", "indelible: " + file + ": no such file (--update writes it)\n"));
    }

    @Test
    void what_the_application_changes_for_its_thread_is_put_back() throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        check(release("two", "record Placed(String item, int pieces) implements Event {}", ""));
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void the_help_has_examples() {
        Cli.Result help = Cli.run("schema", "check", "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .contains("Usage: indelible schema check ", "Outer$Inner", "Examples:\n  indelible schema");
        assertThat(help.lines()).allMatch(line -> line.length() <= 100);
        assertThat(Cli.run("schema", "check", "events.json").err())
                .startsWith("indelible: Missing required options: '--class-path=PATH', '--codec=CLASS.METHOD'");
    }

    private Cli.Result check(Path classes, String... more) {
        List<String> arguments = new ArrayList<>(List.of("schema", "check", file.toString()));
        arguments.addAll(List.of("--class-path", classes.toString(), "--codec", "shop.Shop.codec"));
        arguments.addAll(Stream.of(more).filter(option -> !option.isEmpty()).toList());
        return Cli.run(arguments.toArray(String[]::new));
    }

    /** Compiles a release of the application; returns the directory of its classes. */
    private Path release(String name, String events, String codec) {
        try {
            Path classes = Files.createDirectories(directory.resolve(name));
            Path source = classes.resolve("Shop.java");
            Files.writeString(source, """
                    package shop;
                    import dev.indelible.jackson.*;
                    class Shop {
                        sealed interface Event {}
                        %s
                        static JacksonCodec<Event> codec() {
                            return JacksonCodec.forEvents(Event.class)%s.build();
                        }
                        static Object text() { return "text"; }
                        static Object none() { return null; }
                        static Object failing() { throw new IllegalStateException("no money"); }
                        static Object withArgument(String it) { return codec(); }
                        Object ofObject() { return codec(); }
                        static class Inner { static Object codec() { return Shop.codec(); } }
                    }
                    """.formatted(events, codec));
            int exitCode = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-proc:none", "-d", classes.toString(), source.toString());
            assertThat(exitCode).isZero();
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
