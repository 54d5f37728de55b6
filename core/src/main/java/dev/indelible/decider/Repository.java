package dev.indelible.decider;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Conflict;
import dev.indelible.event.Append;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.StreamName;
import dev.indelible.journal.Outcome;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a decider on the streams of one category, or on what a {@link Boundary} names. Commands for different things do
 * not disturb each other; of several for the same thing, the losers of a race decide again on the new state.
 *
 * @param <C> commands
 * @param <S> state
 * @param <E> events
 */
public final class Repository<C, S, E> {
    /** How often a command is decided at most, unless said otherwise. */
    public static final int ATTEMPTS_MAX = 10;

    private final Wiring<C, S, E> wiring;
    private final int attemptsMax;
    private final Snapshotting<S> snapshotting;

    private Repository(Wiring<C, S, E> wiring, int attemptsMax, Snapshotting<S> snapshotting) {
        this.wiring = wiring;
        this.attemptsMax = attemptsMax;
        this.snapshotting = snapshotting;
    }

    /** What stays the same, whatever else is asked for. */
    private record Wiring<C, S, E>(EventStore store, String category, Fold<C, S, E> fold) {}

    /**
     * What was loaded.
     *
     * @param state the decider's state
     * @param version of the stream; 0: it does not exist
     */
    public record Loaded<S>(S state, long version) {}

    /**
     * What a command led to.
     *
     * @param events what was recorded; none if the command changed nothing
     * @param state afterwards
     * @param version of the stream afterwards; of a decision across streams, how many events it rests on, its own
     *     included
     * @param position of the last of these events: wait for it to read your own write
     * @param attempts how often it was decided: more than 1 if others were faster, 0 if it was handled before
     */
    public record Handled<S, E>(List<E> events, S state, long version, Position position, int attempts) {
        /** Copies the events. */
        public Handled {
            events = List.copyOf(events);
        }

        /** Whether the command had been handled before: this is what it led to then. */
        public boolean repeated() {
            return attempts == 0;
        }
    }

    /**
     * How the snapshots of a repository fare.
     *
     * @param saved how many it has saved
     * @param passedOver how many were due and not saved, because too many were being saved
     * @param used how many loads went on from one
     * @param faults how often one could not be saved, read or used; each cost time and nothing else
     * @param lastError of those
     */
    public record SnapshotStatus(long saved, long passedOver, long used, long faults, Optional<Throwable> lastError) {}

    /** A repository of the category's streams, which are named {@code {category}-{id}}. */
    public static <C, S, E> Repository<C, S, E> of(
            EventStore store, String category, Decider<C, S, E> decider, Codec<E> codec) {
        if (category.isEmpty() || StreamName.of(category, "").isSystem()) {
            throw new IllegalArgumentException(
                    "category: \"" + category + "\" (expected: a name that does not begin with '$')");
        }
        if (decider.version() < 1) {
            throw new IllegalArgumentException("decider version: " + decider.version() + " (expected: 1 or more)");
        }
        return new Repository<>(
                new Wiring<>(store, category, new Fold<>(decider, codec)), ATTEMPTS_MAX, Snapshotting.none());
    }

