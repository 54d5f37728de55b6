package dev.indelible.kurrentdb;

import dev.indelible.EventStore;
import dev.indelible.journal.Journal;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.server.IndelibleServer;
import dev.indelible.tck.JournalContract;
import dev.indelible.tck.JournalFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;

/**
 * The contract over the wire; Indelible's gateway for the protocol stands in for a KurrentDB server, a new one for each
 * test. A server takes two seconds to stop, so they stop while the next tests run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KurrentDbJournalTest extends JournalContract implements JournalFixture {
    private static final long STOP_S = 60;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> stopping = new ArrayList<>();
    private final List<Journal> opened = new ArrayList<>();
    private final List<Runnable> served = new ArrayList<>();
    private String url = "";

    @AfterEach
    void stopServer() {
        opened.forEach(Journal::close);
        served.forEach(stop -> stopping.add(threads.submit(stop)));
        opened.clear();
        served.clear();
    }

    @AfterAll
    void awaitServers() throws Exception {
        for (Future<?> stopped : stopping) {
            stopped.get(STOP_S, TimeUnit.SECONDS);
        }
        threads.close();
    }

    @Override
    public JournalFixture fixture() {
        return this;
    }

    @Override
    public Journal open() {
        EventStore store = EventStore.on(new MemoryJournal());
        IndelibleServer server = IndelibleServer.start(store, "127.0.0.1", 0);
        url = "kurrentdb://127.0.0.1:" + server.port() + "?tls=false";
        served.add(() -> {
            server.close();
            store.close();
        });
        return connect();
    }

    private Journal connect() {
        Journal journal = Journal.open(url);
        opened.add(journal);
        return journal;
    }

    @Override
    public Journal reopen(Journal journal) {
        journal.close();
        return connect();
    }

    /** A journal that is left as it is holds nothing that another one would wait for. */
    @Override
    public Journal crash(Journal journal) {
        return connect();
    }
}
