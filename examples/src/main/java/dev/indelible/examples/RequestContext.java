package dev.indelible.examples;

import dev.indelible.event.Metadata;
import dev.indelible.event.RecordedEvent;

/** Who is at work and why, for the events that are recorded meanwhile in the same thread. */
final class RequestContext {
    private final ThreadLocal<Metadata> current = ThreadLocal.withInitial(() -> Metadata.NONE);

    Metadata current() {
        return current.get();
    }

    void during(Metadata metadata, Runnable work) {
        Metadata before = current.get();
        current.set(metadata);
        try {
            work.run();
        } finally {
            current.set(before);
        }
    }

    static Metadata causedBy(RecordedEvent event) {
        String id = event.id().toString();
        String conversation = Metadata.of(event.metadata()).correlationId();
        return Metadata.NONE.withCausationId(id).withCorrelationId(conversation == null ? id : conversation);
    }
}
