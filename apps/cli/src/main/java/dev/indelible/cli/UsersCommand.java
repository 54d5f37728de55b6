package dev.indelible.cli;

import dev.indelible.server.security.User;
import dev.indelible.server.security.Users;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks after the users of a server, in their file. */
@Command(
        name = "users",
        description = {
            "Looks after the file of users of a server, which must not be running.",
            "",
            "  list FILE              all, a line each",
            "  add FILE LOGIN         a new one; --groups says whose rights he has",
            "  password FILE LOGIN    another password",
            "  disable, enable FILE LOGIN   keep him out, and let him in again",
            "  remove FILE LOGIN",
            "",
            "A password is the first line of standard input."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  indelible users add users ann --groups sales < password", "  indelible users list users"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class UsersCommand implements Callable<Integer> {
    /** What can be done. */
    enum Operation {
        LIST,
        ADD,
        PASSWORD,
        DISABLE,
        ENABLE,
        REMOVE;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Console console;

    @Parameters(index = "0", paramLabel = "OPERATION", description = "What to do: ${COMPLETION-CANDIDATES}.")
    private Operation operation;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file that serve --users names.")
    private Path file;

    @Parameters(index = "2", arity = "0..1", paramLabel = "LOGIN", description = "Which user.")
    private String login = "";

    @Option(
            names = "--groups",
            paramLabel = "NAME,...",
            split = ",",
            description = "With add: his groups. $$admins may do everything, $$ops looks after the server.")
    private List<String> groups = List.of();

    @Option(names = "--name", paramLabel = "TEXT", description = "With add: his name, for people.")
    private String fullName = "";

    UsersCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (operation != Operation.ADD && !Files.exists(file)) {
            throw new IllegalArgumentException("users: no file " + file + " (expected: a file of users)");
        } else if (operation != Operation.LIST && login.isEmpty()) {
            throw new IllegalArgumentException("LOGIN: missing (expected: the login of a user)");
        }
        try (Users users = Users.open(file)) {
            boolean done = switch (operation) {
                case LIST -> list(users);
                case ADD -> users.create(login, password(), fullName, groups);
                case PASSWORD -> users.setPassword(login, password());
                case DISABLE -> users.setDisabled(login, true);
                case ENABLE -> users.setDisabled(login, false);
                case REMOVE -> users.delete(login);
            };
            if (!done) {
                throw new IllegalArgumentException("user \"" + login + "\": "
                        + (operation == Operation.ADD ? "there already" : "unknown (expected: one that list shows)"));
            }
        }
        return 0;
    }

    private boolean list(Users users) {
        LineOutput out = console.lines();
        for (User user : users.all()) {
            out.line(user.login()
                    + (user.disabled() ? ", disabled" : "")
                    + (user.groups().isEmpty() ? "" : ", " + String.join(", ", user.groups())));
        }
        out.flush();
        return true;
    }

    /** Never an argument, which other processes could see. */
    private String password() throws IOException {
        var in = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
        String line = in.readLine();
        return line == null ? "" : line;
    }
}
