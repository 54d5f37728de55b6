package dev.indelible.cli;

import dev.indelible.EventStore;
import dev.indelible.journal.Description;
import dev.indelible.server.IndelibleServer;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves a store over HTTP. */
@Command(
        name = "serve",
        description = {
            "Serves a store over HTTP.",
            "It goes on until it is interrupted (Ctrl-C, SIGTERM); then it lets running appends end, ends the rest,",
            "and closes the store."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  indelible serve", "  indelible serve --journal embedded:/var/lib/indelible --port 2113"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ServeCommand implements Callable<Integer> {
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

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws UnknownHostException, InterruptedException {
        boolean isLoopback = InetAddress.getByName(host).isLoopbackAddress();
        EventStore store = EventStore.open(url);
        try {
            serve(store, isLoopback);
        } finally {
            store.close();
        }
        return 0;
    }

    private void serve(EventStore store, boolean isLoopback) throws InterruptedException {
        IndelibleServer server = IndelibleServer.start(store, host, port);
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
            if (!isLoopback) {
                console.err()
                        .println("warning: there is no authentication yet: whoever can reach " + host + ":"
                                + server.port() + " can read and append");
            }
            greet(server.uri(), store.describe());
            // Until a signal: the hook then does the rest while this thread waits.
            new CountDownLatch(1).await();
        } finally {
            stop.run();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private void greet(URI uri, Description journal) {
        String address = uri.toString().replaceAll("/+$", "");
        LineOutput out = console.lines();
        out.line("indelible serves " + journal.name() + ": " + journal.value());
        out.line("at " + address + " (Ctrl-C ends it). To try it:");
        out.line("");
        out.line("  curl -H 'Content-Type: application/json' -d '{\"events\":[{\"event_type\":\"OrderPlaced\",\"data\":"
                + "{\"total\":42}}]}' " + address + "/streams/Order-1");
        out.line("  curl " + address + "/streams/Order-1");
        out.line("  curl -N -H 'Accept: text/event-stream' " + address + "/events");
        out.flush();
    }
}
