package dev.indelible.tck;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.projection.Change;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A target as a process sees it to which things happen: it is suspended, so that all its calls stand still until it is
 * woken, or killed, before or after what it was about to do.
 */
class StandingStill<T> implements ProjectionTarget<T> {
    private final ProjectionTarget<T> target;
    private volatile @Nullable Still still;
    private volatile boolean isDead;

    private record Still(CountDownLatch begun, CountDownLatch over) {}

    StandingStill(ProjectionTarget<T> target) {
        this.target = target;
    }

    /** From now on, until it is over; tells when a call has met it. */
    void stand(CountDownLatch begun, CountDownLatch over) {
        still = new Still(begun, over);
    }

    /** Whatever stands still goes on. */
    void wake() {
        Still now = still;
        if (now != null) {
            still = null;
            now.over().countDown();
        }
    }

    /** From now on nothing it does has an answer. */
    void die() {
        isDead = true;
        wake();
    }

    private void pass() {
        Still now = still;
        if (now != null) {
            now.begun().countDown();
            try {
                now.over().await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        live();
    }

    private void live() {
        if (isDead) {
            throw new Unavailable("this process is dead", null);
        }
    }

    @Override
    public Optional<Note> note(String projection, String key) {
        pass();
        return target.note(projection, key);
    }

    @Override
    public List<Note> notes(String projection, String prefix, String after) {
        pass();
        return target.notes(projection, prefix, after);
    }

    @Override
    public boolean change(Change change, Work<T> work) throws Exception {
        pass();
        boolean isDone = target.change(change, work);
        live();
        return isDone;
    }

    @Override
    public boolean compares() {
        return target.compares();
    }

    @Override
    public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
        pass();
        return target.compare(one, other, samples);
    }
}
