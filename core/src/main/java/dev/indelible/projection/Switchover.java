package dev.indelible.projection;

import dev.indelible.EventStore;
import dev.indelible.event.Position;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.ProjectionTarget.Comparison;
import dev.indelible.projection.ProjectionTarget.Work;
import dev.indelible.projection.RebuildStatus.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts a version that was built in the place of the one that is read. When it has caught up, both wait where they are;
 * then both go to the position that the furthest part of either has reached, so that what is read does not go back in
 * time and each event is live in one of them; then, if asked, they are compared; then readers get the new one. Each
 * step is a change of a note, so any process may take any of them, and any may be killed.
 */
final class Switchover {
    /** So near to the end of the store, a version has caught up. */
    static final long NEAR = 1_000;

    /** How long the version that is read has to come to the meeting; if it has stopped, it will not. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int DIFFERENCES_MAX = 10;

    private final Ledger<?> ledger;
    private final EventStore store;
    private Position meeting = Position.START;
    private long meetingSince;

    Switchover(Ledger<?> ledger, EventStore store) {
        this.ledger = ledger;
        this.store = store;
    }

    /** Takes the next step if it is time for it; true if it took one. */
    boolean tend(Control control) throws Exception {
        return switch (control.phase()) {
            case NONE, DIFFERS -> false;
            case BUILDING -> hasCaughtUp(control) && ledger.change(control.phase(Phase.HOLDING));
            case HOLDING -> meet(control);
            case MEETING -> haveMet(control) && settle(control);
        };
    }

    private boolean hasCaughtUp(Control control) {
        long head = store.head().value();
        return ledger.checkpoints(control, control.building()).stream()
                .allMatch(each -> head - each.position().value() <= NEAR);
    }

    private boolean meet(Control control) {
        List<Position> all = new ArrayList<>(ledger.fence(control, control.active()));
        all.addAll(ledger.fence(control, control.building()));
        return ledger.change(
                control.meeting(all.stream().max(Position::compareTo).orElseThrow()));
    }

    private boolean haveMet(Control control) {
        if (!meeting.equals(control.meet())) {
            meeting = control.meet();
            meetingSince = System.nanoTime();
        }
        return isAt(control, control.building())
                && (isAt(control, control.active()) || System.nanoTime() - meetingSince > PATIENCE.toNanos());
    }

    private boolean isAt(Control control, int version) {
        return ledger.checkpoints(control, version).stream()
                .noneMatch(each -> control.meet().isAfter(each.position()));
    }

    private boolean settle(Control control) throws Exception {
        if (control.samples() > 0) {
            String difference = difference(control);
            if (!difference.isEmpty()) {
                return ledger.change(control.differing(difference));
            }
        }
        return ledger.change(control.switched(), Effect.PUBLISH, control.building(), Work.none());
    }

    private String difference(Control control) {
        if (!isAt(control, control.active())) {
            return "version " + control.active() + " does not come to position " + control.meet()
                    + ", where they would be compared";
        }
        Optional<Comparison> comparison = ledger.target()
                .compare(ledger.namespace(control.active()), ledger.namespace(control.building()), control.samples());
        if (comparison.isEmpty()) {
            return "this target cannot compare versions";
        }
        List<String> differences = new ArrayList<>(comparison.get().differences());
        if (comparison.get().rows() != comparison.get().otherRows()) {
            differences.addFirst("rows: " + comparison.get().rows() + " and "
                    + comparison.get().otherRows());
        }
        return String.join("; ", differences.subList(0, Math.min(DIFFERENCES_MAX, differences.size())));
    }
}
