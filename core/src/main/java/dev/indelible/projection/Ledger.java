package dev.indelible.projection;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.ProjectionTarget.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The notes about one projection, in the words of projectors. */
final class Ledger<T> {
    /** Changes that rivals made first, before a change of the control is given up. */
    private static final int ATTEMPTS_MAX = 1_000;

    private final ProjectionTarget<T> target;
    private final String projection;

    Ledger(ProjectionTarget<T> target, String projection) {
        this.target = target;
        this.projection = projection;
    }

    ProjectionTarget<T> target() {
        return target;
    }

    Namespace namespace(int version) {
        return new Namespace(projection, version);
    }

    Control control() {
        return Control.of(target.note(projection, Control.KEY).orElse(Note.absent(Control.KEY)));
    }

    /** Changes the control, with what it does to the namespace of a version; false if somebody else changed it. */
    boolean change(Control to, Effect effect, int version, Work<T> work) throws Exception {
        return target.change(Change.of(effect, namespace(version), to.note(), to.next()), work);
    }

    /** Changes nothing but the control. */
    boolean change(Control to) {
        return note(to.note(), to.next(), List.of(), List.of());
    }

    /** Changes the control as it then is; the change throws if it cannot be. */
    Control changed(Function<Control, Control> change) {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            Control to = change.apply(control());
            if (change(to)) {
                return Control.of(to.next());
            }
        }
        throw new Unavailable(projection + ": others change it all the time", null);
    }

    /** Changes notes, no read model; false if the first was changed by somebody else. */
    boolean note(Note from, Note to, List<Note> also, List<String> gone) {
        Change change =
                Change.of(Effect.NOTES, namespace(1), from, to).writing(also).deleting(gone);
        try {
            return target.change(change, Work.none());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no work, and yet it failed", e);
        }
    }

    Optional<Note> note(String key) {
        return target.note(projection, key);
    }

    /** All notes with that prefix, at most so many. */
    List<Note> notes(String prefix, int max) {
        List<Note> all = new ArrayList<>();
        String after = "";
        List<Note> page;
        do {
            page = target.notes(projection, prefix, after);
            all.addAll(page);
            after = page.isEmpty() ? after : page.getLast().key();
        } while (page.size() == ProjectionTarget.NOTES_MAX && all.size() < max);
        return all.size() > max ? all.subList(0, max) : all;
    }

    /** The checkpoints of a version in the order of slices; those that are not there yet are made. */
    List<Checkpoint> checkpoints(Control control, int version) {
        List<Checkpoint> there = listed(version);
        for (int i = 0; i < ATTEMPTS_MAX && there.size() < control.parts(version); i++) {
            for (Slices slices : Slices.inParts(control.parts(version))) {
                Note absent = Checkpoint.absent(version, slices);
                note(absent, absent.next(), List.of(), List.of());
            }
            there = listed(version);
        }
        return there;
    }

    private List<Checkpoint> listed(int version) {
        return notes(Checkpoint.prefix(version), Slices.COUNT).stream()
                .map(Checkpoint::of)
                .toList();
    }

    /** Makes it somebody's: who had it before is fenced off. Empty if it has moved meanwhile. */
    Optional<Checkpoint> own(Checkpoint checkpoint, String owner) {
        Note owned = checkpoint.owned(owner);
        return note(checkpoint.note(), owned, List.of(), List.of())
                ? Optional.of(Checkpoint.of(owned))
                : Optional.empty();
    }

    /** Ends what is under way in a version, wherever it is. The answer is how far its parts are. */
    List<Position> fence(Control control, int version) {
        List<Position> positions = new ArrayList<>();
        for (Checkpoint each : checkpoints(control, version)) {
            Note note = each.note();
            while (!note(note, note.next(), List.of(), List.of())) {
                note = note(note.key()).orElseThrow();
            }
            positions.add(note.position());
        }
        return positions;
    }

    /** Removes a version: its checkpoints at once, so that whoever still moves it is fenced off, then what is noted. */
    boolean drop(Control to, int version) throws Exception {
        List<String> checkpoints =
                listed(version).stream().map(each -> each.note().key()).toList();
        Change drop = Change.of(Effect.DROP, namespace(version), to.note(), to.next());
        boolean isDone = target.change(drop.deleting(checkpoints), Work.none());
        if (isDone) {
            forget(version);
        }
        return isDone;
    }

    private void forget(int version) {
        for (String prefix :
                List.of(Checkpoint.prefix(version), ParkedNotes.parked(version), ParkedNotes.skipped(version))) {
            List<Note> some = target.notes(projection, prefix, "");
            while (!some.isEmpty()) {
                Control control = control();
                note(
                        control.note(),
                        control.next(),
                        List.of(),
                        some.stream().map(Note::key).toList());
                some = target.notes(projection, prefix, "");
            }
        }
    }
}
