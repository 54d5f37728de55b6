package dev.indelible.cli;

import dev.indelible.EventStore;
import dev.indelible.journal.Description;
import dev.indelible.server.IndelibleServer;
import dev.indelible.server.ProjectionSources;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
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
        footer = {"  indelible serve", "  indelible serve --journal embedded:/var/lib/indelible --port 2113"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ServeCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;

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

    @Spec
    private CommandSpec spec;

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws UnknownHostException, InterruptedException {
        if (port < 0 || port > PORT_MAX) {
            throw new ParameterException(spec.commandLine(), "--port: " + port + " (expected: 0 to " + PORT_MAX + ")");
        }
        InetAddress address = InetAddress.getByName(host);
        EventStore store = EventStore.open(url);
        try {
            serve(store, address);
        } finally {
            store.close();
        }
        return 0;
    }

    private void serve(EventStore store, InetAddress address) throws InterruptedException {
        IndelibleServer server = start(store);
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
            if (!address.isLoopbackAddress()) {
                console.err()
                        .println("warning: there is no authentication yet: whoever can reach " + host + ":"
                                + server.port() + " can read and append");
            }
            greet(
                    address.isAnyLocalAddress()
                            ? "http://127.0.0.1:" + server.port()
                            : server.uri().toString(),
                    store.describe());
            // Until a signal: the hook then does the rest while this thread waits.
            new CountDownLatch(1).await();
        } finally {
            stop.run();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private IndelibleServer start(EventStore store) {
        try {
            return IndelibleServer.start(store, host, port, ProjectionSources.at(agents));
        } catch (IllegalStateException e) {
            if (!String.valueOf(e.getMessage()).contains("in use")) {
                throw e;
            }
            throw new IllegalStateException(
                    "port " + port + ": in use (expected: a free port; --port chooses another)", e);
        }
    }

    private void greet(String address, Description journal) {
        LineOutput out = console.lines();
        out.line("indelible serves " + journal.name() + ": " + journal.value());
        out.line("at " + address + " (Ctrl-C ends it). To try it:");
        out.line("");
        out.line("  curl -s -H 'Content-Type: application/json' " + address + "/streams/Order-1 -d '{\"events\":["
                + "{\"event_type\":\"OrderPlaced\",\"data\":{\"total\":42},\"tags\":[\"customer:7\"]}]}'");
        out.line("  curl -s " + address + "/streams/Order-1");
        out.line("  curl -sN -H 'Accept: text/event-stream' " + address + "/events");
        out.flush();
    }
}