    /** The same, but deciding at most so often, 1 or more. */
    public Repository<C, S, E> attempts(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("attempts: " + max + " (expected: 1 or more)");
        }
        return new Repository<>(wiring, max, snapshotting);
    }

    /**
     * The same, but loading from the latest snapshot of {@link Decider#version}, and keeping one whenever the policy
     * says so, on a thread of its own. A missing, old or damaged one costs time and never fails. States must not be
     * changed once they are handed out.
     */
    public Repository<C, S, E> snapshotting(Snapshots snapshots, StateCodec<S> states, SnapshotPolicy policy) {
        return new Repository<>(wiring, attemptsMax, new Snapshotting<>(snapshots, states, policy));
    }

    /** How its snapshots fare; all zero without. */
    public SnapshotStatus snapshots() {
        return snapshotting.status();
    }

    /** The state of the thing of that id. */
    public Loaded<S> load(String id) {
        Replayed<S> replayed = stream(id).now();
        return new Loaded<>(replayed.state(), replayed.version());
    }

    /**
     * Decides the command and records its events, on the condition that the thing has not changed since it was loaded.
     * If it has, the command is decided again, up to {@link #attempts}.
     *
     * @throws Conflict if others were faster each time
     */
    public Handled<S, E> handle(String id, C command) {
        return handle(stream(id), command, null);
    }

    /**
     * Decides the command on the events of the boundary and records its events, on the condition that no other match
     * was recorded since. If one was, the command is decided again, up to {@link #attempts}. Its events are recorded
     * stream by stream.
     *
     * @throws Conflict if others were faster each time
     * @throws dev.indelible.EventStoreException.Unsupported if the journal has no guards
     */
    public Handled<S, E> handle(Boundary<E> boundary, C command) {
        return handle(across(boundary), command, null);
    }

    /**
     * As {@link #handle(String, Object)}, but once for ever: a command of that id that was handled before, by whatever
     * process and however long ago, is not decided again, and is answered with what it led to then. A command that was
     * refused was not handled. Its events are tagged {@code command_id:{commandId}}; for one that led to no event, an
     * event {@code CommandChangedNothing} is recorded in the stream {@code {category}Command-{commandId}}.
     *
     * @throws Conflict if others were faster each time
     * @throws IllegalArgumentException if the command was handled before for another thing
     * @throws dev.indelible.EventStoreException.Unavailable if the engine fails; repeat with the same command id
     * @throws dev.indelible.EventStoreException.Unsupported if the journal has no tags or guards
     */
    public Handled<S, E> handleOnce(String commandId, String id, C command) {
        return handle(stream(id), command, new Once(commandId, wiring.category()));
    }

    /** As {@link #handle(Boundary, Object)}, but once for ever, as {@link #handleOnce(String, String, Object)}. */
    public Handled<S, E> handleOnce(String commandId, Boundary<E> boundary, C command) {
        return handle(across(boundary), command, new Once(commandId, wiring.category()));
    }

    private Handled<S, E> handle(Ground<S, E> ground, C command, @Nullable Once once) {
        Fold<C, S, E> fold = wiring.fold();
        for (int attempt = 1; ; attempt++) {
            Optional<Handled<S, E>> before = before(ground, once);
            if (before.isPresent()) {
                return before.get();
            }
            Replayed<S> now = ground.now();
            List<E> events;
            try {
                events = Objects.requireNonNull(
                        fold.decider().decide(command, now.state()),
                        "decide: null (expected: events, or an empty list)");
            } catch (RuntimeException refusal) {
                // Perhaps because the same command has been handled since: then it was not refused.
                return before(ground, once).orElseThrow(() -> refusal);
            }
            if (events.isEmpty() && once == null) {
                return new Handled<>(events, now.state(), now.version(), now.position(), attempt);
            }
            List<NewEvent> encoded = events.stream().map(fold.codec()::encode).toList();
            S then = fold.evolve(now.state(), events);
            Append append;
            if (once == null) {
                append = ground.append(now, events, encoded);
            } else if (events.isEmpty()) {
                append = once.nothing(ground, now);
            } else {
                append = once.mark(ground.append(now, events, encoded));
            }
            Position position;
            try {
                position = wiring.store().append(append).position();
            } catch (Conflict conflict) {
                if (attempt == attemptsMax || !isLostRace(conflict)) {
                    return before(ground, once).orElseThrow(() -> conflict);
                }
                continue;
            }
            Replayed<S> after = events.isEmpty() ? now : ground.after(now, then, encoded, position);
            return new Handled<>(events, after.state(), after.version(), after.position(), attempt);
        }
    }

    private Optional<Handled<S, E>> before(Ground<S, E> ground, @Nullable Once once) {
        return once == null
                ? Optional.empty()
                : once.before(wiring.store(), wiring.fold().codec(), ground);
    }

    private static boolean isLostRace(Conflict conflict) {
        return conflict.refusal() instanceof Outcome.VersionConflict
                || conflict.refusal() instanceof Outcome.GuardConflict;
    }

    private Ground<S, E> stream(String id) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id: \"\" (expected: what names a " + wiring.category() + ")");
        }
        StreamName name = StreamName.of(wiring.category(), id);
        return new StreamGround<>(wiring.store(), name, wiring.fold(), snapshotting);
    }

    private Ground<S, E> across(Boundary<E> boundary) {
        return new BoundaryGround<>(wiring.store(), boundary, wiring.fold());
    }
}
