package dev.indelible.journal;

import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Guard;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Outcome.GuardConflict;
import dev.indelible.journal.Outcome.IdConflict;
import dev.indelible.journal.Outcome.IdConflict.Difference;
import dev.indelible.journal.Outcome.Recorded;
import dev.indelible.journal.Outcome.VersionConflict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an append may be recorded, in the one order of refusals: known ids, partly known ids, versions,
 * guards. For journals that decide in their own process, one append at a time.
 */
public final class Admission {
    private Admission() {}

    /** What is recorded so far. */
    public interface State {
        /** Whether the id is recorded. */
        boolean knows(UUID eventId);

        /** All events of the append that recorded the id, in their order. Asked only for ids that are known. */
        List<RecordedEvent> appendOf(UUID eventId);

        /** Number of events in the stream. */
        long version(StreamName stream);

        /** Position of the latest match after the given one, or {@link Position#START} if there is none. */
        Position lastMatch(EventQuery query, Position after);
    }

    /** The answer, or nothing if the append is to be recorded now. */
    public static Optional<Outcome> check(Append append, State state) {
        UUID known = firstKnown(append, state);
        if (known != null) {
            return Optional.of(compare(append, known, state));
        }
        for (Append.Part part : append.parts()) {
            long actual = state.version(part.stream());
            if (!part.expected().allows(actual)) {
                return Optional.of(new VersionConflict(part.stream(), part.expected(), actual));
            }
        }
        for (Guard guard : append.guards()) {
            Position found = state.lastMatch(guard.query(), guard.after());
            if (found.isAfter(guard.after())) {
                return Optional.of(new GuardConflict(guard, found));
            }
        }
        return Optional.empty();
    }

    private static @Nullable UUID firstKnown(Append append, State state) {
        for (Append.Part part : append.parts()) {
            for (NewEvent event : part.events()) {
                if (state.knows(event.id())) {
                    return event.id();
                }
            }
        }
        return null;
    }

    private static Outcome compare(Append append, UUID known, State state) {
        List<RecordedEvent> recorded = state.appendOf(known);
        List<NewEvent> asked = append.events().toList();
        if (recorded.size() != asked.size()) {
            return new IdConflict(known, Difference.OTHER_EVENTS);
        }
        int i = 0;
        for (Append.Part part : append.parts()) {
            for (NewEvent event : part.events()) {
                RecordedEvent there = recorded.get(i++);
                if (!there.id().equals(event.id())) {
                    return new IdConflict(known, Difference.OTHER_EVENTS);
                } else if (!there.stream().equals(part.stream())) {
                    return new IdConflict(event.id(), Difference.OTHER_STREAM);
                } else if (!there.isRecordOf(event)) {
                    return new IdConflict(event.id(), Difference.OTHER_CONTENT);
                }
            }
        }
        return new Recorded(appended(recorded, true));
    }

    /** Where the events of one append are, given in their order. */
    public static Appended appended(List<RecordedEvent> recorded, boolean repeated) {
        List<Appended.Part> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < recorded.size(); i++) {
            RecordedEvent last = recorded.get(i);
            if (i + 1 == recorded.size() || !recorded.get(i + 1).stream().equals(last.stream())) {
                RecordedEvent first = recorded.get(from);
                parts.add(new Appended.Part(
                        last.stream(), first.version(), last.version(), first.position(), last.position()));
                from = i + 1;
            }
        }
        return new Appended(parts, repeated);
    }
}
