package dev.indelible.lab;

import dev.indelible.EventStore;
import dev.indelible.server.IndelibleServer;
import java.nio.file.Path;

/** A store of ours behind its server, as one kind of client sees it. Each has a server and a store of its own. */
abstract class ServedSubject implements Subject {
    private final EventStore store;
    private final IndelibleServer server;

    ServedSubject(Path directory) {
        store = EventStore.open("embedded:" + directory);
        server = IndelibleServer.start(store, "127.0.0.1", 0);
    }

    final int port() {
        return server.port();
    }

    @Override
    public void settle() {}

    @Override
    public long readStream(String stream) {
        return -1;
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }
}
