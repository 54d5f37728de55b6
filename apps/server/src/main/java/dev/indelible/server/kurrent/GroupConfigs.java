package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.Append;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which groups there are: the events of {@value #STREAM}, one for each change. What another server of the same store
 * changes is seen here. For one thread at a time.
 */
final class GroupConfigs {
    static final String STREAM = "$persistentSubscriptionConfig";

    /** So many groups can be there at once. */
    static final int GROUPS_MAX = 10_000;

    private static final String SET = "$persistentSubscriptionSet";
    private static final String DELETED = "$persistentSubscriptionDeleted";
    private static final Logger LOG = LoggerFactory.getLogger(KurrentGateway.class);

    private final EventStore store;
    private final Map<GroupKey, GroupConfig> known = new LinkedHashMap<>();
    private long version;

    GroupConfigs(EventStore store) {
        this.store = store;
    }

    List<GroupConfig> all() {
        refresh();
        return new ArrayList<>(known.values());
    }

    Optional<GroupConfig> find(GroupKey key) {
        refresh();
        return Optional.ofNullable(known.get(key));
    }

    /** Records what is made of the groups as they are; it is asked again when another server changed them meanwhile. */
    void set(Supplier<GroupConfig> change) {
        change(() -> NewEvent.of(SET, change.get().toJson()));
    }

    void delete(GroupKey key, Runnable check) {
        change(() -> {
            check.run();
            return NewEvent.of(
                    DELETED,
                    new JsonObject()
                            .text("stream", key.source())
                            .text("group", key.group())
                            .toPayload());
        });
    }

    private void change(Supplier<NewEvent> change) {
        Attempts attempts = new Attempts("change of the groups");
        while (true) {
            refresh();
            NewEvent event = change.get();
            try {
                store.appendAsSystem(Append.to(StreamName.of(STREAM), ExpectedVersion.exactly(version), event));
                refresh();
                return;
            } catch (Conflict changed) {
                // By another server: looked at again.
            }
            attempts.failed();
        }
    }

    private void refresh() {
        Range range = Range.all().fromVersion(version + 1);
        try (Events events = store.read(EventQuery.stream(STREAM), range)) {
            while (events.hasNext()) {
                RecordedEvent event = events.next();
                take(event);
                version = event.version();
            }
        }
    }

    private void take(RecordedEvent event) {
        try {
            if (event.type().equals(SET)) {
                GroupConfig config = GroupConfig.of(event.data());
                known.put(config.key(), config);
            } else if (event.type().equals(DELETED)) {
                known.remove(GroupConfig.key(event.data()));
            }
        } catch (RuntimeException notOurs) {
            LOG.warn("{}@{} is left out", event.version() - 1, STREAM, notOurs);
        }
    }
}
