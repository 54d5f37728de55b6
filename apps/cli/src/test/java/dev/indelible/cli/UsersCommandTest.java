package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.server.security.Users;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersCommandTest {
    @TempDir
    private Path directory;

    @Test
    void a_user_is_added_listed_kept_out_and_removed() {
        String file = directory.resolve("users").toString();
        assertThat(add(file, "ann's password\n", "ann", "--groups", "sales,$ops")
                        .exitCode())
                .isZero();
        assertThat(add(file, "secret\n", "bob", "--name", "Bob").exitCode()).isZero();
        assertThat(Cli.run("users", "disable", file, "bob").exitCode()).isZero();
        assertThat(Cli.run("users", "list", file).out()).isEqualTo("ann, sales, $ops\nbob, disabled\n");
        assertThat(Cli.run("users", "enable", file, "bob").exitCode()).isZero();
        assertThat(Cli.run("users", "remove", file, "bob").exitCode()).isZero();
        assertThat(Cli.run("users", "list", file).out()).isEqualTo("ann, sales, $ops\n");
    }

    @Test
    void what_cannot_be_done_is_said_in_one_line() {
        String file = directory.resolve("users").toString();
        assertThat(Cli.run("users", "list", file).err()).contains("no file " + file);
        assertThat(add(file, "secret\n", "ann").exitCode()).isZero();
        assertThat(add(file, "secret\n", "ann").err()).contains("user \"ann\": there already");
        assertThat(add(file, "\n", "bob").exitCode()).isNotZero();
        assertThat(Cli.run("users", "remove", file, "bob").err()).contains("user \"bob\": unknown");
        assertThat(Cli.run("users", "remove", file).err()).contains("LOGIN: missing");
        assertThat(Cli.run("users", "forget", file).err())
                .contains("\"forget\" (expected: one of list, add, password,");
        try (Users held = Users.open(Path.of(file))) {
            assertThat(held.all()).hasSize(1);
            assertThat(Cli.run("users", "list", file).exitCode()).isEqualTo(1);
        }
    }

    private static Cli.Result add(String file, String password, String login, String... options) {
        String[] arguments = new String[4 + options.length];
        System.arraycopy(new String[] {"users", "add", file, login}, 0, arguments, 0, 4);
        System.arraycopy(options, 0, arguments, 4, options.length);
        return Cli.runOn(password, arguments);
    }
}
