package dev.indelible.cli;

import dev.indelible.EventStore;
import dev.indelible.journal.Description;
import dev.indelible.server.Endpoint;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import dev.indelible.server.security.Users;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves a store over HTTP. */
@Command(
        name = "serve",
        description = {
            "Serves a store over HTTP.",
            "It goes on until it is interrupted (Ctrl-C, SIGTERM). Then it takes no more appends, answers those",
            "that run, ends the rest and closes the store."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  indelible serve",
            "  indelible serve --journal embedded:/var/lib/indelible --port 2113",
            "  indelible serve --host 0.0.0.0 --tls-certificate cert.pem --tls-key key.pem --users users"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ServeCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;
    private static final String FIRST_PASSWORD = "INDELIBLE_ADMIN_PASSWORD";

    private final Console console;

    @Option(
            names = "--journal",
            paramLabel = "URL",
            defaultValue = Main.DEFAULT_STORE,
            description = "The journal to serve. By default: ${DEFAULT-VALUE}.")
    private String url;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. By default: ${DEFAULT-VALUE}.")
    private String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "2113",
            description = "The port to listen on; 0: any that is free. By default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--projections",
            paramLabel = "URL",
            description = {
                "The address of an application that serves its projections; they are then under /projections here,",
                "too. May be given several times."
            })
    private List<URI> agents = List.of();

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = {
                "A PEM file: the server's certificate, then those that it is signed with. The port then speaks TLS.",
                "With --tls-key. A new certificate needs a restart."
            })
    private Optional<Path> certificate = Optional.empty();

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "A PEM file: the key of the certificate, PKCS#8 without password.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--users",
            paramLabel = "FILE",
            description = {
                "The file of users, who alone are served then; the server keeps it. If it has no user admin, he is",
                "added, with the password that is in the environment variable " + FIRST_PASSWORD + "."
            })
    private Optional<Path> usersFile = Optional.empty();

    @Option(
            names = "--plaintext-passwords",
            description = "Takes passwords without TLS, too: for a server behind a proxy that speaks TLS.")
    private boolean plaintextPasswords;

    @Spec
    private CommandSpec spec;

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > PORT_MAX) {
            throw new ParameterException(spec.commandLine(), "--port: " + port + " (expected: 0 to " + PORT_MAX + ")");
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "--tls-certificate and --tls-key: one is missing (expected: both or none)");
        }
        if (usersFile.isPresent() && certificate.isEmpty() && !plaintextPasswords) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--users: without TLS passwords could be read on the way (expected: --tls-certificate and"
                            + " --tls-key, or --plaintext-passwords behind a proxy that speaks TLS)");
        }
        InetAddress address = InetAddress.getByName(host);
        Endpoint endpoint = Endpoint.of(host, port);
        if (certificate.isPresent()) {
            endpoint = endpoint.withTls(certificate.get(), key.orElseThrow());
        }
        if (plaintextPasswords) {
            endpoint = endpoint.withPasswordsInTheClear();
        }
        if (usersFile.isEmpty()) {
            open(endpoint, address);
            return 0;
        }
        try (Users users = Users.open(usersFile.get())) {
            open(endpoint.withUsers(withFirst(users)), address);
        }
        return 0;
    }

    private Users withFirst(Users users) {
        Optional<String> password = Secret.of(FIRST_PASSWORD);
        if (password.isPresent()) {
            users.addFirst(password.get());
        } else if (users.all().isEmpty()) {
            throw new IllegalStateException("users: " + usersFile.orElseThrow()
                    + " has none (expected: a password for the first, admin, in the environment variable "
                    + FIRST_PASSWORD + ")");
        }
        return users;
    }

    private void open(Endpoint endpoint, InetAddress address) throws IOException, InterruptedException {
        refuseTaken(address);
        EventStore store = EventStore.open(url);
        try {
            serve(store, endpoint, address);
        } finally {
            store.close();
        }
    }

    /** Before the store is opened: one that is not there would be made for nothing. */
    private void refuseTaken(InetAddress address) throws IOException {
        try {
            new ServerSocket(port, 1, address).close();
        } catch (BindException e) {
            throw isInUse(e)
                    ? inUse(e)
                    : new IllegalStateException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private static boolean isInUse(Exception e) {
        return String.valueOf(e.getMessage()).contains("in use");
    }

    private IllegalStateException inUse(Exception e) {
        return new IllegalStateException(
                "port " + port + ": in use (expected: a free port; --port chooses another)", e);
    }

    private void serve(EventStore store, Endpoint endpoint, InetAddress address) throws InterruptedException {
        IndelibleServer server = start(store, endpoint);
        AtomicBoolean stopped = new AtomicBoolean();
        Runnable stop = () -> {
            if (stopped.compareAndSet(false, true)) {
                server.close();
                store.close();
            }
        };
        Thread hook = new Thread(stop, "indelible-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            if (!address.isLoopbackAddress() && usersFile.isEmpty()) {
                console.err()
                        .println("warning: without --users nobody is authenticated: whoever can reach " + host + ":"
                                + server.port() + " can read and append");
            }
            greet(
                    address.isAnyLocalAddress()
                            ? server.uri().getScheme() + "://127.0.0.1:" + server.port()
                            : server.uri().toString(),
                    store.describe());
            // Until a signal: the hook then does the rest while this thread waits.
            new CountDownLatch(1).await();
        } finally {
            stop.run();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private IndelibleServer start(EventStore store, Endpoint endpoint) {
        try {
            return IndelibleServer.start(store, endpoint, ProjectionSources.at(agents));
        } catch (IllegalStateException e) {
            throw isInUse(e) ? inUse(e) : e;
        }
    }

    private void greet(String address, Description journal) {
        String curl = "  curl -s" + (certificate.isPresent() ? " --cacert ca.pem" : "")
                + (usersFile.isPresent() ? " -u admin" : "");
        LineOutput out = console.lines();
        out.line("indelible serves " + journal.name() + ": " + journal.value());
        out.line("at " + address + " (Ctrl-C ends it). To try it:");
        out.line("");
        out.line(curl + " -H 'Content-Type: application/json' " + address + "/streams/Order-1 -d '{\"events\":["
                + "{\"event_type\":\"OrderPlaced\",\"data\":{\"total\":42},\"tags\":[\"customer:7\"]}]}'");
        out.line(curl + " " + address + "/streams/Order-1");
        out.line(curl + " -N -H 'Accept: text/event-stream' " + address + "/events");
        out.flush();
    }
}
