package dev.indelible.server.kurrent.persistent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which event goes to which consumer, which one is done, and up to where all are done. It does no input or output and
 * reads no clock, and is for one thread at a time.
 *
 * <p>An event that it was offered waits, is in flight with one consumer, or is to be parked, until it is done:
 * answered, skipped, or recorded as parked. Only what lies below every event that is not done is ever a checkpoint. So
 * it remembers nothing of what is done, and what it holds is bounded: {@link #room} says how much may come.
 *
 * @param <T> the events
 */
public final class Group<T> {
    /** About so many bytes of events are held before nothing more is taken. */
    public static final long BYTES_MAX = 32L << 20;

    private final GroupSettings settings;
    private final Turns<T> consumers;

    /** Not with a consumer; those of a pinned strategy wait in a queue of their consumer instead. */
    private final TreeMap<Long, Message<T>> waiting = new TreeMap<>();

    /** With a consumer, the earliest deadline first. */
    private final Map<UUID, Message<T>> inFlight = new LinkedHashMap<>();

    /** Of those that wait: what a consumer had before, and may still answer. */
    private final Map<UUID, Message<T>> retrying = new HashMap<>();

    private final TreeMap<Long, Message<T>> parking = new TreeMap<>();
    private final TreeMap<Long, Message<T>> undone = new TreeMap<>();
    private final Replay<T> replay;

    private int waitingCount;
    private long bytes;
    private long serials;
    private long place;
    private long looked;
    private long checkpoint;
    private long lookedAtCheckpoint;
    private long checkpointMs;
    private long processed;

    /**
     * A place of the source up to which everything is done.
     *
     * @param place the place
     * @param looked events of the source that were looked at up to there
     */
    public record Checkpoint(long place, long looked) {}

    /**
     * Parked events to read.
     *
     * @param from first revision
     * @param before behind the last revision
     */
    public record Replayable(long from, long before) {}

    /**
     * A group without consumers.
     *
     * @param place everything up to this place of the source is done
     * @param parkedFrom first revision in the stream of parked events that is not done
     * @param nowMs the time
     */
    public Group(GroupSettings settings, long place, long parkedFrom, long nowMs) {
        this.settings = settings;
        this.consumers = new Turns<>(settings.strategy());
        this.replay = new Replay<>(parkedFrom);
        this.place = place;
        this.checkpoint = place;
        this.checkpointMs = nowMs;
    }

    /** A new consumer that has at most so many events at once; none if there are as many as there may be. */
    public Optional<Consumer<T>> connect(int bufferSize, long nowMs) {
        if (settings.maxSubscriberCount() > 0 && consumers.all().size() >= settings.maxSubscriberCount()) {
            return Optional.empty();
        }
        Consumer<T> consumer = consumers.add(bufferSize);
        pinAgain();
        dispatch(nowMs);
        return Optional.of(consumer);
    }

    /** The consumer has gone: what it had goes to the others. */
    public void disconnect(Consumer<T> consumer, long nowMs) {
        if (consumer.gone) {
            return;
        }
        consumer.gone = true;
        consumers.remove(consumer);
        List<Message<T>> lost = new ArrayList<>();
        inFlight.values().removeIf(message -> message.consumer == consumer && lost.add(message));
        for (Message<T> message : lost) {
            again(message);
        }
        consumer.unsent.clear();
        pinAgain(consumer.pinned);
        pinAgain();
        dispatch(nowMs);
    }

    /** So many events of the source may be offered now. */
    public int room(boolean live) {
        int capacity = live ? settings.liveBufferSize() : settings.historyBufferSize();
        int batch = Math.min(settings.readBatchSize(), capacity);
        boolean full = waitingCount + parking.size() + batch > capacity;
        return full || !takesMore() ? 0 : batch;
    }

    /** Whether more of a batch may be offered: there still are consumers, and not too many bytes. */
    public boolean takesMore() {
        return bytes < BYTES_MAX && !consumers.all().isEmpty();
    }

    /** The next event of the source, and its place. */
    public void offer(Message<T> message, long at, long nowMs) {
        message.before = place;
        message.looked = looked;
        passed(at);
        take(message);
        undone.put(message.serial, message);
        dispatch(nowMs);
    }

    /** The next event of the source is not for this group. */
    public void passed(long at) {
        place = at;
        looked++;
    }

    /** The next event of the source is none that counts towards a checkpoint. */
    public void moved(long at) {
        place = at;
    }

    /** The place of the source up to which events were offered. */
    public long place() {
        return place;
    }

    private void take(Message<T> message) {
        message.serial = serials++;
        bytes += message.bytes();
        enqueue(message);
    }

    private void enqueue(Message<T> message) {
        message.consumer = null;
        if (message.retries > 0) {
            retrying.put(message.id(), message);
        }
        Consumer<T> pinnedTo = consumers.pinned(message.pin());
        message.queue = pinnedTo == null ? waiting : pinnedTo.pinned;
        message.queue.put(message.serial, message);
        waitingCount++;
    }

    private void dequeue(Message<T> message) {
        if (message.queue != null && message.queue.remove(message.serial) != null) {
            waitingCount--;
            retrying.remove(message.id(), message);
        }
        message.queue = null;
    }

    private void pinAgain() {
        if (settings.strategy().isPinned()) {
            pinAgain(waiting);
            consumers.all().forEach(consumer -> pinAgain(consumer.pinned));
        }
    }

    private void pinAgain(Map<Long, Message<T>> queue) {
        for (Message<T> message : List.copyOf(queue.values())) {
            dequeue(message);
            enqueue(message);
        }
    }

    private void dispatch(long nowMs) {
        if (settings.strategy().isPinned()) {
            for (Consumer<T> consumer : consumers.all()) {
                Message<T> next = consumer.hasRoom() ? first(consumer.pinned) : null;
                while (next != null) {
                    send(next, consumer, nowMs);
                    next = consumer.hasRoom() ? first(consumer.pinned) : null;
                }
            }
            return;
        }
        for (Message<T> next = first(waiting); next != null; next = first(waiting)) {
            Consumer<T> consumer = consumers.next();
            if (consumer == null) {
                return;
            }
            send(next, consumer, nowMs);
        }
    }

    /** The first that waits there; not one whose id is in flight already, as the answer would be of one of the two. */
    private @Nullable Message<T> first(Map<Long, Message<T>> queue) {
        for (Message<T> message : queue.values()) {
            if (!inFlight.containsKey(message.id())) {
                return message;
            }
        }
        return null;
    }

    private void send(Message<T> message, Consumer<T> consumer, long nowMs) {
        dequeue(message);
        message.consumer = consumer;
        message.unsent = true;
        message.deadlineMs = settings.messageTimeoutMs() == 0 ? Long.MAX_VALUE : nowMs + settings.messageTimeoutMs();
        consumer.inFlight++;
        consumer.unsent.add(message);
        inFlight.put(message.id(), message);
    }

    /** Takes what is to be sent to the consumer now, or null. */
    public @Nullable Message<T> poll(Consumer<T> consumer) {
        Message<T> message = consumer.unsent.poll();
        if (message != null) {
            message.unsent = false;
        }
        return message;
    }

    /** A consumer has dealt with those; it may be late, as long as nobody else has. */
    public void ack(Collection<UUID> ids, long nowMs) {
        for (UUID id : ids) {
            Message<T> message = inFlight.remove(id);
            if (message != null) {
                release(message).processed++;
            } else {
                message = retrying.get(id);
                if (message == null) {
                    continue;
                }
                dequeue(message);
            }
            done(message);
        }
        dispatch(nowMs);
    }

    /** A consumer has not dealt with those. What is not with it is left alone. */
    public void nack(Consumer<T> consumer, Collection<UUID> ids, Nack action, String reason, long nowMs) {
        for (UUID id : ids) {
            Message<T> message = inFlight.get(id);
            if (message == null || message.consumer != consumer) {
                continue;
            }
            inFlight.remove(id);
            release(message);
            switch (action) {
                case PARK -> park(message, reason);
                case RETRY -> retry(message);
                case SKIP -> done(message);
                case STOP -> enqueue(message);
            }
        }
        if (action == Nack.STOP) {
            disconnect(consumer, nowMs);
        }
        dispatch(nowMs);
    }

    /** Time has passed: what was not answered in time is sent again. */
    public void tick(long nowMs) {
        Iterator<Message<T>> oldest = inFlight.values().iterator();
        List<Message<T>> late = new ArrayList<>();
        while (oldest.hasNext()) {
            Message<T> message = oldest.next();
            if (message.deadlineMs > nowMs) {
                break;
            }
            oldest.remove();
            late.add(message);
        }
        if (!late.isEmpty()) {
            late.forEach(this::again);
            dispatch(nowMs);
        }
    }

    /** It goes to somebody else; that counts as a try if it was really sent. */
    private void again(Message<T> message) {
        boolean unsent = message.unsent;
        release(message);
        if (unsent) {
            enqueue(message);
        } else {
            retry(message);
        }
    }

    private Consumer<T> release(Message<T> message) {
        Consumer<T> consumer = message.consumer;
        if (consumer == null) {
            throw new IllegalStateException("message " + message.id() + ": with nobody (expected: with a consumer)");
        }
        consumer.inFlight--;
        if (message.unsent) {
            consumer.unsent.remove(message);
            message.unsent = false;
        }
        return consumer;
    }

    private void retry(Message<T> message) {
        if (message.retries >= settings.maxRetryCount()) {
            park(message, "sent " + (message.retries + 1) + " times (limit: " + settings.maxRetryCount() + " retries)");
        } else {
            message.retries++;
            enqueue(message);
        }
    }

    private void park(Message<T> message, String reason) {
        message.consumer = null;
        message.reason = reason;
        parking.put(message.serial, message);
    }

    private void done(Message<T> message) {
        message.consumer = null;
        bytes -= message.bytes();
        processed++;
        if (message.isReplayed()) {
            replay.done(message);
        } else {
            undone.remove(message.serial);
        }
    }

    /** Whether anything is to be parked, or recorded as done, or read from the parked events. */
    public boolean hasToRecord(long nowMs) {
        return !parking.isEmpty()
                || checkpointDue(nowMs, false).isPresent()
                || replay.undeclared().isPresent()
                || replayWanted().isPresent();
    }

    /** The first of those that are to be parked; they are not done before {@link #parked}. */
    public List<Message<T>> toPark(int most) {
        return parking.values().stream().limit(most).toList();
    }

    /** Those are recorded as parked. */
    public void parked(List<Message<T>> messages) {
        for (Message<T> message : messages) {
            if (parking.remove(message.serial) != null) {
                done(message);
            }
        }
    }

    /** What to record as the checkpoint, if it is time for that; when closing, if there is anything new. */
    public Optional<Checkpoint> checkpointDue(long nowMs, boolean closing) {
        Message<T> first = undone.isEmpty() ? null : undone.firstEntry().getValue();
        long upTo = first == null ? place : first.before;
        long lookedAt = first == null ? looked : first.looked;
        long count = lookedAt - lookedAtCheckpoint;
        boolean due = count >= Math.max(1, settings.maxCheckpointCount())
                || (count >= Math.max(1, settings.minCheckpointCount())
                        && nowMs - checkpointMs >= settings.checkpointAfterMs())
                || (closing && count > 0);
        return due && upTo > checkpoint ? Optional.of(new Checkpoint(upTo, lookedAt)) : Optional.empty();
    }

    /** It is recorded. */
    public void checkpointed(Checkpoint recorded, long nowMs) {
        checkpoint = recorded.place();
        lookedAtCheckpoint = recorded.looked();
        checkpointMs = nowMs;
    }

    /** When {@link #tick} or {@link #checkpointDue} has something to do next, if nothing happens before. */
    public long nextTimeMs(long nowMs) {
        long timeout = inFlight.isEmpty()
                ? Long.MAX_VALUE
                : inFlight.values().iterator().next().deadlineMs;
        long due = checkpointMs + settings.checkpointAfterMs();
        boolean later = due > nowMs && checkpointDue(due, false).isPresent();
        return later ? Math.min(timeout, due) : timeout;
    }

    /** Takes the parked events before that revision again. */
    public void replay(long before) {
        replay.extend(before);
    }

    /** Parked events that are to be read now: the first revision and how many; none if there is no room for them. */
    public Optional<Replayable> replayWanted() {
        int batch = room(false);
        return batch == 0 ? Optional.empty() : replay.wanted(batch);
    }

    /** The parked event of that revision. */
    public void offerReplayed(Message<T> message, long revision, long nowMs) {
        message.parkedRevision = revision;
        replay.took(message);
        take(message);
        dispatch(nowMs);
    }

    /** Everything before that revision of the parked events was offered or is not there. */
    public void replayReadBefore(long revision) {
        replay.readBefore(revision);
    }

    /** The parked events before that revision are done, and this is not recorded yet. */
    public OptionalLong replayDone() {
        return replay.undeclared();
    }

    /** It is recorded that the parked events before that revision are done. */
    public void replayDoneRecorded(long revision) {
        replay.declared(revision);
    }

    /** The consumers. */
    public List<Consumer<T>> consumers() {
        return List.copyOf(consumers.all());
    }

    /** How it stands. */
    public GroupStatus status() {
        return new GroupStatus(
                checkpoint, processed, waitingCount, retrying.size(), inFlight.size(), parking.size(), bytes);
    }
}
