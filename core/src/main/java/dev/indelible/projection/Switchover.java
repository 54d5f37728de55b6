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

    /** How long a version has to come to the meeting; if it has stopped, it will not. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How long after a meeting that failed the next one is not tried. */
    private static final Duration APART = Duration.ofSeconds(30);

    /** How long those who run other code leave a switch alone in which nobody takes a step. */
    private static final Duration STALE = Duration.ofSeconds(60);

    private static final int DIFFERENCES_MAX = 10;

    private final Ledger<?> ledger;
    private final EventStore store;
    private long revision;
    private long since;
    private long partedAt;
    private boolean hasParted;

    Switchover(Ledger<?> ledger, EventStore store) {
        this.ledger = ledger;
        this.store = store;
    }

    /** Takes the next step if it is time for it; true if it took one. */
    boolean tend(Control control) throws Exception {
        return switch (control.phase()) {
            case NONE, DIFFERS -> false;
            case BUILDING -> mayMeet() && hasCaughtUp(control) && ledger.change(control.phase(Phase.HOLDING));
            case HOLDING -> meet(control);
            case MEETING -> settle(control);
        };
    }

    /** Ends a switch that nobody takes further, as those who run the code of what is built are gone. */
    boolean partIfStale(Control control) {
        boolean isWaitedFor = control.phase() == Phase.HOLDING || control.phase() == Phase.MEETING;
        return lasts(control, STALE) && isWaitedFor && ledger.change(control.parting());
    }

    /** Whether it has stood so for so long, as far as this process has seen. */
    private boolean lasts(Control control, Duration time) {
        if (revision != control.note().revision()) {
            revision = control.note().revision();
            since = System.nanoTime();
        }
        return System.nanoTime() - since > time.toNanos();
    }

    private boolean mayMeet() {
        return !hasParted || System.nanoTime() - partedAt > APART.toNanos();
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

    private boolean isAt(Control control, int version) {
        return ledger.checkpoints(control, version).stream()
                .noneMatch(each -> control.meet().isAfter(each.position()));
    }

    /**
     * When both have come; if what is read does not, it has stopped, and is not waited for. If what is built does not,
     * both go on as before, so that it holds up nobody, and it is tried again later.
     */
    private boolean settle(Control control) throws Exception {
        boolean isLate = lasts(control, PATIENCE);
        if (!isAt(control, control.building())) {
            if (isLate) {
                hasParted = true;
                partedAt = System.nanoTime();
            }
            return isLate && ledger.change(control.parting());
        }
        if (!isAt(control, control.active()) && !isLate) {
            return false;
        }
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
