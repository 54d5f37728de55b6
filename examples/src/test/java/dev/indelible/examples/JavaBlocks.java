package dev.indelible.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Java blocks of the pages below a directory, held against the sources of the examples below it. */
final class JavaBlocks {
    private static final String SOURCES = "examples/src/main/java";

    private JavaBlocks() {}

    /** One fault for each Java block that stands in no source line by line; none if there are no pages. */
    static List<String> faults(Path root) throws IOException {
        List<List<String>> sources = new ArrayList<>();
        for (Path source : files(root.resolve(SOURCES), ".java")) {
            sources.add(Files.readAllLines(source));
        }
        List<Path> pages = new ArrayList<>(files(root.resolve("docs"), ".md"));
        if (Files.exists(root.resolve("README.md"))) {
            pages.add(root.resolve("README.md"));
        }
        List<String> faults = new ArrayList<>();
        for (Path page : pages) {
            check(root.relativize(page).toString(), Files.readAllLines(page), sources, faults);
        }
        return faults;
    }

    private static void check(String page, List<String> lines, List<List<String>> sources, List<String> faults) {
        for (int i = 0; i < lines.size(); i++) {
            String opening = lines.get(i).strip();
            if (!opening.startsWith("```")) {
                continue;
            }
            int begin = i + 1;
            int end = begin;
            while (end < lines.size() && !lines.get(end).strip().equals("```")) {
                end++;
            }
            if (end == lines.size()) {
                faults.add(page + ":" + begin + ": a block that does not end: close it with ```");
            } else if (opening.toLowerCase(java.util.Locale.ROOT).matches("```\\s*java\\b.*")) {
                List<String> block = dedented(lines.subList(begin, end));
                if (block.stream().allMatch(String::isEmpty)) {
                    faults.add(page + ":" + begin + ": an empty Java block: fill it from " + SOURCES);
                } else if (sources.stream().noneMatch(source -> contains(source, block))) {
                    faults.add(
                            "%s:%d: a Java block (\"%s\" …) that stands in no source: copy it from %s, line by line, or"
                                            .formatted(page, begin, block.get(0), SOURCES)
                                    + " put the code there first, with a test that runs it");
                }
            }
            i = end;
        }
    }

    private static boolean contains(List<String> source, List<String> block) {
        for (int from = 0; from + block.size() <= source.size(); from++) {
            if (source.get(from).strip().equals(block.get(0).strip())
                    && dedented(source.subList(from, from + block.size())).equals(block)) {
                return true;
            }
        }
        return false;
    }

    /** The lines without the indentation that they have in common, and without white space at their ends. */
    private static List<String> dedented(List<String> lines) {
        int common = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.isBlank() ? "" : line.substring(common).stripTrailing())
                .toList();
    }

    private static List<Path> files(Path directory, String ending) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
