package dev.indelible.server.kurrent.persistent;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Parked events that are taken again, by their revision in the stream of parked events. */
final class Replay<T> {
    private final TreeMap<Long, Message<T>> undone = new TreeMap<>();
    private long next;
    private long end;
    private long declared;

    Replay(long from) {
        this.next = from;
        this.end = from;
        this.declared = from;
    }

    void extend(long before) {
        end = Math.max(end, before);
    }

    Optional<Group.Replayable> wanted(int batch) {
        return next < end ? Optional.of(new Group.Replayable(next, Math.min(end, next + batch))) : Optional.empty();
    }

    void took(Message<T> message) {
        undone.put(message.parkedRevision, message);
    }

    void readBefore(long revision) {
        next = Math.max(next, revision);
    }

    void done(Message<T> message) {
        undone.remove(message.parkedRevision);
    }

    OptionalLong undeclared() {
        long before = undone.isEmpty() ? next : undone.firstKey();
        return before > declared ? OptionalLong.of(before) : OptionalLong.empty();
    }

    void declared(long revision) {
        declared = Math.max(declared, revision);
        readBefore(revision);
    }
}
