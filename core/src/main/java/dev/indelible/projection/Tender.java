package dev.indelible.projection;

import dev.indelible.event.Position;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.ProjectionTarget.Work;
import dev.indelible.projection.RebuildStatus.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the parts of each version have somebody who moves them: makes the first version and, when the code
 * has changed, the next; says that this process is there; takes its share of the parts, and hands over what others are
 * to have. Used by the projector's thread alone, but for what it says about itself.
 */
final class Tender<E, T> {
    private final Wiring<E, T> wiring;
    private final Ledger<T> ledger;
    private final Members members;
    private final Switchover switchover;
    private final Runnable wake;
    private final int code;
    private final Map<Integer, Lane<E, T>> lanes = new HashMap<>();
    private final List<Lane<E, T>> retired = new ArrayList<>();
    private long turns;
    private long resumed;
    private volatile @Nullable Control control;
    private volatile @Nullable Lane<E, T> active;
    private volatile @Nullable Lane<E, T> building;

    Tender(Wiring<E, T> wiring, Runnable wake) {
        this.wiring = wiring;
        this.ledger = wiring.ledger();
        this.code = wiring.projection().version();
        this.members = new Members(
                ledger, wiring.options().member(), code, wiring.options().lease());
        this.switchover = new Switchover(ledger, wiring.store());
        this.wake = wake;
    }

    /** What the target said when last asked; null before that. */
    @Nullable
    Control control() {
        return control;
    }

    /** The lane of the version that is read; null if there is none in this process. */
    @Nullable
    Lane<E, T> active() {
        return active;
    }

    /** The lane of the version that is built; null if there is none in this process. */
    @Nullable
    Lane<E, T> building() {
        return building;
    }

    /** Does what is to be done now; the answer is when to look again at the latest. */
    Duration tend() throws Exception {
        members.beat();
        Control now = established();
        boolean goOn = now.resumed() > resumed;
        Map<Integer, List<Checkpoint>> checkpoints = new HashMap<>();
        for (int version : now.moving()) {
            checkpoints.put(version, ledger.checkpoints(now, version));
        }
        if (ledger.control().note().revision() != now.note().revision()) {
            // Whoever changes it fences the parts after that: with what was noted later, they must not be moved by it.
            return Duration.ZERO;
        }
        resumed = now.resumed();
        for (int version : now.moving()) {
            if (now.code(version) == code) {
                Lane<E, T> lane = lanes.computeIfAbsent(version, each -> new Lane<>(wiring, each, wake));
                if (goOn) {
                    lane.course().resume();
                }
                tend(lane, now, checkpoints.getOrDefault(version, List.of()));
            }
        }
        retire(now);
        active = lanes.get(now.active());
        building = lanes.get(now.building());
        control = now;
        return switchover(now) ? Duration.ZERO : pause(now);
    }

    /** A version is switched by those who run its code; if none is left, the others see to it that nobody waits. */
    private boolean switchover(Control now) throws Exception {
        if (now.building() == 0 || now.isPaused()) {
            return false;
        }
        int its = now.code(now.building());
        if (its == code) {
            return switchover.tend(now);
        }
        return members.present(its).isEmpty() && switchover.partIfStale(now);
    }

    private Duration pause(Control now) {
        Duration beat = wiring.options().lease().dividedBy(4);
        Duration longest = switch (now.phase()) {
            case NONE, DIFFERS -> Duration.ofSeconds(1);
            case BUILDING -> Duration.ofMillis(100);
            case HOLDING, MEETING -> Duration.ofMillis(2);
        };
        return beat.compareTo(longest) < 0 ? beat : longest;
    }

    /** The control, once there is a version to read; makes the first, or begins the next if the code is newer. */
    private Control established() throws Exception {
        Control now = ledger.control();
        while (now.active() == 0) {
            if (now.building() == 0) {
                Position head = wiring.store().head();
                Control begun = now.beginning(head, code, wiring.options().parts());
                ledger.change(begun, Effect.CREATE, 1, wiring.projection()::create);
            } else {
                ledger.change(now.switched(), Effect.PUBLISH, now.building(), Work.none());
            }
            now = ledger.control();
        }
        if (code > now.newestCode() && now.building() == 0 && !now.isPaused()) {
            build(now, 0);
            now = ledger.control();
        }
        return now;
    }

