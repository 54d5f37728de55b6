package dev.indelible.server.kurrent;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Notice;
import dev.indelible.event.NewEvent;
import dev.indelible.event.RecordedEvent;
import dev.indelible.server.kurrent.GroupSource.Looked;
import dev.indelible.server.kurrent.persistent.Consumer;
import dev.indelible.server.kurrent.persistent.ConsumerStrategy;
import dev.indelible.server.kurrent.persistent.Group;
import dev.indelible.server.kurrent.persistent.Message;
import dev.indelible.server.kurrent.persistent.Nack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group at work. One lock guards who has which event, and is never held while the store works or a client is waited
 * for. One thread reads the source, one records what is parked and done and sees to what is late, and each consumer's
 * own thread sends it what it has been given.
 */
final class GroupRun {
    /** So many events are parked at once. */
    private static final int PARKED_AT_ONCE_MAX = 100;

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final Duration AFTER_AN_ERROR = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(KurrentGateway.class);

    private final GroupConfig config;
    private final GroupSource source;
    private final GroupRecords records;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition toRead = lock.newCondition();
    private final Condition toRecord = lock.newCondition();
    private final Condition afterAnError = lock.newCondition();
    private final CountDownLatch ended = new CountDownLatch(2);
    private final Group<GroupEvent> group;
    private final Map<Consumer<GroupEvent>, Connection> connections = new LinkedHashMap<>();
    private final long startedMs = nowMs();
    private GroupSource.@Nullable Reading reading;
    private boolean live;
    private boolean stopping;
    private long sleepsUntilMs;
    private final Map<Thread, String> errors = new LinkedHashMap<>(); // of those that have not succeeded since

    /** Of the recording thread alone: what it is about to record as parked. */
    private @Nullable Parking parking;

    private record Parking(List<Message<GroupEvent>> messages, List<NewEvent> links) {}

    /** A group that goes on behind its last checkpoint, once {@link #start} is called. */
    GroupRun(GroupConfig config, GroupSource source, GroupRecords records) {
        this.config = config;
        this.source = source;
        this.records = records;
        long place = records.checkpoint().orElse(config.after());
        this.group = new Group<>(config.settings(), place, records.parked().from(), nowMs());
    }

    GroupConfig config() {
        return config;
    }

    /** Starts its threads. */
    void start(OpenCalls threads) {
        threads.start(() -> {
            readAll();
            ended.countDown();
        });
        threads.start(() -> {
            recordAll();
            ended.countDown();
        });
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /**
     * An event as it is to be sent.
     *
     * @param event the event
     * @param retries how often it was sent before
     */
    record Sent(GroupEvent event, int retries) {}

    /** One consumer of the group. For any number of threads. */
    final class Connection {
        private final GroupRequests.Peer peer;
        private final long sinceMs = nowMs();
        private final Consumer<GroupEvent> consumer;
        private final Condition changed = lock.newCondition();
        private final Runnable drop;
        private boolean left;

        private Connection(Consumer<GroupEvent> consumer, GroupRequests.Peer peer, Runnable drop) {
            this.consumer = consumer;
            this.peer = peer;
            this.drop = drop;
        }

        /** The next event for this consumer, when there is one; empty if it left. Throws if it was dropped. */
        Optional<Sent> next() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (!consumer.isGone()) {
                    Message<GroupEvent> message = group.poll(consumer);
                    if (message != null) {
                        return Optional.of(new Sent(message.content(), message.retries()));
                    }
                    changed.await();
                }
                if (!left) {
                    throw GroupRefusals.dropped(config.key());
                }
                return Optional.empty();
            } finally {
                lock.unlock();
            }
        }

        void ack(Collection<UUID> ids) {
            guarded(() -> group.ack(ids, nowMs()));
        }

        void nack(Collection<UUID> ids, Nack action, String reason) {
            guarded(() -> group.nack(consumer, ids, action, reason, nowMs()));
            if (action == Nack.STOP) {
                guarded(this::remove);
                drop.run();
            }
        }

        /** It takes no more: what it has goes to the others. */
        void leave() {
            guarded(() -> {
                left = true;
                remove();
            });
        }

