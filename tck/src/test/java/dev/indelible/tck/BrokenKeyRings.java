package dev.indelible.tck;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.memory.MemoryKeyRing;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Subject;
import dev.indelible.personal.SubjectShredded;
import dev.indelible.personal.Tombstone;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Key rings that each break one promise. */
final class BrokenKeyRings {
    private BrokenKeyRings() {}

    /** A ring that breaks nothing. */
    static class Kept implements KeyRing {
        final KeyRing ring = new MemoryKeyRing();

        @Override
        public DataKey keyOf(Subject subject) {
            return ring.keyOf(subject);
        }

        @Override
        public Optional<DataKey> find(Subject subject, int generation) {
            return ring.find(subject, generation);
        }

        @Override
        public Tombstone shred(Subject subject) {
            return ring.shred(subject);
        }

        @Override
        public Optional<Tombstone> tombstone(Subject subject) {
            return ring.tombstone(subject);
        }

        @Override
        public void readmit(Subject subject) {
            ring.readmit(subject);
        }

        @Override
        public int rotate() {
            return ring.rotate();
        }

        @Override
        public void close() {
            ring.close();
        }
    }

    /** Looks whether there is a key, and then makes one. */
    static final class CheckThenAct extends Kept {
        private final Map<Subject, DataKey> keys = new ConcurrentHashMap<>();

        @Override
        public DataKey keyOf(Subject subject) {
            DataKey known = keys.get(subject);
            if (known == null) {
                ring.keyOf(subject);
                LockSupport.parkNanos(1_000_000); // Others are let in between, also where threads seldom run at once.
                known = DataKey.random(1);
                keys.put(subject, known);
            }
            return known;
        }

        @Override
        public Optional<DataKey> find(Subject subject, int generation) {
            return Optional.ofNullable(keys.get(subject));
        }
    }

    /** Makes a new key for who was forgotten. */
    static final class Reviving extends Kept {
        @Override
        public DataKey keyOf(Subject subject) {
            ring.readmit(subject);
            return ring.keyOf(subject);
        }
    }

    /** Says that it has destroyed a key, and still hands it out. */
    static final class Hiding extends Kept {
        private final Map<Subject, DataKey> destroyed = new ConcurrentHashMap<>();

        @Override
        public Tombstone shred(Subject subject) {
            if (ring.tombstone(subject).isEmpty()) {
                destroyed.put(subject, ring.keyOf(subject));
            }
            return ring.shred(subject);
        }

        @Override
        public Optional<DataKey> find(Subject subject, int generation) {
            return ring.find(subject, generation).or(() -> Optional.ofNullable(destroyed.get(subject)));
        }
    }

    /** Takes what is lost for forgotten. */
    static final class Losing extends Kept {
        @Override
        public Optional<DataKey> find(Subject subject, int generation) {
            try {
                return ring.find(subject, generation);
            } catch (Corrupted neverMade) {
                return Optional.empty();
            }
        }
    }

    /** Has nothing to destroy for whom it does not know. */
    static final class Forgetful extends Kept {
        @Override
        public Tombstone shred(Subject subject) {
            try {
                ring.find(subject, 1);
                return ring.shred(subject);
            } catch (Corrupted neverMade) {
                return new Tombstone(1, Clock.systemUTC().instant());
            }
        }
    }

    /** Answers each shredding as if it were the first. */
    static final class Restless extends Kept {
        @Override
        public Tombstone shred(Subject subject) {
            return new Tombstone(
                    ring.shred(subject).generation(), Clock.systemUTC().instant());
        }
    }

    /** Gives those who come back the key of before. */
    static final class Recalling extends Kept {
        private final Map<Subject, DataKey> first = new ConcurrentHashMap<>();

        @Override
        public DataKey keyOf(Subject subject) {
            return first.merge(subject, ring.keyOf(subject), (before, now) -> before);
        }
    }

    /** Gives also those another key who were never shredded. */
    static final class Renewing extends Kept {
        @Override
        public void readmit(Subject subject) {
            ring.shred(subject);
            ring.readmit(subject);
        }
    }

    /** Has one key for subjects that differ in upper and lower case. */
    static final class Blurring extends Kept {
        @Override
        public DataKey keyOf(Subject subject) {
            return ring.keyOf(new Subject(subject.kind().toLowerCase(java.util.Locale.ROOT), subject.id()));
        }
    }

    /** Does not say who was shredded. */
    static final class Anonymous extends Kept {
        @Override
        public DataKey keyOf(Subject subject) {
            try {
                return ring.keyOf(subject);
            } catch (SubjectShredded shredded) {
                throw new IllegalStateException("shredded", shredded);
            }
        }
    }
}
