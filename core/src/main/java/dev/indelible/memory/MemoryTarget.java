package dev.indelible.memory;

import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Read models in memory, gone with the process. Work is done on a copy, which takes the place of the model when it has
 * succeeded.
 *
 * @param <T> the read model
 */
public final class MemoryTarget<T> implements ProjectionTarget<T> {
    private final T empty;
    private final UnaryOperator<T> copy;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, NavigableMap<String, Note>> notes = new HashMap<>();
    private final Map<Namespace, T> models = new HashMap<>();
    private final Map<String, Namespace> published = new HashMap<>();

    private MemoryTarget(T empty, UnaryOperator<T> copy) {
        this.empty = empty;
        this.copy = copy;
    }

    /** A target with that read model, for example {@code of(Map.of(), HashMap::new)}. */
    public static <T> MemoryTarget<T> of(T empty, UnaryOperator<T> copy) {
        return new MemoryTarget<>(empty, copy);
    }

    /** The read model of that projection as it is; not to be changed. Empty until one was published. */
    public T model(String projection) {
        lock.lock();
        try {
            Namespace current = published.get(projection);
            return current == null ? empty : models.getOrDefault(current, empty);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Note> note(String projection, String key) {
        lock.lock();
        try {
            return Optional.ofNullable(notesOf(projection).get(key));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Note> notes(String projection, String prefix, String after) {
        lock.lock();
        try {
            String from = prefix.compareTo(after) > 0 ? prefix : after;
            return notesOf(projection).tailMap(from, from.compareTo(after) != 0).values().stream()
                    .takeWhile(note -> note.key().startsWith(prefix))
                    .limit(NOTES_MAX)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean change(Change change, Work<T> work) throws Exception {
        lock.lock();
        try {
            Namespace namespace = change.namespace();
            Map<String, Note> there = notesOf(namespace.projection());
            Note now = there.getOrDefault(
                    change.from().key(), Note.absent(change.from().key()));
            if (now.revision() != change.from().revision()) {
                return false;
            }
            perform(change.effect(), namespace, work);
            change.also().forEach(note -> there.put(note.key(), note));
            there.put(change.to().key(), change.to());
            change.gone().forEach(there::remove);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void perform(Effect effect, Namespace namespace, Work<T> work) throws Exception {
        switch (effect) {
            case NOTES -> {}
            case WORK -> models.put(namespace, worked(Objects.requireNonNull(models.get(namespace)), work));
            case CREATE -> models.put(namespace, worked(empty, work));
            case PUBLISH -> published.put(namespace.projection(), namespace);
            case DROP -> models.remove(namespace);
        }
    }

    private T worked(T model, Work<T> work) throws Exception {
        T changed = copy.apply(model);
        work.on(changed);
        return changed;
    }

    @Override
    public boolean compares() {
        return true;
    }

    /** All equal, or not: what rows are, only the application knows. */
    @Override
    public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
        lock.lock();
        try {
            boolean same = Objects.equals(models.get(one), models.get(other));
            return Optional.of(new Comparison(1, 1, same ? List.of() : List.of("the models are not equal")));
        } finally {
            lock.unlock();
        }
    }

    private NavigableMap<String, Note> notesOf(String projection) {
        return notes.computeIfAbsent(projection, name -> new TreeMap<>());
    }
}
