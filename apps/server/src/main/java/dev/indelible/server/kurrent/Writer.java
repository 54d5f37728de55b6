package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.Limits;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Outcome;
import dev.indelible.server.kurrent.Written.Recorded;
import dev.indelible.server.kurrent.Written.WrongVersion;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import java.util.List;

/**
 * Appends, deletes and tombstones. An append also demands that the stream's metadata is as it was when it was looked
 * at (at first: that there is none), so that none can slip past a deletion. Blocks; for any number of threads.
 */
final class Writer {
    private final EventStore store;
    private final Repeats repeats;
    private final boolean conditional;
    private final Rights rights;

    Writer(EventStore store) {
        this(store, new Repeats(store), Rights.ALL);
    }

    private Writer(EventStore store, Repeats repeats, Rights rights) {
        this.store = store;
        this.repeats = repeats;
        this.conditional = store.capabilities().contains(Capability.SEVERAL_STREAMS);
        this.rights = rights;
    }

    /** The same for a caller with those rights. */
    Writer by(Rights callers) {
        return new Writer(store, repeats, callers);
    }

    /** Whether events can have tags. */
    boolean keepsTags() {
        return store.capabilities().contains(Capability.TAGS);
    }

    /** Most bytes of one append. */
    int appendBytesMax() {
        return store.limits().appendBytesMax();
    }

    Written append(String stream, Expectation expected, List<NewEvent> events) {
        rights.require(Right.WRITE, stream);
        DerivedStreams.refuseWrite(stream);
        checkSizes(events);
        if (events.isEmpty() || StreamState.isMeta(stream)) {
            return appendKnowingState(stream, expected, events);
        }
        if (!conditional || !StreamState.hasMeta(stream)) {
            return appendKnowingState(stream, expected, events);
        }
        Append append = onCondition(stream, expected.version(), events, 0);
        try {
            return recorded(stream, expected, store.appendAsSystem(append));
        } catch (Conflict conflict) {
            if (conflict.refusal() instanceof Outcome.IdConflict) {
                return repeats.answer(stream, expected, events, conflict);
            }
            return appendKnowingState(stream, expected, events);
        }
    }

    private Written appendKnowingState(String stream, Expectation expected, List<NewEvent> events) {
        Attempts attempts = new Attempts("append to stream " + stream);
        while (true) {
            StreamState state = StreamState.of(store, stream);
            refuseDeleted(stream, expected, state);
            if (isWrong(expected, state)) {
                Written known = repeats.answerIfKnown(stream, expected, events, state);
                return known == null ? new WrongVersion(state.lastRevision()) : known;
            }
            if (events.isEmpty()) {
                return new Recorded(state.lastRevision(), 0);
            }
            try {
                return recorded(stream, expected, store.appendAsSystem(given(stream, expected, events, state)));
            } catch (Conflict conflict) {
                if (conflict.refusal() instanceof Outcome.IdConflict) {
                    return repeats.answer(stream, expected, events, conflict);
                }
            }
            attempts.failed();
        }
    }

    /** A deleted stream does not exist, which is told otherwise than of a stream that never did. */
    private void refuseDeleted(String stream, Expectation expected, StreamState state) {
        state.refuseTombstoned(store, stream);
        if (expected.isExists() && state.metadata().isDeleted()) {
            throw Refusals.streamDeleted(stream);
        }
    }

    /** The append, on condition that the state is still the same where it matters. */
    private Append given(String stream, Expectation expected, List<NewEvent> events, StreamState state) {
        if (state.metadata().isDeleted() && state.version() > 0) {
            return Append.to(StreamName.of(stream), ExpectedVersion.exactly(state.version()), events)
                    .and(meta(stream), ExpectedVersion.exactly(state.metaVersion()), undelete(state, events.get(0)));
        }
        boolean needsVersion = StreamState.isMeta(stream) || (expected.isExists() && state.version() == 0);
        ExpectedVersion version = needsVersion ? ExpectedVersion.exactly(state.version()) : expected.version();
        if (conditional && StreamState.hasMeta(stream)) {
            return onCondition(stream, version, events, state.metaVersion());
        }
        return Append.to(StreamName.of(stream), version, events);
    }

    private static Append onCondition(
            String stream, ExpectedVersion expected, List<NewEvent> events, long metaVersion) {
        return Append.to(StreamName.of(stream), expected, events)
                .and(meta(stream), ExpectedVersion.exactly(metaVersion), List.of());
    }

