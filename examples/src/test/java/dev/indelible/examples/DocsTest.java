package dev.indelible.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final String CODE = """
            package a;

            class A {
                void run() {
                    if (true) {

                        stop();
                    }
                }
            }
            """;

    @TempDir
    Path root;

    @BeforeEach
    void oneSource() throws IOException {
        write("examples/src/main/java/a/A.java", CODE);
    }

    @Test
    void every_java_block_of_readme_and_docs_is_code_that_runs_here() throws IOException {
        assertThat(ROOT.resolve("examples/src/main/java")).isDirectory();
        assertThat(JavaBlocks.faults(ROOT)).isEmpty();
    }

    @Test
    void the_dependencies_to_copy_are_of_this_version() throws IOException {
        Pattern version = Pattern.compile("<artifactId>indelible[^<]*</artifactId>\\s*(<version>[^<]*</version>)");
        String ours = version.matcher(Files.readString(ROOT.resolve("examples/pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(version.matcher(Files.readString(ROOT.resolve("docs/start.md")))
                        .results()
                        .map(found -> found.group(1)))
                .isNotEmpty()
                .containsOnly(ours);
    }

    @Test
    void without_pages_there_is_nothing_to_find_fault_with() throws IOException {
        assertThat(JavaBlocks.faults(root)).isEmpty();
    }

    @Test
    void a_block_may_be_indented_otherwise_as_a_whole() throws IOException {
        write("README.md", "# A\n```java\nif (true) {\n\n    stop();\n}\n```\n");
        write("docs/guides/a.md", "- so:\n  ```java\n          stop();  \n  ```\n");
        assertThat(JavaBlocks.faults(root)).isEmpty();
    }

    @Test
    void a_block_that_stands_nowhere_is_named_with_its_page_and_line_and_what_to_do() throws IOException {
        write("docs/guides/a.md", "# A\n\n```java\nstop();\nstart();\n```\n\n```java\nstop();\n```\n");
        write("README.md", "```java\nstart();\n```\n");
        assertThat(JavaBlocks.faults(root))
                .containsExactly(
                        "docs/guides/a.md:3: a Java block (\"stop();\" …) that stands in no source: copy it from"
                                + " examples/src/main/java, line by line, or put the code there first, with a test that"
                                + " runs it",
                        "README.md:1: a Java block (\"start();\" …) that stands in no source: copy it from"
                                + " examples/src/main/java, line by line, or put the code there first, with a test that"
                                + " runs it");
    }

    @Test
    void part_of_a_line_another_indentation_inside_or_a_missing_blank_line_is_not_the_same_code() throws IOException {
        write("docs/a.md", "```java\nstop()\n```\n```java\nif (true) {\n\nstop();\n```\n");
        write("README.md", "```java\nif (true) {\n    stop();\n```\n");
        assertThat(JavaBlocks.faults(root)).hasSize(3);
    }

    @Test
    void tests_are_no_place_to_copy_from() throws IOException {
        write("examples/src/test/java/a/ATest.java", "assertThat(1);\n");
        write("README.md", "```java\nassertThat(1);\n```\n");
        assertThat(JavaBlocks.faults(root)).hasSize(1);
    }

    @Test
    void blocks_of_other_languages_are_left_alone() throws IOException {
        write("README.md", "```sh\necho\n```\n```javascript\nstart();\n```\n```\nstart();\n```\n");
        assertThat(JavaBlocks.faults(root)).isEmpty();
    }

    @Test
    void a_block_that_is_empty_or_does_not_end_is_a_fault() throws IOException {
        write("README.md", "```java\n\n```\n\n```java\nstop();\n");
        assertThat(JavaBlocks.faults(root))
                .containsExactly(
                        "README.md:1: an empty Java block: fill it from examples/src/main/java",
                        "README.md:5: a block that does not end: close it with ```");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
