package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.server.kurrent.GroupRequests.Asked;
import dev.indelible.server.kurrent.GroupRequests.Peer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The groups of consumers of a store, and those of them that are at work. A group begins to work when its first
 * consumer comes. For any number of threads; one at a time makes, changes, starts and ends groups.
 */
final class Groups implements AutoCloseable {
    /** So long it is waited for what is done to be recorded when groups end. */
    private static final Duration STOPPING_MAX = Duration.ofSeconds(10);

    private final EventStore store;
    private final OpenCalls threads;
    private final DerivedStreams derived;
    private final Writer writer;
    private final GroupConfigs configs;
    private final String server = UUID.randomUUID().toString();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<GroupKey, GroupRun> running = new HashMap<>();
    private boolean closed;

    Groups(EventStore store, OpenCalls threads, DerivedStreams derived) {
        this.store = store;
        this.threads = threads;
        this.derived = derived;
        this.writer = new Writer(store);
        this.configs = new GroupConfigs(store);
    }

    void create(Asked asked) {
        lock.lock();
        try {
            GroupKey key = asked.key();
            refuseExisting(key);
            GroupConfig config = config(asked);
            records(key).hideAll();
            configs.set(() -> {
                refuseExisting(key);
                return config;
            });
        } finally {
            lock.unlock();
        }
    }

    private void refuseExisting(GroupKey key) {
        List<GroupConfig> all = configs.all();
        for (GroupConfig config : all) {
            if (config.key().equals(key)) {
                throw GroupRefusals.exists(key);
            } else if (config.key().toString().equals(key.toString())) {
                throw GroupRefusals.failed(key, "the names together are those of another group");
            }
        }
        if (all.size() >= GroupConfigs.GROUPS_MAX) {
            throw GroupRefusals.failed(key, "groups: " + all.size() + " (limit: " + GroupConfigs.GROUPS_MAX + ")");
        }
    }

    private GroupConfig config(Asked asked) {
        GroupKey key = asked.key();
        if (key.isAll() && asked.start() > store.head().value()) {
            throw GroupRefusals.failed(
                    key, "start: position " + asked.start() + " (expected: at most " + store.head() + ")");
        }
        return new GroupConfig(
                key,
                asked.settings(),
                asked.given().getResolveLinks(),
                asked.given().getExtraStatistics(),
                asked.start(),
                GroupSource.before(store, derived, key, asked.start()),
                asked.filter());
    }

    void update(Asked asked) {
        lock.lock();
        try {
            GroupKey key = asked.key();
            require(key);
            GroupConfig config = config(asked);
            end(key);
            configs.set(() -> config.filteredLike(require(key)));
        } finally {
            lock.unlock();
        }
    }

    void delete(GroupKey key) {
        lock.lock();
        try {
            require(key);
            end(key);
            configs.delete(key, () -> require(key));
            records(key).hideAll();
        } finally {
            lock.unlock();
        }
    }

    private GroupConfig require(GroupKey key) {
        return configs.find(key).orElseThrow(() -> GroupRefusals.missing(key.source(), key.group()));
    }

    private void end(GroupKey key) {
        GroupRun run = running.remove(key);
        if (run != null) {
            end(List.of(run));
        }
    }

    private static void end(Collection<GroupRun> runs) {
        long deadline = System.nanoTime() + STOPPING_MAX.toNanos();
        runs.forEach(GroupRun::stop);
        runs.forEach(run -> run.awaitEnd(deadline));
    }

    private GroupRecords records(GroupKey key) {
        return new GroupRecords(store, writer, key, server);
    }

    /** A new consumer of a group. */
    GroupRun.Connection connect(GroupKey key, int bufferSize, Peer peer, Runnable drop) {
        lock.lock();
        try {
            return started(key).connect(bufferSize, peer, drop).orElseThrow(() -> GroupRefusals.full(key));
        } finally {
            lock.unlock();
        }
    }

    private GroupRun started(GroupKey key) {
        if (closed) {
            throw Refusals.stopping();
        }
        GroupConfig config = require(key);
        GroupRun run = running.get(key);
        if (run != null && !run.config().equals(config)) {
            end(key);
            run = null;
        }
        if (run == null) {
            run = new GroupRun(config, new GroupSource(store, derived, config), records(key));
            run.start(threads);
            running.put(key, run);
        }
        return run;
    }

    /** Takes the parked events again: all that there are now, or those before a revision. */
    void replay(GroupKey key, OptionalLong stopAt) {
        lock.lock();
        try {
            GroupRun run = started(key);
            run.replay(Math.min(
                    stopAt.orElse(Long.MAX_VALUE), records(key).parked().before()));
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the parked events: all that there are now, or those before a revision. */
    void truncate(GroupKey key, OptionalLong stopAt) {
        lock.lock();
        try {
            require(key);
            GroupRecords records = records(key);
            long before =
                    Math.min(stopAt.orElse(Long.MAX_VALUE), records.parked().before());
            records.unpark(before);
            GroupRun run = running.get(key);
            if (run != null) {
                run.unparked(before);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A group and how it stands.
     *
     * @param config what it was made with
     * @param checkpoint everything up to this place is recorded as done; empty: nothing is
     * @param last the last place of its source
     * @param parked number of parked events
     * @param run the group at work, or null
     */
    record Told(
            GroupConfig config,
            OptionalLong checkpoint,
            long last,
            long parked,
            @Nullable GroupRun run) {}

    Told tell(GroupKey key) {
        lock.lock();
        try {
            return tell(require(key));
        } finally {
            lock.unlock();
        }
    }

    /** Of all groups whose configuration is such. */
    List<Told> tellAll(Predicate<GroupConfig> test) {
        lock.lock();
        try {
            return configs.all().stream().filter(test).map(this::tell).toList();
        } finally {
            lock.unlock();
        }
    }

    private Told tell(GroupConfig config) {
        GroupRecords records = records(config.key());
        return new Told(
                config,
                records.checkpoint(),
                GroupSource.last(store, derived, config.key()),
                records.parked().count(),
                running.get(config.key()));
    }

    /** Ends all groups that are at work; each goes on when a consumer comes. */
    void restart() {
        lock.lock();
        try {
            end(running.values());
            running.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all groups for good. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            restart();
        } finally {
            lock.unlock();
        }
    }
}
