package dev.indelible.memory;

import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Read models in memory, gone with the process. Work is done on a copy, which takes the place of the model when it has
 * succeeded.
 *
 * @param <T> the read model, for all projections of this target
 */
public final class MemoryTarget<T> implements ProjectionTarget<T> {
    private final UnaryOperator<T> copy;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Progress> projections = new HashMap<>();
    private volatile T model;

    private MemoryTarget(T empty, UnaryOperator<T> copy) {
        this.model = empty;
        this.copy = copy;
    }

    /** A target with that read model, for example {@code of(Map.of(), HashMap::new)}. */
    public static <T> MemoryTarget<T> of(T empty, UnaryOperator<T> copy) {
        return new MemoryTarget<>(empty, copy);
    }

    /** The read model as it is; not to be changed. */
    public T model() {
        return model;
    }

    @Override
    public Progress begin(String projection, Position head) {
        lock.lock();
        try {
            return projections.computeIfAbsent(projection, name -> new Progress(Position.START, head));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean advance(String projection, Position from, Position to, Work<T> work) throws Exception {
        lock.lock();
        try {
            Progress progress = projections.get(projection);
            if (progress == null || !progress.position().equals(from)) {
                return false;
            }
            T changed = copy.apply(model);
            work.on(changed);
            model = changed;
            projections.put(projection, new Progress(to, progress.replayUntil()));
            return true;
        } finally {
            lock.unlock();
        }
    }
}
