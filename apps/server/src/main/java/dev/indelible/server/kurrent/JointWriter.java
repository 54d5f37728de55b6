package dev.indelible.server.kurrent;

import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.EventStoreException.Unsupported;
import dev.indelible.event.Append;
import dev.indelible.event.Appended;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Capability;
import dev.indelible.journal.Outcome;
import dev.indelible.server.kurrent.JointlyWritten.Recorded;
import dev.indelible.server.kurrent.JointlyWritten.Violated;
import dev.indelible.server.kurrent.JointlyWritten.Violation;
import dev.indelible.server.security.Right;
import dev.indelible.server.security.Rights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Appends to several streams, all or nothing, on conditions about these and other streams. Each append also demands
 * that the metadata of every stream it names is as it was when it was looked at, as {@link Writer} does for one.
 * Blocks; for any number of threads.
 */
final class JointWriter {
    private final EventStore store;
    private final Repeats repeats;
    private final Rights rights;

    JointWriter(EventStore store) {
        this(store, new Repeats(store), Rights.ALL);
    }

    private JointWriter(EventStore store, Repeats repeats, Rights rights) {
        this.store = store;
        this.repeats = repeats;
        this.rights = rights;
    }

    /** The same for a caller with those rights. */
    JointWriter by(Rights callers) {
        return new JointWriter(store, repeats, callers);
    }

    /**
     * One stream's new events.
     *
     * @param condition what is expected of the stream
     * @param events at least one
     */
    record Share(Condition condition, List<NewEvent> events) {
        String stream() {
            return condition.stream();
        }
    }

    /**
     * What is appended, and what must hold for it.
     *
     * @param shares each stream once
     * @param checks conditions beside those of the shares, on any streams
     */
    record Request(List<Share> shares, List<Condition> checks) {
        /** Copies them. */
        Request {
            shares = List.copyOf(shares);
            checks = List.copyOf(checks);
        }

        private boolean writes(String stream) {
            return !eventsOf(stream).isEmpty();
        }

        private List<NewEvent> eventsOf(String stream) {
            for (Share share : shares) {
                if (share.stream().equals(stream)) {
                    return share.events();
                }
            }
            return List.of();
        }

        /** All that must hold: the checks, and the shares' own conditions where a check does not say it better. */
        private List<Condition> conditions() {
            List<Condition> all = new ArrayList<>(checks);
            for (Share share : shares) {
                if (checks.stream().noneMatch(check -> check.stream().equals(share.stream()))) {
                    all.add(share.condition());
                }
            }
            return all;
        }

        private Expectation expectationOf(String stream) {
            for (Condition condition : conditions()) {
                if (condition.stream().equals(stream) && condition.expected() >= Expectation.NO_STREAM.raw()) {
                    return new Expectation(condition.expected());
                }
            }
            return Expectation.ANY;
        }
    }

    JointlyWritten append(Request request) {
        if (!store.capabilities().contains(Capability.SEVERAL_STREAMS)) {
            throw new Unsupported(Capability.SEVERAL_STREAMS);
        }
        request.shares().forEach(share -> DerivedStreams.refuseWrite(share.stream()));
        request.shares().forEach(share -> rights.require(Right.WRITE, share.stream()));
        request.checks().forEach(check -> rights.require(Right.READ, check.stream()));
        Attempts attempts = new Attempts("append to several streams");
        Append append = hopeful(request);
        while (true) {
            if (append == null) {
                Map<String, StreamState> states = states(request);
                List<Violation> violations = violations(request, states);
                if (!violations.isEmpty()) {
                    Recorded known = known(request, states);
                    return known == null ? new Violated(violations) : known;
                }
                append = given(request, states);
            }
            try {
                return recorded(request, store.appendAsSystem(append));
            } catch (Conflict conflict) {
                if (conflict.refusal() instanceof Outcome.IdConflict) {
                    return repeat(request, conflict);
                }
                append = null;
            }
            attempts.failed();
        }
    }

    /** The append if no stream has metadata, which saves looking; null if looking is needed in any case. */
    private static @Nullable Append hopeful(Request request) {
        Map<String, Append.Part> parts = new LinkedHashMap<>();
        for (Condition condition : request.conditions()) {
            String stream = condition.stream();
            boolean isPlain = StreamState.hasMeta(stream) && condition.expected() >= Expectation.EXISTS.raw();
            if (!isPlain || parts.containsKey(stream)) {
                return null;
            }
            ExpectedVersion expected = new Expectation(condition.expected()).version();
            parts.put(stream, new Append.Part(StreamName.of(stream), expected, request.eventsOf(stream)));
            put(parts, meta(stream), ExpectedVersion.noStream(), List.of());
        }
        return inOrder(request, parts);
    }

    /** What is written comes first, in the order of the request. */
    private static Append inOrder(Request request, Map<String, Append.Part> parts) {
        Map<String, Append.Part> ordered = new LinkedHashMap<>();
        request.shares()
                .forEach(share -> ordered.put(share.stream(), Objects.requireNonNull(parts.get(share.stream()))));
        ordered.putAll(parts);
        return new Append(List.copyOf(ordered.values()), List.of());
    }

    private Map<String, StreamState> states(Request request) {
        Map<String, StreamState> states = new LinkedHashMap<>();
        for (Condition condition : request.conditions()) {
            states.computeIfAbsent(condition.stream(), this::stateOf);
        }
        return states;
    }

