package dev.indelible.tck;

import dev.indelible.memory.MemoryTarget;
import dev.indelible.projection.Change;
import dev.indelible.projection.Change.Effect;
import dev.indelible.projection.Namespace;
import dev.indelible.projection.Note;
import dev.indelible.projection.ProjectionTarget;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Targets of which each breaks one promise. */
final class BrokenTargets {
    private BrokenTargets() {}

    /** One that breaks none. */
    static class Kept implements ProjectionTarget<Map<String, Long>> {
        final MemoryTarget<Map<String, Long>> whole = MemoryTarget.of(Map.of(), HashMap::new);

        /** As another process sees it. */
        ProjectionTarget<Map<String, Long>> elsewhere() {
            return this;
        }

        Map<String, Long> model(String projection) {
            return whole.model(projection);
        }

        @Override
        public Optional<Note> note(String projection, String key) {
            return whole.note(projection, key);
        }

        @Override
        public List<Note> notes(String projection, String prefix, String after) {
            return whole.notes(projection, prefix, after);
        }

        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            return whole.change(change, work);
        }

        @Override
        public boolean compares() {
            return whole.compares();
        }

        @Override
        public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
            return whole.compare(one, other, samples);
        }

        /** The change with the note as it is now, whatever it is. */
        final Change fromNow(Change change) {
            String key = change.from().key();
            Note now = note(change.namespace().projection(), key).orElse(Note.absent(key));
            Note to = now.next(change.to().position(), change.to().text());
            return new Change(change.effect(), change.namespace(), now, to, change.also(), change.gone());
        }
    }

    /** A paused owner that wakes writes what it had. */
    static final class Unfenced extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            while (!whole.change(fromNow(change), work)) {
                Thread.onSpinWait();
            }
            return true;
        }
    }

    /** It looks at the note, and then changes it. */
    static final class CheckThenAct extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            Note from = change.from();
            long revision = note(change.namespace().projection(), from.key())
                    .map(Note::revision)
                    .orElse(0L);
            if (revision != from.revision()) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
            while (!whole.change(fromNow(change), work)) {
                Thread.onSpinWait();
            }
            return true;
        }
    }

    /** The checkpoint is moved before the work. */
    static final class CheckpointFirst extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            if (change.effect() != Effect.WORK) {
                return whole.change(change, work);
            }
            return whole.change(notesOnly(change), Work.none())
                    && whole.change(
                            Change.of(
                                            Effect.WORK,
                                            change.namespace(),
                                            Note.absent("w"),
                                            Note.absent("w").next())
                                    .deleting(List.of("w")),
                            work);
        }
    }

    /** What was done before the failure stays. */
    static final class HalfDone extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            Exception[] failures = new Exception[1];
            boolean isDone = whole.change(change, model -> {
                try {
                    work.on(model);
                } catch (Exception e) {
                    failures[0] = e;
                }
            });
            if (failures[0] != null) {
                throw failures[0];
            }
            return isDone;
        }
    }

    /** It does not tell what went wrong. */
    static final class Swallowing extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) {
            try {
                return whole.change(change, work);
            } catch (Exception e) {
                return false;
            }
        }
    }

    /** Notes beside the one are lost. */
    static final class Forgetful extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            return whole.change(change.writing(List.of()), work);
        }
    }

    /** Notes stay for ever. */
    static final class Hoarding extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            return whole.change(change.deleting(List.of()), work);
        }
    }

    /** Each process has notes of its own. */
    static final class Private extends Kept {
        @Override
        ProjectionTarget<Map<String, Long>> elsewhere() {
            return new Kept();
        }
    }

    /** A page begins with the first note. */
    static final class Unpaged extends Kept {
        @Override
        public List<Note> notes(String projection, String prefix, String after) {
            return whole.notes(projection, prefix, "");
        }
    }

    /** Keys are ordered as words in a dictionary are. */
    static final class Collating extends Kept {
        @Override
        public List<Note> notes(String projection, String prefix, String after) {
            return whole.notes(projection, prefix, after).stream()
                    .sorted(Comparator.comparing(Note::key, String.CASE_INSENSITIVE_ORDER))
                    .toList();
        }
    }

    /** Readers go on with the version that they began with. */
    static final class PublishedOnce extends Kept {
        private final Set<String> published = new HashSet<>();

        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            boolean isLate = change.effect() == Effect.PUBLISH
                    && !published.add(change.namespace().projection());
            return whole.change(isLate ? notesOnly(change) : change, work);
        }
    }

    /** There is no way back. */
    static final class OneWay extends Kept {
        private int latest;

        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            int version = change.namespace().version();
            boolean isBack = change.effect() == Effect.PUBLISH && version < latest;
            latest = change.effect() == Effect.PUBLISH ? Math.max(latest, version) : latest;
            return whole.change(isBack ? notesOnly(change) : change, work);
        }
    }

    /** What is built is read. */
    static final class Premature extends Kept {
        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            boolean isDone = whole.change(change, work);
            if (change.effect() == Effect.WORK) {
                Note note = Note.absent("premature");
                whole.change(
                        Change.of(Effect.PUBLISH, change.namespace(), note, note.next())
                                .deleting(List.of("premature")),
                        Work.none());
            }
            return isDone;
        }
    }

    /** A namespace is found as it was left. */
    static final class Littering extends Kept {
        private final Set<Namespace> made = new HashSet<>();

        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            return switch (change.effect()) {
                case DROP -> whole.change(notesOnly(change), work);
                case CREATE -> whole.change(made.add(change.namespace()) ? change : as(Effect.WORK, change), work);
                default -> whole.change(change, work);
            };
        }
    }

    /** All projections share their read model. */
    static final class Shared extends Kept {
        private static Namespace shared(Namespace namespace) {
            return new Namespace("shared", namespace.version());
        }

        @Override
        Map<String, Long> model(String projection) {
            return whole.model("shared");
        }

        @Override
        public Optional<Note> note(String projection, String key) {
            return whole.note("shared", projection + key);
        }

        @Override
        public boolean change(Change change, Work<Map<String, Long>> work) throws Exception {
            String projection = change.namespace().projection();
            Note from = change.from();
            Note to = change.to();
            return whole.change(
                    Change.of(
                            change.effect(),
                            shared(change.namespace()),
                            new Note(projection + from.key(), from.revision(), from.position(), from.text()),
                            new Note(projection + to.key(), to.revision(), to.position(), to.text())),
                    work);
        }
    }

    /** None is broken: it cannot compare, and says so. */
    static final class Blind extends Kept {
        @Override
        public boolean compares() {
            return false;
        }

        @Override
        public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
            return Optional.empty();
        }
    }

    /** It compares how many rows there are. */
    static final class Counting extends Kept {
        @Override
        public Optional<Comparison> compare(Namespace one, Namespace other, int samples) {
            return Optional.of(new Comparison(1, 1, List.of()));
        }
    }

    private static Change notesOnly(Change change) {
        return as(Effect.NOTES, change);
    }

    private static Change as(Effect effect, Change change) {
        return new Change(effect, change.namespace(), change.from(), change.to(), change.also(), change.gone());
    }
}
