package dev.indelible.lab;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Tag;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.journal.Tagged;
import org.jspecify.annotations.Nullable;

/** A stream of Pekko's: persists the events of an append together, each with its tags, and then answers. */
final class PekkoActor extends AbstractPersistentActor {
    private final String stream;
    private @Nullable Append current;

    PekkoActor(String stream) {
        this.stream = stream;
    }

    /** Asks for the events to be recorded; completes when they are. */
    record Append(List<NewEvent> events, CompletableFuture<Void> recorded) {}

    @Override
    public String persistenceId() {
        return stream;
    }

    /** Takes the events that there are: nothing is decided here, so nothing is kept of them. */
    @Override
    public Receive createReceiveRecover() {
        return receiveBuilder().matchAny(event -> {}).build();
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder().match(Append.class, this::append).build();
    }

    private void append(Append append) {
        current = append; // The next one waits until the last event of this one has been handled.
        AtomicInteger left = new AtomicInteger(append.events().size());
        persistAll(append.events().stream().map(PekkoActor::tagged).toList(), event -> {
            if (left.decrementAndGet() == 0) {
                append.recorded().complete(null);
            }
        });
    }

    @Override
    public void onPersistFailure(Throwable cause, Object event, long sequenceNumber) {
        fail(cause);
        super.onPersistFailure(cause, event, sequenceNumber);
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long sequenceNumber) {
        fail(cause);
        super.onPersistRejected(cause, event, sequenceNumber);
    }

    private void fail(Throwable cause) {
        if (current != null) {
            current.recorded().completeExceptionally(cause);
        }
    }

    private static Tagged tagged(NewEvent event) {
        return new Tagged(
                PekkoEvent.of(event), event.tags().stream().map(Tag::text).collect(Collectors.toSet()));
    }
}
