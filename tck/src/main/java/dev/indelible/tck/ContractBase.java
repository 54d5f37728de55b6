package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.EventStore;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Journal;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the parts of the contract share: a store on an empty journal, and short words for what they do with it. */
interface ContractBase {
    /** The store on the journal under test. */
    EventStore store();

    /** The journal under test. */
    Journal journal();

    /** Replaces the journal under test by what the operation makes of it. */
    EventStore replace(UnaryOperator<Journal> operation);

    /** The engine's fixture. */
    JournalFixture fixture();

    default boolean has(Capability capability) {
        return journal().capabilities().contains(capability);
    }

    /** The store after a clean close; or nothing, after proving that a journal that is not durable is empty then. */
    default Optional<EventStore> reopened() {
        return survivor(replace(fixture()::reopen));
    }

    /** The store after a crash; or nothing, after proving that a journal that is not durable is empty then. */
    default Optional<EventStore> crashed() {
        return survivor(replace(fixture()::crash));
    }

    private Optional<EventStore> survivor(EventStore store) {
        if (has(Capability.DURABLE)) {
            return Optional.of(store);
        }
        assertThat(store.head()).isEqualTo(Position.START);
        return Optional.empty();
    }

    default Appended append(String stream, ExpectedVersion expected, NewEvent... events) {
        return store().append(StreamName.of(stream), expected, events);
    }

    default Appended append(String stream, NewEvent... events) {
        return append(stream, ExpectedVersion.any(), events);
    }

    default List<RecordedEvent> all() {
        return store().read(EventQuery.all()).toList();
    }

    default List<RecordedEvent> read(EventQuery query, Range range) {
        return store().read(query, range).toList();
    }

    default List<RecordedEvent> stream(String name) {
        return store().read(EventQuery.stream(name)).toList();
    }

    /** Does it, and asserts that nothing was recorded. */
    default void assertRecordsNothing(Runnable refused) {
        List<RecordedEvent> before = all();
        Position head = store().head();
        refused.run();
        assertThat(all()).isEqualTo(before);
        assertThat(store().head()).isEqualTo(head);
    }

    /** An event of that type with a number as its data. */
    static NewEvent event(String type, int number) {
        return NewEvent.json(type, "{\"number\":" + number + "}");
    }

    /** So many events, numbered from 1. */
    static NewEvent[] events(int count) {
        NewEvent[] events = new NewEvent[count];
        for (int i = 0; i < count; i++) {
            events[i] = event("Counted", i + 1);
        }
        return events;
    }

    /** One part of an append as an append of its own. */
    static Append to(String stream, ExpectedVersion expected, NewEvent... events) {
        return Append.to(StreamName.of(stream), expected, events);
    }
}
