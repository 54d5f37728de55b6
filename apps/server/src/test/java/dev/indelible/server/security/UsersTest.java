package dev.indelible.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class UsersTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("users");
    }

    @Test
    void a_change_is_still_there_after_a_restart() throws Exception {
        try (Users users = Users.open(file)) {
            users.addFirst("first");
            assertThat(users.create("zoé", "a", "Zoé \"Z\"\n: \\", List.of("sales", "$ops")))
                    .isTrue();
            assertThat(users.create("zoé", "b", "", List.of())).isFalse();
            users.create("bob", "b", "Bob", List.of());
            users.create("gone", "c", "", List.of());
            assertThat(users.delete("gone")).isTrue();
            assertThat(users.setDisabled("bob", true)).isTrue();
            assertThat(users.update("nobody", "", "", List.of())).isFalse();
            assertThat(users.setPassword("nobody", "p")).isFalse();
        }
        try (Users users = Users.open(file);
                Passwords passwords = new Passwords(users)) {
            users.addFirst("another, which is not taken");

            assertThat(users.all()).extracting(User::login).containsExactly("admin", "bob", "zoé");
            User zoe = users.find("zoé").orElseThrow();
            assertThat(zoe.fullName()).isEqualTo("Zoé \"Z\"\n: \\");
            assertThat(zoe.groups()).containsExactly("sales", "$ops");
            assertThat(users.find("bob").orElseThrow().disabled()).isTrue();
            assertThat(isRight(passwords, "admin", "first")).isTrue();
            assertThat(isRight(passwords, "zoé", "a")).isTrue();
            assertThat(isRight(passwords, "bob", "b")).isFalse();
        }
        assertThat(Files.readString(file)).hasLineCount(3).doesNotContain("first");
    }

    @Test
    void its_owner_alone_may_read_the_file() throws Exception {
        try (Users users = Users.open(file)) {
            users.addFirst("first");
            users.setPassword("admin", "second");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void two_servers_do_not_have_one_file() {
        try (Users users = Users.open(file)) {
            assertThat(users.all()).isEmpty();
            assertThatThrownBy(() -> Users.open(file))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("users: " + file + " is held by another server");
        }
        Users.open(file).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no JSON",
                "{\"login\":\"a\",\"groups\":[]}",
                "{\"login\":\"$admins\",\"password\":\"pbkdf2-sha256:600000:AAAAAAAAAAAAAAAAAAAAAA==:"
                        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"groups\":[]}",
                "{\"login\":\"a\",\"password\":\"plain\",\"groups\":[]}",
                "{\"login\":\"a\",\"password\":\"pbkdf2-sha256:1:AAAAAAAAAAAAAAAAAAAAAA==:"
                        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"groups\":[]}"
            })
    void a_line_that_is_no_user_is_named(String line) throws Exception {
        Files.writeString(file, "\n" + line + "\n");

        assertThatThrownBy(() -> Users.open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("users: " + file + ", line 2: ");
    }

    @Test
    void a_file_that_is_no_text_is_named() throws Exception {
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatThrownBy(() -> Users.open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("users: " + file + ": not UTF-8 (expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$all", "a:b", "a\nb"})
    void a_login_that_could_be_taken_for_something_else_is_refused(String login) {
        try (Users users = Users.open(file)) {
            assertThatThrownBy(() -> users.create(login, "password", "", List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("login: ");
            assertThatThrownBy(() -> users.create("zoe", "", "", List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("password: 0 characters");
        }
    }

    @Test
    void a_password_that_was_right_is_known_at_once_until_it_is_changed() throws Exception {
        try (Users users = Users.open(file);
                Passwords passwords = new Passwords(users)) {
            users.create("zoe", "old", "", List.of());
            assertThat(isRight(passwords, "zoe", "old")).isTrue();

            assertThat(passwords.verify("zoe", "old").isDone()).isTrue();
            assertThat(isRight(passwords, "zoe", "new")).isFalse();
            users.setPassword("zoe", "new");
            assertThat(isRight(passwords, "zoe", "old")).isFalse();
            assertThat(isRight(passwords, "zoe", "new")).isTrue();
            users.setDisabled("zoe", true);
            assertThat(isRight(passwords, "zoe", "new")).isFalse();
            users.setDisabled("zoe", false);
            assertThat(passwords.verify("zoe", "new").isDone()).isTrue();
            users.delete("zoe");
            assertThat(isRight(passwords, "zoe", "new")).isFalse();
        }
    }

    @Test
    void who_guesses_passwords_is_held_up_and_those_who_are_known_are_not() throws Exception {
        try (Users users = Users.open(file);
                Passwords passwords = new Passwords(users)) {
            users.create("zoe", "right", "", List.of());
            assertThat(isRight(passwords, "zoe", "right")).isTrue();
            List<CompletableFuture<?>> guesses = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                guesses.add(passwords.verify("zoe", "guess " + i));
            }

            assertThat(passwords.verify("zoe", "right").isDone()).isTrue();
            assertThat(guesses).anyMatch(CompletableFuture::isCompletedExceptionally);
            assertThatThrownBy(() -> guesses.get(199).get(1, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("passwords: 32 are being compared");
        }
    }

    private static boolean isRight(Passwords passwords, String login, String password) throws Exception {
        return passwords.verify(login, password).get(60, TimeUnit.SECONDS).isPresent();
    }
}