    private static boolean isWrong(Expectation expected, StreamState state) {
        if (expected.isAny()) {
            return false;
        } else if (expected.isExists()) {
            return state.version() == 0 && state.metaVersion() == 0;
        }
        return expected.raw() != state.lastRevision()
                && !(expected.isNoStream() && state.metadata().isDeleted());
    }

    /** A repeat counts only where the expectation leads to. */
    private Written recorded(String stream, Expectation expected, Appended appended) {
        Appended.Part part = appended.parts().get(0);
        Recorded recorded =
                new Recorded(part.lastVersion() - 1, part.lastPosition().value());
        if (appended.repeated() && expected.isExact() && part.firstVersion() - 1 != expected.raw() + 1) {
            StreamState state = StreamState.of(store, stream);
            boolean continued = expected.isNoStream() && state.metadata().truncateBefore() == part.firstVersion() - 1;
            return continued ? recorded : new WrongVersion(state.lastRevision());
        }
        return recorded;
    }

    /** Hides all events of the stream; it can be continued. */
    Written delete(String stream, Expectation expected) {
        return end(stream, expected, false);
    }

    /** Hides the stream for ever. */
    Written tombstone(String stream, Expectation expected) {
        return end(stream, expected, true);
    }

    private Written end(String stream, Expectation expected, boolean forEver) {
        rights.require(Right.DELETE, stream);
        DerivedStreams.refuseWrite(stream);
        if (!StreamState.hasMeta(stream)) {
            throw Refusals.badRequest(
                    "stream: \"" + stream + "\" cannot be deleted (expected: at most 253 bytes, no metadata stream)");
        }
        Attempts attempts = new Attempts("end of stream " + stream);
        while (true) {
            StreamState state = StreamState.of(store, stream);
            refuseDeleted(stream, expected, state);
            if (!forEver && state.version() == 0) {
                return new WrongVersion(-1);
            } else if (isWrong(expected, state)) {
                return new WrongVersion(state.lastRevision());
            }
            NewEvent mark = forEver
                    ? NewEvent.of(StreamState.TOMBSTONE_TYPE, Payload.EMPTY_OBJECT)
                    : metadata(StreamMetadata.truncated(state.metadataJson(), StreamMetadata.HIDDEN), "");
            Append append = Append.to(meta(stream), ExpectedVersion.exactly(state.metaVersion()), mark);
            if (conditional) {
                append = append.and(
                        StreamName.of(stream), ExpectedVersion.exactly(state.version()), List.<NewEvent>of());
            }
            try {
                Appended appended = store.appendAsSystem(append);
                return new Recorded(state.lastRevision(), appended.position().value());
            } catch (Conflict changed) {
                // Looked at again; what was expected decides whether that matters.
            }
            attempts.failed();
        }
    }

    /** The metadata under which a deleted stream goes on with that event. */
    static NewEvent undelete(StreamState state, NewEvent first) {
        return metadata(StreamMetadata.truncated(state.metadataJson(), state.version()), "undelete " + first.id());
    }

    private static NewEvent metadata(Payload json, String cause) {
        NewEvent event = NewEvent.of(StreamState.METADATA_TYPE, json);
        return cause.isEmpty() ? event : event.withId(NewEvent.idOf("kurrent " + cause));
    }

    private void checkSizes(List<NewEvent> events) {
        Limits limits = store.limits();
        long all = 0;
        for (NewEvent event : events) {
            int data = event.data().size();
            int metadata = event.metadata().size();
            all += data + metadata;
            if (data > limits.dataBytesMax()) {
                throw Refusals.eventTooLarge(event.id().toString(), data, limits.dataBytesMax());
            } else if (metadata > limits.metadataBytesMax()) {
                throw Refusals.eventTooLarge(event.id().toString(), metadata, limits.metadataBytesMax());
            }
            refuseTombstone(event);
        }
        if (all > limits.appendBytesMax()) {
            throw Refusals.appendTooLarge(limits.appendBytesMax());
        }
    }

    /** Throws if the event would say that a stream is no more. */
    static void refuseTombstone(NewEvent event) {
        if (event.type().equals(StreamState.TOMBSTONE_TYPE)) {
            throw Refusals.badRequest("type: $streamDeleted is written by Tombstone only");
        }
    }

    private static StreamName meta(String stream) {
        return StreamName.of(StreamState.META_PREFIX + stream);
    }
}
