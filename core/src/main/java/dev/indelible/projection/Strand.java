package dev.indelible.projection;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.ProjectionTarget.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One part of a version, moved on by one thread at a time: events in their order, in steps that keep the read model and
 * the checkpoint together. What fails is tried again in ever smaller steps, which finds the event that fails.
 */
final class Strand<E, T> {
    /** So long the target may not know how far a part is that has nothing to take in. */
    static final Duration STORED_AFTER = Duration.ofMillis(100);

    private static final Duration PAUSE_FIRST = Duration.ofMillis(20);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final Wiring<E, T> wiring;
    private final int version;
    private final Turn turn;
    private final Course course;
    private final Slices slices;
    private final Set<String> parkedKeys = new HashSet<>();
    private int parked;
    private Note note;
    private Position position;
    private long storedNanos = System.nanoTime();
    private int batchMax;
    private int attempts;
    private int pauses;
    private boolean isDamaged;

    Strand(Wiring<E, T> wiring, int version, Turn turn, Checkpoint checkpoint, Course course) {
        this.wiring = wiring;
        this.version = version;
        this.turn = turn;
        this.course = course;
        this.slices = checkpoint.slices();
        this.note = checkpoint.note();
        this.position = checkpoint.position();
        this.batchMax = wiring.options().batchEventsMax();
        for (ParkedEvent each : ParkedNotes.within(wiring.ledger(), version, slices, Projector.PARKED_MAX)) {
            parkedKeys.add(each.key());
            parked++;
        }
    }

    Slices slices() {
        return slices;
    }

    /** It is complete up to here. */
    Position position() {
        return position;
    }

    /**
     * Takes the events in, which are all of this part up to a position, and moves there; tries until it succeeds or the
     * turn is over. False if the turn is over, somebody else has moved the part, or it has given up. A move past what
     * it does not read is told to the target now and then, or at once if it is to be stored.
     */
    boolean advance(List<RecordedEvent> events, Position to, boolean isStored) throws InterruptedException {
        int done = 0;
        while (done < events.size()) {
            if (!course.isCurrent(turn)) {
                return false;
            }
            int until = Math.min(events.size(), done + batchMax);
            List<RecordedEvent> some = events.subList(done, until);
            Position end = until == events.size() ? to : some.getLast().position();
            try {
                if (!step(some, end)) {
                    return false;
                }
                done = until;
                succeeded(end, some.size());
            } catch (Exception | Error e) {
                Thread.interrupted(); // Nobody interrupts this thread but the work itself.
                switch (verdict(some, e)) {
                    case AGAIN -> {}
                    case PARKED -> done++;
                    case OVER -> {
                        return false;
                    }
                }
            }
        }
        return skipTo(to, isStored);
    }

    private boolean skipTo(Position to, boolean isStored) throws InterruptedException {
        Position end = Position.later(to, position);
        boolean isDue = isStored || System.nanoTime() - storedNanos >= STORED_AFTER.toNanos();
        try {
            if (isDue && end.isAfter(note.position())) {
                Note next = note.next(end, note.text());
                if (!wiring.ledger().note(note, next, List.of(), List.of())) {
                    return false;
                }
                note = next;
                storedNanos = System.nanoTime();
            }
            if (end.isAfter(position)) {
                succeeded(end, 0);
            }
            return true;
        } catch (RuntimeException | Error e) {
            fail(e);
            return !isStored && course.isCurrent(turn);
        }
    }

    /** Whether the target does not know yet how far it is. */
    boolean isUnstored() {
        return position.isAfter(note.position());
    }

    private void succeeded(Position to, int events) {
        position = to;
        attempts = 0;
        pauses = events > 0 ? 0 : pauses;
        batchMax = Math.min(wiring.options().batchEventsMax(), 2 * batchMax);
        course.reached(slices, to, events);
    }

    /** One step of the target: events of parked keys are parked behind those, the others are taken in. */
    private boolean step(List<RecordedEvent> events, Position to) throws Exception {
        List<RecordedEvent> taken = new ArrayList<>(events.size());
        List<Note> aside = new ArrayList<>();
        for (RecordedEvent event : events) {
            String key = parkedKeys.isEmpty() ? "" : wiring.projection().key(event);
            if (!parkedKeys.isEmpty() && parkedKeys.contains(key)) {
                aside.add(ParkedNotes.parked(version, key, event.position(), "waits behind an earlier one"));
            } else {
                taken.add(event);
            }
        }
        Control control = turn.control();
        List<Delivered<E>> delivered = wiring.decoded(
                taken, control.active() == version, control.replayUntil().value());
        return move(
                to,
                aside,
                delivered.isEmpty() ? Effect.NOTES : Effect.WORK,
                model -> wiring.projection().applyAll(delivered, model));
    }

    private boolean move(Position to, List<Note> aside, Effect effect, Work<T> work) throws Exception {
        if (parked + aside.size() > Projector.PARKED_MAX) {
            throw new IllegalStateException(
                    "parked events: " + (parked + aside.size()) + " (limit: " + Projector.PARKED_MAX + ")");
        }
        Namespace namespace = wiring.ledger().namespace(version);
        Change change =
                Change.of(effect, namespace, note, note.next(to, note.text())).writing(aside);
        try {
            if (!wiring.ledger().target().change(change, work)) {
                return false;
            }
        } catch (Corrupted e) {
            isDamaged = true;
            throw e;
        }
        note = change.to();
        storedNanos = System.nanoTime();
        parked += aside.size();
        return true;
    }

    /** What becomes of events that could not be taken in. */
    private enum Verdict {
        AGAIN,
        PARKED,
        OVER
    }

    /** Several are tried again in parts, one a few times; then it is set aside, or all is over. */
    private Verdict verdict(List<RecordedEvent> events, Throwable e) throws InterruptedException {
        if (isDamaged) {
            course.stop(e);
            return Verdict.OVER;
        }
        boolean isElsewhere = e instanceof Unavailable;
        if (isElsewhere || events.size() > 1 || ++attempts < wiring.options().attemptsMax()) {
            course.failed(e);
            batchMax = isElsewhere ? batchMax : Math.max(1, events.size() / 2);
            if (isElsewhere || events.size() == 1) {
                pause();
            }
            return Verdict.AGAIN;
        }
        attempts = 0;
        if (wiring.options().whenGivenUp() == ProjectorOptions.WhenGivenUp.STOP) {
            course.stop(e);
            return Verdict.OVER;
        }
        return park(events.getFirst(), e);
    }

    private Verdict park(RecordedEvent event, Throwable reason) throws InterruptedException {
        String key = wiring.projection().key(event);
        Note aside = ParkedNotes.parked(version, key, event.position(), ParkedNotes.reason(reason));
        try {
            if (!move(event.position(), List.of(aside), Effect.NOTES, Work.none())) {
                return Verdict.OVER;
            }
            parkedKeys.add(key);
            succeeded(event.position(), 0);
            course.failed(reason);
            return Verdict.PARKED;
        } catch (Unavailable e) {
            fail(e);
            return Verdict.AGAIN;
        } catch (Exception e) {
            course.stop(e);
            return Verdict.OVER;
        }
    }

    private void fail(Throwable e) throws InterruptedException {
        course.failed(e);
        pause();
    }

    private void pause() throws InterruptedException {
        long nanos = Math.min(PAUSE_MAX.toNanos(), PAUSE_FIRST.toNanos() << Math.min(20, pauses++));
        course.awaitEnd(turn, Duration.ofNanos(nanos));
    }
}
