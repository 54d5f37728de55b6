package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import dev.indelible.projection.ProjectorStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Projectors of one projection that are started, closed, killed, suspended past their leases and woken, paused, and
 * told to rebuild, while events are appended and the target is disturbed; then the read model must be what the log
 * says.
 */
final class HostileSchedule<T> implements Projection<RecordedEvent, T>, Codec<RecordedEvent> {
    private static final Duration LEASE = Duration.ofMillis(300);
    private static final int STEPS = 120;
    private static final int STREAMS = 12;
    private static final int EVENTS_MAX = 15;

    private final ProjectionTargetContract<T> contract;
    private final EventStore store;
    private final String name;
    private final Random random;
    private final List<Member<T>> members = new ArrayList<>();
    private int started;

    private record Member<T>(Projector<RecordedEvent, T> projector, StandingStill<T> view) {}

    HostileSchedule(ProjectionTargetContract<T> contract, EventStore store, long seed) {
        this.contract = contract;
        this.store = store;
        this.name = "hostile_" + store.describe().name();
        this.random = new Random(seed);
    }

    void run() throws Exception {
        try {
            for (int i = 0; i < STEPS; i++) {
                append();
                happen();
                LockSupport.parkNanos(random.nextInt(10_000_000));
            }
            wake();
            Projector<RecordedEvent, T> last = start().projector();
            insist(last::resume);
            await(last);
            assertThat(contract.model(name)).as(name).isEqualTo(expected());
        } finally {
            wake();
            members.forEach(member -> member.projector().close());
        }
    }

    private void wake() {
        members.forEach(member -> member.view().wake());
    }

    private void append() {
        NewEvent[] events = new NewEvent[1 + random.nextInt(EVENTS_MAX)];
        for (int i = 0; i < events.length; i++) {
            events[i] = NewEvent.json("Counted", "{}");
        }
        StreamName stream = StreamName.of("Hostile", "s" + random.nextInt(STREAMS));
        insist(() -> store.append(stream, ExpectedVersion.any(), events));
    }

    /** Tries again while the engines are disturbed; the same ids are recorded once. */
    private static void insist(Runnable action) {
        long deadline = System.nanoTime() + Racers.patience().toNanos();
        while (true) {
            try {
                action.run();
                return;
            } catch (Unavailable e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    private void happen() throws Exception {
        int what = random.nextInt(24);
        if (what < 4 || members.isEmpty()) {
            start();
            return;
        }
        Member<T> member = members.get(random.nextInt(members.size()));
        switch (what) {
            case 4 -> {
                members.remove(member);
                member.view().wake();
                member.projector().close();
            }
            case 5, 6 -> {
                members.remove(member);
                member.view().die();
                member.projector().close();
            }
            case 7, 8 -> {
                member.view().wake();
                member.view().stand(new CountDownLatch(1), new CountDownLatch(1));
            }
            case 9, 10 -> wake();
            case 11 -> operate(true);
            case 12 -> operate(false);
            case 13 -> contract.disturb();
            default -> {}
        }
    }

    /** Tells the projection something, through a process of its own that is not suspended. */
    private void operate(boolean isRebuild) throws Exception {
        Projector<RecordedEvent, T> projector = start().projector();
        if (!isRebuild) {
            insist(projector::pause);
            insist(projector::resume);
            return;
        }
        try {
            ProjectorStatus status = projector.status();
            if (status.version() > 0 && status.rebuild().isEmpty()) {
                projector.rebuild(0);
            }
        } catch (Unavailable e) {
            // Then not this time.
        }
    }

    private Member<T> start() {
        StandingStill<T> view = new StandingStill<>(contract.target());
        ProjectorOptions options =
                ProjectorOptions.standard().withLease(LEASE).withParts(3).withMember("m" + ++started);
        Member<T> member = new Member<>(Projector.start(store, this, view, this, options), view);
        members.add(member);
        return member;
    }

    private void await(Projector<?, ?> projector) throws InterruptedException {
        long deadline = System.nanoTime() + 4 * Racers.patience().toNanos();
        boolean isThere = false;
        while (!isThere) {
            assertThat(System.nanoTime())
                    .as(() -> projector.status().toString())
                    .isLessThan(deadline);
            try {
                isThere = projector.await(store.head(), Duration.ofSeconds(1))
                        && projector.status().rebuild().isEmpty();
            } catch (Unavailable e) {
                isThere = false;
            }
        }
    }

    private Map<String, Long> expected() {
        Map<String, Long> expected = new HashMap<>();
        store.read(reads()).forEach(event -> {
            if (isLast(event)) {
                expected.remove(event.stream().value());
            } else {
                expected.put(event.stream().value(), event.version());
            }
        });
        return expected;
    }

    /** Now and then a row goes, and comes again with the next event. */
    private static boolean isLast(RecordedEvent event) {
        return event.version() % 7 == 0;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public EventQuery reads() {
        return EventQuery.category("Hostile");
    }

    @Override
    public void create(T model) throws Exception {
        contract.create(model);
    }

    @Override
    public void apply(RecordedEvent event, Delivery delivery, T model) throws Exception {
        Position position = delivery.position();
        if (isLast(event)) {
            contract.remove(model, event.stream().value(), position);
        } else {
            contract.put(model, event.stream().value(), event.version(), position);
        }
    }

    @Override
    public NewEvent encode(RecordedEvent event) {
        throw new UnsupportedOperationException("events are read only");
    }

    @Override
    public List<RecordedEvent> decode(RecordedEvent event) {
        return List.of(event);
    }
}