    /** Begins the next version, or makes room for it; false if it is not begun and all is to be looked at again. */
    boolean build(Control now, int samples) throws Exception {
        if (now.former() > 0) {
            dropFormer(now);
            return false;
        }
        int next = now.last() + 1;
        Control begun = now.building(next, code, wiring.options().parts()).comparing(samples);
        return ledger.change(begun, Effect.CREATE, next, wiring.projection()::create);
    }

    /** Removes the version that was read before; the answer is the control after that. */
    Control dropFormer(Control now) throws Exception {
        int former = now.former();
        if (former > 0) {
            ledger.drop(now.withoutFormer(), former);
        }
        return ledger.control();
    }

    private void tend(Lane<E, T> lane, Control now, List<Checkpoint> all) {
        lane.course().noted(all);
        boolean holds = now.isPaused() || now.phase() == Phase.HOLDING;
        List<Checkpoint> mine = holds ? List.of() : share(lane, all);
        lane.give(new Turn(++turns, mine, now, now.phase() == Phase.MEETING ? now.meet() : null));
        if (!holds) {
            release(lane, all, mine);
        }
    }

    /** This process' parts: of those that it has, no more than its share; if it has less, what nobody has. */
    private List<Checkpoint> share(Lane<E, T> lane, List<Checkpoint> all) {
        Set<String> present = members.present(code);
        int due = due(all, present);
        List<Checkpoint> mine = new ArrayList<>();
        for (Checkpoint each : all) {
            if (each.owner().equals(members.id()) && mine.size() < due) {
                mine.add(each);
            }
        }
        for (Checkpoint each : all) {
            boolean isFree = !each.owner().equals(members.id()) && !present.contains(each.owner());
            if (isFree && mine.size() < due && !lane.course().isStopped()) {
                ledger.own(each, members.id()).ifPresent(mine::add);
            }
        }
        return mine;
    }

    /** As many as for all others; where that leaves some over, those who have more keep one more. */
    private int due(List<Checkpoint> all, Set<String> present) {
        Map<String, Long> owned = all.stream()
                .filter(each -> present.contains(each.owner()))
                .collect(Collectors.groupingBy(Checkpoint::owner, Collectors.counting()));
        List<String> byRank = new ArrayList<>(present);
        byRank.sort(Comparator.comparing((String member) -> owned.getOrDefault(member, 0L))
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
        int over = all.size() % present.size();
        return all.size() / present.size() + (byRank.indexOf(members.id()) < over ? 1 : 0);
    }

    /** Hands over the parts that the lane no longer has in hand. */
    private void release(Lane<E, T> lane, List<Checkpoint> all, List<Checkpoint> mine) {
        List<Slices> kept = mine.stream().map(Checkpoint::slices).toList();
        for (Checkpoint each : all) {
            boolean isSurplus = each.owner().equals(members.id()) && !kept.contains(each.slices());
            if (isSurplus && !lane.course().inHand().contains(each.slices())) {
                ledger.own(each, "");
            }
        }
    }

    /** Ends the lanes of versions that nobody moves any more. */
    private void retire(Control now) {
        retired.removeIf(Lane::hasEnded);
        for (Lane<E, T> lane : List.copyOf(lanes.values())) {
            if (!now.moving().contains(lane.version())) {
                lane.close();
                lanes.remove(lane.version());
                retired.add(lane);
            }
        }
    }

    /** Ends all lanes, after the steps under way, and hands their parts over. */
    void close() throws InterruptedException {
        lanes.values().forEach(Lane::close);
        for (Lane<E, T> lane : lanes.values()) {
            lane.join();
        }
        for (Lane<E, T> lane : retired) {
            lane.join();
        }
        for (Lane<E, T> lane : lanes.values()) {
            for (Checkpoint each : ledger.checkpoints(ledger.control(), lane.version())) {
                if (each.owner().equals(members.id())) {
                    ledger.own(each, "");
                }
            }
        }
        members.leave();
    }

    /** How the building of a version stands, if one is built. */
    Optional<RebuildStatus> rebuild(Control now, Position head) {
        if (now.building() == 0) {
            return Optional.empty();
        }
        Lane<E, T> lane = building;
        Course.Seen seen =
                lane != null && lane.version() == now.building() ? lane.course().seen() : Course.Seen.NOTHING;
        return Optional.of(new RebuildStatus(
                now.building(), now.phase(), seen.position(), head, seen.perSecond(), now.difference()));
    }

    /** Takes stopped lanes up again. */
    void resume() {
        for (Lane<E, T> lane : Arrays.asList(active, building)) {
            if (lane != null) {
                lane.course().resume();
            }
        }
    }
}
