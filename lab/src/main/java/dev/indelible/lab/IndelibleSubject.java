package dev.indelible.lab;

import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.nio.file.Path;

/** A store of ours, through its front door. */
final class IndelibleSubject implements Subject {
    private final EventStore store;

    private IndelibleSubject(String url) {
        store = EventStore.open(url);
    }

    /** The embedded store in the directory. */
    static IndelibleSubject embedded(Path directory) {
        return new IndelibleSubject("embedded:" + directory);
    }

    /** A store in a database of its own on the server. */
    static IndelibleSubject postgres(PostgresServer server) {
        return new IndelibleSubject("postgresql:" + server.newDatabase() + "&pool_size=20");
    }

    @Override
    public String name() {
        return "indelible";
    }

    @Override
    public void append(String stream, NewEvent[] events) {
        store.append(StreamName.of(stream), ExpectedVersion.any(), events);
    }

    /** The last event must be found by its stream, category, type and tag at once. */
    @Override
    public void settle() {
        RecordedEvent last =
                store.read(EventQuery.all(), Range.all().fromTheEnd().limit(1)).next();
        Range one = Range.all().fromTheEnd().limit(1);
        EventQuery[] ways = {
            EventQuery.stream(last.stream()),
            EventQuery.category(last.stream().category()),
            EventQuery.types(last.type()),
            EventQuery.tags(last.tags().get(0).text())
        };
        for (EventQuery way : ways) {
            if (!store.read(way, one).next().equals(last)) {
                throw new IllegalStateException(way + " does not find the last event");
            }
        }
    }

    @Override
    public long readStream(String stream) {
        return count(EventQuery.stream(stream));
    }

    @Override
    public long scan() {
        return count(EventQuery.all());
    }

    private long count(EventQuery query) {
        long count = 0;
        for (RecordedEvent event : store.read(query)) {
            count += event.version() > 0 ? 1 : 0;
        }
        return count;
    }

    @Override
    public void close() {
        store.close();
    }
}
