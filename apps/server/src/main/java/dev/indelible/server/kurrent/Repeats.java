package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.server.kurrent.Written.Recorded;
import dev.indelible.server.kurrent.Written.WrongVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers appends whose ids the store knows from appends of other extent, by the rules of the protocol: it is a repeat
 * if those very events stand in the stream one after the other, where the expectation leads to.
 */
final class Repeats {
    /** So far from the end of a stream events are looked for when no revision says where they are. */
    private static final int LOOK_BACK_EVENTS_MAX = 10_000;

    private final EventStore store;

    Repeats(EventStore store) {
        this.store = store;
    }

    /** The answer; throws the conflict if it is not about the extent of the append. */
    Written answer(String stream, Expectation expected, List<NewEvent> events, Conflict conflict) {
        if (!(conflict.refusal() instanceof IdConflict id) || id.difference() != IdConflict.Difference.OTHER_EVENTS) {
            throw conflict;
        }
        StreamState state = StreamState.of(store, stream);
        Written known = answerIfKnown(stream, expected, events, state);
        if (known == null && !expected.isExact() && versionOf(stream, events.get(0)) == 0) {
            throw conflict;
        }
        return known == null ? new WrongVersion(state.lastRevision()) : known;
    }

    /** The answer if all the events are recorded, else null. */
    @Nullable
    Recorded answerIfKnown(String stream, Expectation expected, List<NewEvent> events, StreamState state) {
        if (events.isEmpty()) {
            return null;
        }
        long from = expected.isExact() ? expected.raw() + 2 : versionOf(stream, events.get(0));
        if (expected.isNoStream() && !state.metadata().isDeleted()) {
            from = Math.max(from, state.metadata().truncateBefore() + 1);
        }
        if (from < 1 || from > state.version()) {
            return null;
        }
        Range range = Range.all().fromVersion(from).limit(events.size());
        List<RecordedEvent> recorded =
                store.read(EventQuery.stream(stream), range).toList();
        if (recorded.size() < events.size()) {
            return null;
        }
        for (int i = 0; i < recorded.size(); i++) {
            if (!recorded.get(i).isRecordOf(events.get(i))) {
                return null;
            }
        }
        RecordedEvent last = recorded.get(recorded.size() - 1);
        return new Recorded(last.version() - 1, last.position().value());
    }

    private long versionOf(String stream, NewEvent event) {
        Range range = Range.all().fromTheEnd().limit(LOOK_BACK_EVENTS_MAX);
        try (Events events = store.read(EventQuery.stream(stream), range)) {
            while (events.hasNext()) {
                RecordedEvent recorded = events.next();
                if (recorded.id().equals(event.id())) {
                    return recorded.version();
                }
            }
        }
        return 0;
    }
}
