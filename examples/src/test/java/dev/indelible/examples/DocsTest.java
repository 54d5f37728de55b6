package dev.indelible.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java block of the README and the docs stands, line by line, in a source of this module. */
class DocsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void every_java_block_of_the_docs_is_code_that_runs_here() throws IOException {
        List<String> sources = new ArrayList<>();
        for (Path source : files(ROOT.resolve("examples/src"), ".java")) {
            sources.add(normal(Files.readAllLines(source)));
        }
        List<Path> pages = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
        pages.add(ROOT.resolve("README.md"));
        int blocks = 0;
        for (Path page : pages) {
            for (Block block : blocks(page)) {
                blocks++;
                String code = normal(block.lines());
                assertThat(sources)
                        .as(
                                "%s:%d: a Java block that is not in examples/ (copy it from there, or put it there)",
                                ROOT.relativize(page), block.line())
                        .anyMatch(source -> source.contains(code));
            }
        }
        assertThat(blocks).as("Java blocks in README and docs").isPositive();
    }

    private record Block(int line, List<String> lines) {}

    private static List<Block> blocks(Path page) throws IOException {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals("```java")) {
                int end = i + 1;
                while (!lines.get(end).strip().equals("```")) {
                    end++;
                }
                blocks.add(new Block(i + 1, lines.subList(i + 1, end)));
                i = end;
            }
        }
        return blocks;
    }

    private static String normal(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }

    private static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(ending)).toList();
        }
    }
}