        private void remove() {
            group.disconnect(consumer, nowMs());
            connections.remove(consumer);
            changed.signalAll();
        }
    }

    /** A new consumer; none if there are enough. */
    Optional<Connection> connect(int bufferSize, GroupRequests.Peer peer, Runnable drop) {
        lock.lock();
        try {
            if (stopping) {
                throw GroupRefusals.dropped(config.key());
            }
            Consumer<GroupEvent> consumer = group.connect(bufferSize, nowMs()).orElse(null);
            if (consumer == null) {
                return Optional.empty();
            }
            Connection connection = new Connection(consumer, peer, drop);
            connections.put(consumer, connection);
            wake();
            return Optional.of(connection);
        } finally {
            lock.unlock();
        }
    }

    private void guarded(Runnable change) {
        lock.lock();
        try {
            change.run();
            wake();
        } finally {
            lock.unlock();
        }
    }

    private <R> R guarded(Supplier<R> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    /** Wakes whoever has something to do after a change. */
    private void wake() {
        wakeConsumers();
        if (group.room(live) > 0) {
            toRead.signal();
        }
        long now = nowMs();
        if (group.hasToRecord(now) || group.nextTimeMs(now) < sleepsUntilMs) {
            toRecord.signal();
        }
    }

    private void wakeConsumers() {
        for (Connection connection : connections.values()) {
            if (connection.consumer.hasUnsent()) {
                connection.changed.signal();
            }
        }
    }

    private void readAll() {
        while (!isStopping()) {
            try (GroupSource.Reading opened = source.open(guarded(group::place))) {
                guarded(() -> {
                    reading = opened;
                    live = false;
                });
                readBatches(opened);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    private void readBatches(GroupSource.Reading opened) throws InterruptedException {
        for (int room = awaitRoom(); room > 0; room = awaitRoom()) {
            int taken = 0;
            while (taken < room && guarded(group::takesMore)) {
                Notice notice = opened.subscription.poll(LOOK_EVERY).orElse(null);
                if (notice == null && opened.subscription.isClosed()) {
                    throw new Unavailable("the store is closed", null);
                }
                if (notice instanceof Notice.Event told) {
                    Looked looked = opened.at(told.event());
                    taken += looked != null && looked.event() != null ? 1 : 0;
                    offer(looked);
                } else if (notice != null && !(notice instanceof Notice.Checkpoint)) {
                    boolean now = notice instanceof Notice.CaughtUp;
                    guarded(() -> {
                        live = now;
                        errors.remove(Thread.currentThread());
                    });
                }
            }
        }
    }

    private int awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!stopping && group.room(live) == 0) {
                errors.remove(Thread.currentThread()); // nothing to do, so nothing that fails
                toRead.await();
            }
            return stopping ? 0 : group.room(live);
        } finally {
            lock.unlock();
        }
    }

    private void offer(@Nullable Looked looked) {
        if (looked == null) {
            return;
        }
        GroupEvent event = looked.event();
        guarded(() -> {
            errors.remove(Thread.currentThread());
            if (event != null) {
                group.offer(message(event), looked.place(), nowMs());
            } else if (looked.counts()) {
                group.passed(looked.place());
            } else {
                group.moved(looked.place());
            }
        });
    }

    private Message<GroupEvent> message(GroupEvent event) {
        return event.message(config.settings().strategy() == ConsumerStrategy.PINNED_BY_CORRELATION);
    }

    private void recordAll() {
        try {
            while (!isStopping()) {
                try {
                    awaitWork().ifPresent(this::record);
                } catch (RuntimeException e) {
                    failed(e);
                }
            }
            for (Optional<Work> work = last(); work.isPresent(); work = last()) {
                record(work.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("group {}: its last checkpoint is not recorded, what is done may come again", config.key(), e);
        }
    }

    /** Something to record or to read from the parked events. */
    private sealed interface Work {
        record Park(List<Message<GroupEvent>> messages) implements Work {}

        record Save(Group.Checkpoint checkpoint) implements Work {}

        record Done(long before) implements Work {}

        record Replay(long from, long before) implements Work {}
    }

    private Optional<Work> work(long now, boolean closing) {
        List<Message<GroupEvent>> toPark = group.toPark(PARKED_AT_ONCE_MAX);
        if (!toPark.isEmpty()) {
            return Optional.of(new Work.Park(toPark));
        }
        Optional<Work> save = group.checkpointDue(now, closing).map(Work.Save::new);
        if (save.isPresent()) {
            return save;
        }
        if (group.replayDone().isPresent()) {
            return Optional.of(new Work.Done(group.replayDone().getAsLong()));
        }
        return closing
                ? Optional.empty()
                : group.replayWanted().map(wanted -> new Work.Replay(wanted.from(), wanted.before()));
    }

    private Optional<Work> last() {
        return guarded(() -> work(nowMs(), true));
    }

    private Optional<Work> awaitWork() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!stopping) {
                long now = nowMs();
                group.tick(now);
                wakeConsumers();
                Optional<Work> work = work(now, false);
                if (work.isPresent()) {
                    return work;
                }
                errors.remove(Thread.currentThread());
                sleepsUntilMs = Math.min(group.nextTimeMs(now), now + LOOK_EVERY.toMillis());
                toRecord.await(sleepsUntilMs - now, TimeUnit.MILLISECONDS);
                sleepsUntilMs = 0;
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void record(Work work) {
        switch (work) {
            case Work.Park park -> park(park.messages());
            case Work.Save save -> {
                records.checkpoint(save.checkpoint().place());
                guarded(() -> group.checkpointed(save.checkpoint(), nowMs()));
            }
            case Work.Done done -> {
                records.unpark(done.before());
                guarded(() -> group.replayDoneRecorded(done.before()));
            }
            case Work.Replay replay -> replay(replay.from(), replay.before());
        }
        guarded(() -> errors.remove(Thread.currentThread()));
    }

    /** After an error the same links are recorded again, so that none is there twice. */
    private void park(List<Message<GroupEvent>> messages) {
        Parking now = parking;
        if (now == null) {
            List<NewEvent> links = new ArrayList<>();
            messages.forEach(message -> links.add(GroupRecords.link(message.content(), message.reason())));
            now = new Parking(messages, links);
            parking = now;
        }
        Parking recorded = now;
        records.park(recorded.links());
        parking = null;
        guarded(() -> group.parked(recorded.messages()));
    }

    private void replay(long from, long before) {
        for (RecordedEvent link : records.links(from, before)) {
            if (!guarded(group::takesMore)) {
                return; // The rest is wanted again when there is room.
            }
            Message<GroupEvent> message = message(source.parked(link));
            guarded(() -> {
                group.offerReplayed(message, link.version() - 1, nowMs());
                group.replayReadBefore(link.version());
            });
        }
        guarded(() -> group.replayReadBefore(before));
    }

    private void failed(RuntimeException error) {
        lock.lock();
        try {
            String text = String.valueOf(error.getMessage());
            if (!text.equals(errors.put(Thread.currentThread(), text)) && !stopping) {
                LOG.warn("group {}: it tries again until it works", config.key(), error);
            }
            long left = AFTER_AN_ERROR.toNanos();
            while (!stopping && left > 0) {
                left = afterAnError.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean isStopping() {
        return guarded(() -> stopping);
    }

    /** Takes the parked events before that revision again. */
    void replay(long before) {
        guarded(() -> group.replay(before));
    }

    /** Those were taken out of the parked events. */
    void unparked(long before) {
        guarded(() -> group.replayDoneRecorded(before));
    }

    GroupStanding standing() {
        return guarded(() -> {
            List<GroupStanding.Connected> all = new ArrayList<>();
            connections.forEach((consumer, connection) -> all.add(new GroupStanding.Connected(
                    connection.peer,
                    TimeUnit.MILLISECONDS.toSeconds(nowMs() - connection.sinceMs),
                    consumer.processed(),
                    consumer.availableSlots(),
                    consumer.inFlight())));
            return new GroupStanding(group.status(), live, String.join("; ", errors.values()), all);
        });
    }

    long seconds() {
        return TimeUnit.MILLISECONDS.toSeconds(nowMs() - startedMs);
    }

    /** Drops its consumers and begins to end. */
    void stop() {
        List<Connection> dropped;
        lock.lock();
        try {
            stopping = true;
            dropped = List.copyOf(connections.values());
            dropped.forEach(connection -> group.disconnect(connection.consumer, nowMs()));
            dropped.forEach(connection -> connection.changed.signalAll());
            connections.clear();
            toRead.signalAll();
            toRecord.signalAll();
            afterAnError.signalAll();
            if (reading != null) {
                reading.close();
            }
        } finally {
            lock.unlock();
        }
        dropped.forEach(connection -> connection.drop.run());
    }

    /** Waits until what is done is recorded; after {@link #stop}, at most until then. */
    void awaitEnd(long deadlineNanos) {
        try {
            if (!ended.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.warn("group {}: the store does not answer, what is done may come again", config.key());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
