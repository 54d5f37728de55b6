package dev.indelible.projection;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.Position;
import dev.indelible.projection.ProjectorStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a projection: from where it is through what was recorded, and then on as events are recorded, in steps, on
 * threads of its own. Each step and the checkpoint are one change of the target, so that a kill between any two changes
 * nothing.
 *
 * <p>Projectors of one name may run in any processes, and share the parts of the projection; where there is but one
 * part, one has it and the others stand by. What belongs to whom is decided in the target: whoever was paused and wakes
 * finds that his parts are others', and can do nothing to them.
 *
 * <p>What fails is tried again, after pauses that double, in ever smaller steps. If the store or the target cannot be
 * reached, for ever; otherwise as often as the {@linkplain ProjectorOptions options} say, and then the projector stops
 * where it is, or parks the events of that key. Nothing is skipped unless somebody says so.
 *
 * <p>What is told to one projector ({@link #pause}, {@link #rebuild}, {@link #retry}) holds for the projection, in all
 * processes, after restarts too.
 *
 * @param <E> the application's events
 * @param <T> what the projection writes to
 */
public final class Projector<E, T> implements AutoCloseable {
    /** Most events that are parked of one version. */
    public static final int PARKED_MAX = 100_000;

    private static final Duration PAUSE_FIRST = Duration.ofMillis(20);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration GLANCE = Duration.ofMillis(25);

    private final Wiring<E, T> wiring;
    private final Tender<E, T> tender;
    private final Parking<E, T> parking;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread thread;
    private boolean isAwake;
    private volatile boolean isClosing;
    private volatile boolean isStopped;
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable Throwable lastError;

    private Projector(Wiring<E, T> wiring) {
        this.wiring = wiring;
        this.tender = new Tender<>(wiring, this::wake);
        this.parking = new Parking<>(wiring);
        this.thread = Thread.ofVirtual()
                .name("indelible-projector-" + wiring.projection().name())
                .unstarted(this::run);
    }

    /** Starts a projector with the standard options; it runs until it is closed. */
    public static <E, T> Projector<E, T> start(
            EventStore store, Projection<E, T> projection, ProjectionTarget<T> target, Codec<E> codec) {
        return start(store, projection, target, codec, ProjectorOptions.standard());
    }

    /**
     * Starts a projector; it runs until it is closed.
     *
     * @throws IllegalArgumentException if the projection's name or version is none
     */
    public static <E, T> Projector<E, T> start(
            EventStore store,
            Projection<E, T> projection,
            ProjectionTarget<T> target,
            Codec<E> codec,
            ProjectorOptions options) {
        Namespace.check(projection.name());
        if (projection.version() < 1) {
            throw new IllegalArgumentException(
                    "version of " + projection.name() + ": " + projection.version() + " (expected: from 1)");
        }
        Ledger<T> ledger = new Ledger<>(target, projection.name());
        Projector<E, T> projector = new Projector<>(new Wiring<>(store, projection, ledger, codec, options));
        projector.thread.start();
        return projector;
    }

    /** The projection's name. */
    public String name() {
        return wiring.projection().name();
    }

    /**
     * Waits until the read model has everything up to the position, whoever put it there: read your own write. What is
     * parked is not there.
     *
     * @return false if it has not within that time, or this projector stopped or was closed
     */
    public boolean await(Position position, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!isClosing && !isStopped) {
            Lane<E, T> lane = tender.active();
            long left = end - System.nanoTime();
            Duration glance = Duration.ofNanos(Math.clamp(left, 0, GLANCE.toNanos()));
            if (lane == null) {
                pauseFor(glance);
            } else if (lane.course().await(position, glance)) {
                return true;
            } else if (lane.course().isStopped()) {
                return false;
            } else if (!lane.course().hasAll()) {
                look(lane);
            }
            if (left <= 0) {
                return false;
            }
        }
        return false;
    }

    /** Others may have moved parts. */
    private void look(Lane<E, T> lane) {
        Control control = tender.control();
        if (control != null) {
            try {
                lane.course().noted(wiring.ledger().checkpoints(control, lane.version()));
            } catch (Unavailable e) {
                // What this process knows is still true; it looks again in a moment.
            }
        }
    }

    /** Holds the projection, in all processes, until {@link #resume}; what is under way is undone or ended first. */
    public void pause() {
        Control control = wiring.ledger().changed(now -> now.paused(true));
        control.moving().forEach(version -> wiring.ledger().fence(control, version));
        wake();
    }

    /** Goes on after {@link #pause}, and where it had stopped. */
    public void resume() {
        wiring.ledger().changed(now -> now.paused(false));
        isStopped = false;
        tender.resume();
        wake();
    }

    /**
     * Builds the read model anew, from the log, beside the one that is read, which goes on meanwhile; when it has
     * caught up, it takes that one's place. The version that was read before the last switch is dropped now, the one
     * that is read now is kept for {@link #rollback}. Returns when it has begun; {@link #status} tells how it goes on,
     * in whatever process.
     *
     * @param samples how many rows to compare with the one that is read before the switch, which is then made only if
     *     they are equal; 0 for none
     * @throws IllegalArgumentException if it is to compare, and the target cannot
     * @throws IllegalStateException if one is being built already, or there is none to build beside yet
     * @throws Exception what {@link Projection#create} throws
     */
    public void rebuild(int samples) throws Exception {
        if (samples < 0) {
            throw new IllegalArgumentException("samples: " + samples + " (expected: from 0)");
        } else if (samples > 0 && !wiring.ledger().target().compares()) {
            throw new IllegalArgumentException(
                    "samples: " + samples + " (expected: 0, since this target cannot compare versions)");
        }
        Control now;
        do {
            now = wiring.ledger().control();
            if (now.active() == 0) {
                throw new IllegalStateException(name() + ": nothing is read yet that could be rebuilt");
            }
            requireIdle(now);
            requireCodeOf(now);
        } while (!tender.build(now, samples));
        wake();
    }

    /** Code that has been replaced must not build what readers then get. */
    private void requireCodeOf(Control now) {
        int code = wiring.projection().version();
        if (code < now.code(now.active())) {
            throw new IllegalStateException(name() + ": what is read is written by code of version "
                    + now.code(now.active()) + " (here: " + code + "; rebuild it there, or roll back)");
        }
    }

    private void requireIdle(Control now) {
        if (now.building() > 0) {
            throw new IllegalStateException(
                    name() + ": version " + now.building() + " is being built (cancel it, or wait)");
        }
    }

    /**
     * Goes back to the version that was read before the last switch, once it has caught up, so that no reader sees the
     * past.
     *
     * @throws IllegalStateException if there is none, another is being built, or no process runs its code
     */
    public void rollback() {
        wiring.ledger().changed(now -> {
            requireIdle(now);
            if (now.former() == 0) {
                throw new IllegalStateException(name() + ": no former version to roll back to");
            }
            if (!Members.anybodyRuns(wiring.ledger(), now.code(now.former()))) {
                throw new IllegalStateException(name() + ": version " + now.former() + " is written by code of version "
                        + now.code(now.former()) + ", which no process runs");
            }
            return now.rollingBack();
        });
        wake();
    }

    /** Gives up what is being built; a version that was rolled back to is kept. False if nothing is built. */
    public boolean cancel() throws Exception {
        Ledger<T> ledger = wiring.ledger();
        Control now = ledger.control();
        while (now.building() > 0) {
            int version = now.building();
            boolean isRollback = version < now.active();
            Control cancelled = now.cancelled(isRollback);
            if (isRollback ? ledger.change(cancelled) : ledger.drop(cancelled, version)) {
                wake();
                return true;
            }
            now = ledger.control();
        }
        return false;
    }

    /** Switches to what was built although it differs from what is read. False if that is not the question. */
    public boolean accept() {
        Control control =
                wiring.ledger().changed(now -> now.phase() == RebuildStatus.Phase.DIFFERS ? now.accepted() : now);
        wake();
        return control.phase() == RebuildStatus.Phase.BUILDING && control.samples() == 0;
    }

    /** Removes the version that was read before the last switch; false if there is none. */
    public boolean dropFormer() throws Exception {
        Control now = wiring.ledger().control();
        return now.former() > 0 && tender.dropFormer(now).former() == 0;
    }

    /** What is parked, by slice and position. */
    public List<ParkedEvent> parked() {
        return parking.list();
    }

    /** What was skipped, with the reasons. */
    public List<ParkedEvent> skipped() {
        return parking.skipped();
    }

    /**
     * Tries the parked events of a key again, in their order; those that follow are then taken in as all others.
     *
     * @return how many were taken in
     * @throws Exception what the first that failed again threw; it and those behind it stay parked
     */
    public int retry(String key) throws Exception {
        return parking.retry(key);
    }

    /** Gives up a parked event, and keeps why; those behind it stay parked. False if it is not parked. */
    public boolean skip(Position position, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("reason: \"" + reason + "\" (expected: why it is skipped)");
        }
        return parking.skip(position, reason);
    }

    /** How it stands; asks the store for its end, and the target for what holds. */
    public ProjectorStatus status() {
        Control control = controlNow();
        Lane<E, T> lane = tender.active();
        Course.Seen seen = lane == null ? Course.Seen.NOTHING : lane.course().seen();
        Position head = Position.later(wiring.store().head(), seen.position());
        return new ProjectorStatus(
                name(),
                state(control, seen),
                control.active(),
                control.former(),
                seen.position(),
                head,
                seen.isLive(),
                seen.events(),
                seen.perSecond(),
                failures.get() + seen.failures(),
                parked(control),
                error(seen),
                tender.rebuild(control, head));
    }

    /** What is wrong: with the projector as a whole, with what is read, or with what is built. */
    private Optional<Throwable> error(Course.Seen seen) {
        Lane<E, T> built = tender.building();
        return Stream.of(
                        Optional.ofNullable(lastError),
                        Optional.ofNullable(seen.lastError()),
                        Optional.ofNullable(built)
                                .map(lane -> lane.course().seen().lastError()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** In what is read; 0 if the target cannot be reached, which the error tells. */
    private long parked(Control control) {
        try {
            return wiring.ledger()
                    .notes(ParkedNotes.parked(control.active()), PARKED_MAX)
                    .size();
        } catch (Unavailable e) {
            return 0;
        }
    }

    /** As the target has it, or, if it cannot be reached, as it was last seen. */
    private Control controlNow() {
        try {
            return wiring.ledger().control();
        } catch (Unavailable e) {
            Control last = tender.control();
            return last == null ? Control.of(Note.absent(Control.KEY)) : last;
        }
    }

    private State state(Control control, Course.Seen seen) {
        if (!thread.isAlive()) {
            return State.CLOSED;
        }
        if (control.isPaused()) {
            return State.PAUSED;
        }
        if (isStopped) {
            return State.STOPPED;
        }
        return lastError == null ? seen.state() : State.RETRYING;
    }

    /** Ends it after the steps under way, and hands over to others. */
    @Override
    public void close() {
        isClosing = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        int inARow = 0;
        try {
            while (!isClosing) {
                Duration pause;
                try {
                    pause = isStopped ? PAUSE_MAX : tender.tend();
                    inARow = 0;
                    lastError = isStopped ? lastError : null;
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception | Error e) {
                    failures.incrementAndGet();
                    lastError = e;
                    inARow++;
                    isStopped = inARow >= wiring.options().attemptsMax() && !(e instanceof Unavailable);
                    pause = Duration.ofNanos(
                            Math.min(PAUSE_MAX.toNanos(), PAUSE_FIRST.toNanos() << Math.min(20, inARow)));
                }
                pauseFor(pause);
            }
            tender.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            lastError = e; // The target is away: others take over when the lease is over.
        }
    }

    private void wake() {
        lock.lock();
        try {
            isAwake = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pauseFor(Duration most) throws InterruptedException {
        long nanos = most.toNanos();
        lock.lock();
        try {
            while (nanos > 0 && !isAwake && !isClosing) {
                nanos = woken.awaitNanos(nanos);
            }
            isAwake = false;
        } finally {
            lock.unlock();
        }
    }
}
