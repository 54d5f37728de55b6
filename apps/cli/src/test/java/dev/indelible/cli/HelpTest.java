package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "import",
                "export",
                "copy",
                "append",
                "read",
                "tail",
                "describe",
                "users",
                "schema",
                "blobs"
            })
    void every_command_has_help_with_examples_on_a_hundred_columns(String command) {
        Cli.Result help = Cli.run(command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .startsWith("Usage: indelible " + command + " ")
                .contains("Examples:\n  indelible " + command);
        assertThat(help.lines()).allMatch(line -> line.length() <= 100);
        assertThat(Cli.run("--help").out()).containsPattern("\n  " + command + " +[A-Z].*\\.\n");
    }

    @Test
    void without_a_command_the_commands_are_shown() {
        assertThat(Cli.run()).isEqualTo(Cli.run("--help"));
    }

    @Test
    void the_version_is_the_project_s() {
        assertThat(Cli.run("--version").out()).matches("indelible \\d+\\.\\d+\\.\\d+\\S*\nJava \\d+.*\n");
    }

    @Test
    void an_unknown_command_or_option_is_named() {
        Cli.Result command = Cli.run("destroy");
        Cli.Result option = Cli.run("read", "--fast");

        assertThat(command)
                .isEqualTo(new Cli.Result(
                        2, "", "indelible: Unmatched argument at index 0: 'destroy' (see: indelible --help)\n"));
        assertThat(option)
                .isEqualTo(new Cli.Result(2, "", "indelible: Unknown option: '--fast' (see: indelible read --help)\n"));
    }
}
