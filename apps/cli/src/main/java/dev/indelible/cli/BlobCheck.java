package dev.indelible.cli;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.blob.BlobReference;
import dev.indelible.blob.BlobStore;
import dev.indelible.event.RecordedEvent;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** Looks for the blob of each event that refers to one. {@link #event} is for one thread, the rest for any. */
final class BlobCheck {
    /** So many references that were found whole are remembered, in about 20 MB, and not looked at again. */
    static final int REMEMBERED_MAX = 100_000;

    private final BlobStore blobs;
    private final LineOutput out;
    private final Set<BlobReference> whole = new HashSet<>();
    private final LongAdder events = new LongAdder();
    private final LongAdder references = new LongAdder();
    private final LongAdder missing = new LongAdder();
    private final LongAdder damaged = new LongAdder();

    BlobCheck(BlobStore blobs, LineOutput out) {
        this.blobs = blobs;
        this.out = out;
    }

    /** Checks the event's blob, if it has one, and prints what is wrong with it. */
    void event(RecordedEvent event) {
        events.increment();
        BlobReference.of(event.data()).ifPresent(reference -> {
            references.increment();
            if (!whole.contains(reference)) {
                check(event, reference);
            }
        });
    }

    private void check(RecordedEvent event, BlobReference reference) {
        try {
            reference.fetch(blobs);
            if (whole.size() < REMEMBERED_MAX) {
                whole.add(reference);
            }
        } catch (Corrupted e) {
            (blobs.contains(reference.hash()) ? damaged : missing).increment();
            out.line("stream %s, version %d, position %s: %s"
                    .formatted(event.stream(), event.version(), event.position(), e.getMessage()));
            out.flush();
        }
    }

    /** References to blobs that are missing or damaged. */
    long faults() {
        return missing.sum() + damaged.sum();
    }

    /** How many events it was given. */
    long events() {
        return events.sum();
    }

    @Override
    public String toString() {
        return "%d events, %d references, %d missing, %d damaged"
                .formatted(events.sum(), references.sum(), missing.sum(), damaged.sum());
    }
}
