package dev.indelible.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** House rules that a program can check. Each message says what to do instead. */
class TidyTest {
    private static final int LINE_MAX = 120;
    private static final int FILE_MAX = 500;
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern PUBLIC_API = Pattern.compile(
            "^ {0,4}(public|protected) (?!class \\w+Test\\b).*[{;(,]$|^ {0,4}public (enum|record|interface|class) .*");

    private final List<String> faults = new ArrayList<>();

    @Test
    void sources_are_short_documented_and_finished() throws IOException {
        for (Path file : files(".java")) {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() > FILE_MAX) {
                faults.add(at(file, lines.size()) + "more than " + FILE_MAX + " lines: split it by what it is about");
            }
            for (int i = 0; i < lines.size(); i++) {
                check(file, i + 1, lines.get(i));
                if (file.toString().contains("/src/main/")
                        && !file.startsWith(ROOT.resolve("examples"))
                        && PUBLIC_API.matcher(lines.get(i)).matches()
                        && !isDocumented(lines, i)) {
                    faults.add(at(file, i + 1) + "public without Javadoc: say in one sentence what it is");
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void texts_speak_of_the_project_alone_and_their_links_lead_somewhere() throws IOException {
        for (Path file : files(".md")) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                Matcher link = LINK.matcher(lines.get(i));
                while (link.find()) {
                    if (!Files.exists(file.resolveSibling(link.group(1)))) {
                        faults.add(at(file, i + 1) + "a link to nowhere, " + link.group(1) + ": mend it");
                    }
                }
            }
        }
        List<String> foreign = List.of("/wo" + "rk/", "/ro" + "ot/", "repo." + "maven", "registry." + "npm");
        for (Path file : files("")) {
            List<String> lines = Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int i = 0; i < lines.size(); i++) {
                for (String word : foreign) {
                    if (lines.get(i).contains(word)) {
                        faults.add(at(file, i + 1) + word + ": name no machine's paths and no registry's host");
                    }
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void decisions_have_their_decision_as_title_and_the_changelog_an_unreleased_part() throws IOException {
        for (Path file : files(".md")) {
            if (file.getParent().endsWith("decisions")
                    && !Files.readAllLines(file).get(0).startsWith("# ")) {
                faults.add(at(file, 1) + "no title: the first line is the decision, after '# '");
            }
        }
        assertThat(faults).isEmpty();
        assertThat(Files.readString(ROOT.resolve("CHANGELOG.md"))).contains("## Unreleased");
    }

    private void check(Path file, int number, String line) {
        if (line.length() > LINE_MAX && !line.contains("http")) {
            faults.add(at(file, number) + line.length() + " characters: break it at " + LINE_MAX);
        }
        if (line.contains("\t")) {
            faults.add(at(file, number) + "a tab: use spaces");
        }
        for (String word : List.of("TO" + "DO", "FIX" + "ME", "XX" + "X:", "@aut" + "hor", "@Disa" + "bled")) {
            if (line.contains(word)) {
                faults.add(at(file, number) + word + ": finish it, or say it in an issue");
            }
        }
        if (line.contains("Thread." + "sleep(") && file.toString().contains("/src/test/")) {
            faults.add(at(file, number) + "a sleep in a test: wait for what is expected, with a deadline");
        }
    }

    private static boolean isDocumented(List<String> lines, int declaration) {
        for (int i = declaration - 1; i >= 0; i--) {
            String line = lines.get(i).strip();
            if (line.startsWith("@Override") || line.endsWith("*/")) {
                return true;
            } else if (line.isEmpty() || line.endsWith(";") || line.equals("}")) {
                return false; // Anything else between is an annotation, perhaps of several lines.
            }
        }
        return false;
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> paths = Files.walk(ROOT)) {
            return paths.filter(Files::isRegularFile)
                    .filter(path -> path.toString().endsWith(ending))
                    .filter(path -> !ROOT.relativize(path).toString().matches("(.*/)?(target|\\.git|data|\\.idea)/.*"))
                    .toList();
        }
    }

    private static String at(Path file, int line) {
        return ROOT.relativize(file) + ":" + line + ": ";
    }
}
