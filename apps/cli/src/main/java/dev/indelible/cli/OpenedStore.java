package dev.indelible.cli;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Events;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.Appended;
import dev.indelible.event.Envelope;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Description;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** A store that this process has opened. */
final class OpenedStore implements Connection {
    /** Engines put the appends that wait into one group, so the more wait, the less each costs. */
    private static final int APPENDS_IN_FLIGHT = 256;

    private static final Duration WAIT = Duration.ofMinutes(1);

    private final EventStore store;

    OpenedStore(EventStore store) {
        this.store = store;
    }

    static OpenedStore open(String url) {
        return new OpenedStore(openStore(url));
    }

    /** The store at a journal URL; if it is held by another process, the error says what to do. */
    static EventStore openStore(String url) {
        return open(url, EventStore::open);
    }

    /** The same, but it is not made. */
    static EventStore openExistingStore(String url) {
        return open(url, EventStore::openExisting);
    }

    private static EventStore open(String url, Function<String, EventStore> how) {
        try {
            return how.apply(url);
        } catch (Unavailable e) {
            String message = String.valueOf(e.getMessage());
            if (!message.contains(" is held by ")) {
                throw e;
            }
            throw new Unavailable(
                    message + "; if a server has it open, give the server's address instead: http://HOST:PORT", e);
        }
    }

    @Override
    public int appendsInFlight() {
        return APPENDS_IN_FLIGHT;
    }

    @Override
    public Appended append(StreamName stream, ExpectedVersion expected, NewEvent event) {
        return store.append(stream, expected, event);
    }

    @Override
    public void read(EventQuery query, Range range, LineOutput to) {
        read(query, range, event -> to.line(Envelope.encode(event)));
        to.flush();
    }

    @Override
    public void read(EventQuery query, Range range, Consumer<RecordedEvent> to) {
        try (Events events = store.read(query, range)) {
            events.forEach(to);
        }
    }

    @Override
    public void tail(EventQuery query, Optional<Position> after, LineOutput to) throws InterruptedException {
        boolean live = false;
        try (Subscription subscription = store.subscribe(query, after.orElseGet(store::head))) {
            while (!subscription.isClosed()) {
                Notice notice = subscription.poll(WAIT).orElse(null);
                if (notice instanceof Notice.Event event) {
                    to.line(Envelope.encode(event.event()));
                } else if (notice instanceof Notice.CaughtUp) {
                    live = true;
                    to.flush();
                } else if (notice instanceof Notice.FellBehind) {
                    live = false;
                }
                if (live) {
                    to.flush();
                }
            }
        }
    }

    @Override
    public Description describe() {
        Description capabilities = Description.of("capabilities", "");
        for (Capability capability : Capability.values()) {
            boolean promised = store.capabilities().contains(capability);
            capabilities = capabilities.with((promised ? "" : "NOT ") + capability, capability.meaning());
        }
        return store.describe().with("head", store.head()).with(capabilities);
    }

    @Override
    public void close() {
        store.close();
    }
}
