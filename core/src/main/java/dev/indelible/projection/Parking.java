package dev.indelible.projection;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.Events;
import dev.indelible.event.EventQuery;
import dev.indelible.event.Position;
import dev.indelible.event.Range;
import dev.indelible.event.RecordedEvent;
import dev.indelible.projection.Change.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be done about parked events. Each step is a change of the part's checkpoint, so nothing overtakes it. */
final class Parking<E, T> {
    private final Wiring<E, T> wiring;
    private final Ledger<T> ledger;

    Parking(Wiring<E, T> wiring) {
        this.wiring = wiring;
        this.ledger = wiring.ledger();
    }

    List<ParkedEvent> list() {
        Control control = ledger.control();
        List<ParkedEvent> all = new ArrayList<>();
        for (int version : control.moving()) {
            all.addAll(ParkedNotes.within(ledger, version, Slices.ALL, Projector.PARKED_MAX));
        }
        return all;
    }

    /** Takes in the parked events of a key in their order; throws what goes wrong, and says so in the note. */
    int retry(String key) throws Exception {
        int taken = 0;
        Control control = ledger.control();
        for (int version : control.moving()) {
            requireCode(control, version, key);
            Optional<ParkedEvent> next = first(version, key);
            while (next.isPresent()) {
                if (retry(control, next.get())) {
                    taken++;
                }
                next = first(version, key);
            }
        }
        return taken;
    }

    private void requireCode(Control control, int version, String key) {
        int code = wiring.projection().version();
        if (control.code(version) != code && first(version, key).isPresent()) {
            throw new IllegalStateException("parked in version " + version + ", which code of version "
                    + control.code(version) + " writes (here: " + code + ")");
        }
    }

    private Optional<ParkedEvent> first(int version, String key) {
        return ParkedNotes.first(ledger, version, key, Projector.PARKED_MAX);
    }

    /** False if the part was moved meanwhile. */
    private boolean retry(Control control, ParkedEvent parked) throws Exception {
        int version = parked.version();
        Note there = checkpoint(control, version, parked.key()).note();
        Note note = ParkedNotes.parked(version, parked.key(), parked.position(), "");
        if (ledger.note(note.key()).isEmpty()) {
            return false;
        }
        try {
            List<Delivered<E>> delivered = wiring.decoded(
                    List.of(event(parked.position())),
                    control.active() == version,
                    control.replayUntil().value());
            Change change = Change.of(Effect.WORK, ledger.namespace(version), there, there.next())
                    .deleting(List.of(note.key()));
            return ledger.target().change(change, model -> wiring.projection().applyAll(delivered, model));
        } catch (Exception | Error e) {
            Note failed = ParkedNotes.parked(version, parked.key(), parked.position(), ParkedNotes.reason(e));
            ledger.note(there, there.next(), List.of(failed), List.of());
            throw e;
        }
    }

    private RecordedEvent event(Position position) {
        Range at = Range.all().after(Position.of(position.value() - 1)).limit(1);
        try (Events events = wiring.store().read(EventQuery.all(), at)) {
            if (events.hasNext()) {
                RecordedEvent event = events.next();
                if (event.position().equals(position)) {
                    return event;
                }
            }
        }
        throw new Corrupted("event at position " + position + ": not in the store (another store?)", null);
    }

    private Checkpoint checkpoint(Control control, int version, String key) {
        return ledger.checkpoints(control, version).stream()
                .filter(each -> each.slices().contains(Slices.of(key)))
                .findFirst()
                .orElseThrow();
    }

    /** Gives a parked event up for good, and keeps why; false if it is not parked. */
    boolean skip(Position position, String reason) {
        for (ParkedEvent parked : list()) {
            if (parked.position().equals(position)) {
                Note note = ParkedNotes.parked(parked.version(), parked.key(), position, "");
                Note skipped = ParkedNotes.skipped(
                        parked.version(), parked.key(), position, reason + " (" + parked.reason() + ")");
                Note there = checkpoint(ledger.control(), parked.version(), parked.key())
                        .note();
                if (ledger.note(there, there.next(), List.of(skipped), List.of(note.key()))) {
                    return true;
                }
                return skip(position, reason);
            }
        }
        return false;
    }

    List<ParkedEvent> skipped() {
        List<ParkedEvent> all = new ArrayList<>();
        for (int version : ledger.control().moving()) {
            for (Note note : ledger.notes(ParkedNotes.skipped(version), Projector.PARKED_MAX)) {
                all.add(ParkedNotes.event(version, note));
            }
        }
        return all;
    }
}