    /** A stream of metadata is no more when the one is that it is about. */
    private StreamState stateOf(String stream) {
        StreamState state = StreamState.of(store, stream);
        boolean tombstoned = StreamState.isMeta(stream)
                && StreamState.of(store, StreamState.ownerOf(stream)).tombstoned();
        return tombstoned ? new StreamState(state.version(), 0, null, state.metadata(), true) : state;
    }

    private static List<Violation> violations(Request request, Map<String, StreamState> states) {
        List<Violation> violations = new ArrayList<>();
        for (Condition condition : request.conditions()) {
            StreamState state = Objects.requireNonNull(states.get(condition.stream()));
            condition
                    .violatedBy(state, request.writes(condition.stream()))
                    .ifPresent(actual -> violations.add(new Violation(condition, actual)));
        }
        return violations;
    }

    /** The append, on condition that all states are still the same where it matters. */
    private static Append given(Request request, Map<String, StreamState> states) {
        Map<String, Append.Part> parts = new LinkedHashMap<>();
        states.forEach((stream, state) -> put(parts, stream, pinned(request, stream, state), request.eventsOf(stream)));
        states.forEach((stream, state) -> {
            if (StreamState.hasMeta(stream)) {
                List<NewEvent> events = request.eventsOf(stream);
                boolean undeletes = state.metadata().isDeleted() && state.version() > 0 && !events.isEmpty();
                put(
                        parts,
                        meta(stream),
                        ExpectedVersion.exactly(state.metaVersion()),
                        undeletes ? List.of(Writer.undelete(state, events.get(0))) : List.of());
            }
        });
        return inOrder(request, parts);
    }

    private static ExpectedVersion pinned(Request request, String stream, StreamState state) {
        boolean isExact = StreamState.isMeta(stream)
                || state.metadata().isDeleted()
                || state.version() == 0
                || request.conditions().stream()
                        .anyMatch(condition -> condition.stream().equals(stream)
                                && condition.expected() != Expectation.ANY.raw()
                                && condition.expected() != Expectation.EXISTS.raw());
        return isExact ? ExpectedVersion.exactly(state.version()) : ExpectedVersion.exists();
    }

    /** A stream that the client writes to itself, such as one of metadata, is not named twice. */
    private static void put(
            Map<String, Append.Part> parts, String stream, ExpectedVersion expected, List<NewEvent> events) {
        parts.putIfAbsent(stream, new Append.Part(StreamName.of(stream), expected, events));
    }

    private static String meta(String stream) {
        return StreamState.META_PREFIX + stream;
    }

    /** A repeat counts only where the expectations lead to. */
    private JointlyWritten recorded(Request request, Appended appended) {
        Map<String, Appended.Part> parts = new HashMap<>();
        appended.parts().forEach(part -> parts.put(part.stream().value(), part));
        if (appended.repeated()) {
            List<Violation> violations = elsewhere(request, parts);
            if (!violations.isEmpty()) {
                return new Violated(violations);
            }
        }
        List<Long> revisions = new ArrayList<>();
        long position = 0;
        for (Share share : request.shares()) {
            Appended.Part part = Objects.requireNonNull(parts.get(share.stream()));
            revisions.add(part.lastVersion() - 1);
            position = Math.max(position, part.lastPosition().value());
        }
        return new Recorded(revisions, position);
    }

    /** The conditions under which the recorded events would stand elsewhere in their streams. */
    private List<Violation> elsewhere(Request request, Map<String, Appended.Part> parts) {
        List<Violation> violations = new ArrayList<>();
        for (Condition condition : request.conditions()) {
            Appended.Part part = parts.get(condition.stream());
            if (part != null && condition.expected() >= Expectation.NO_STREAM.raw()) {
                long first = part.firstVersion() - 1;
                StreamState state = first == condition.expected() + 1 ? null : stateOf(condition.stream());
                boolean continued = state != null
                        && condition.expected() == Expectation.NO_STREAM.raw()
                        && state.metadata().truncateBefore() == first;
                if (state != null && !continued) {
                    violations.add(new Violation(condition, state.lastRevision()));
                }
            }
        }
        return violations;
    }

    /** What a repeat of another extent is answered; throws the conflict if it is none. */
    private JointlyWritten repeat(Request request, Conflict conflict) {
        Map<String, StreamState> states = states(request);
        Recorded known = known(request, states);
        if (known != null) {
            return known;
        }
        List<Violation> violations = violations(request, states);
        if (violations.isEmpty()) {
            throw conflict;
        }
        return new Violated(violations);
    }

    /** The answer if all the events are recorded, those of each stream one after the other; else null. */
    private @Nullable Recorded known(Request request, Map<String, StreamState> states) {
        List<Long> revisions = new ArrayList<>();
        long position = 0;
        for (Share share : request.shares()) {
            StreamState state = Objects.requireNonNull(states.get(share.stream()));
            Written.Recorded known = state.tombstoned()
                    ? null
                    : repeats.answerIfKnown(
                            share.stream(), request.expectationOf(share.stream()), share.events(), state);
            if (known == null) {
                return null;
            }
            revisions.add(known.revision());
            position = Math.max(position, known.position());
        }
        return new Recorded(revisions, position);
    }
}
