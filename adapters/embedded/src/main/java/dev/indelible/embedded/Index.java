package dev.indelible.embedded;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.event.StreamName;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds events: the newest in tails, the others in the store. A thread of its own moves full tails into the store,
 * where they appear before they vanish here; so whoever looks at the tails first and then at the store misses nothing,
 * and takes from the store only what lies before the first tail.
 */
final class Index implements AutoCloseable {
    /** Events after which a tail is full. */
    static final int TAIL_EVENTS = 32_768;

    /** Full tails that may wait for the store; then appends wait too. */
    private static final int FULL_TAILS_MAX = 2;

    /** Postings that a reader takes at once. */
    private static final int PAGE_POSTINGS = 2_048;

    private final IndexStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread mover;
    private volatile long latestIdTimeInStore;
    private volatile Tail[] tails;
    private volatile @Nullable RuntimeException failure;
    private boolean closing;

    /** An index whose store is whole up to the checkpoint. */
    Index(IndexStore store, IndexStore.@Nullable Checkpoint checkpoint) {
        this.store = store;
        this.latestIdTimeInStore = checkpoint == null ? 0 : checkpoint.latestIdTime();
        this.tails = new Tail[] {new Tail(checkpoint == null ? 1 : checkpoint.position() + 1)};
        this.mover = Thread.ofPlatform().daemon().name("indelible-indexer").start(this::move);
    }

    /** The tail to add to; for the one adding thread. */
    Tail active() {
        Tail[] now = tails;
        return now[now.length - 1];
    }

    /** Hands the active tail to the store if it is full; waits while too many others wait. For the adding thread. */
    void rollIfFull() {
        if (active().size() >= TAIL_EVENTS) {
            roll(FULL_TAILS_MAX);
        }
    }

    /**
     * Address of the frame that recorded the id, or -1. For the adding thread. A time-ordered id that is later than all
     * in the store cannot be there, which saves most appends a look.
     */
    long addressOf(UUID id) {
        Tail[] now = tails;
        for (int i = now.length - 1; i >= 0; i--) {
            long address = now[i].addressOf(id);
            if (address >= 0) {
                return address;
            }
        }
        // Read only now: a tail that was not there any more has moved the time before it left.
        boolean laterThanStore = IdTable.timeOf(id) > latestIdTimeInStore;
        return laterThanStore ? -1 : store.addressOf(id);
    }

    /** Last version of the stream, or 0. For the adding thread. */
    long version(StreamName stream) {
        Term term = new Term(Term.Kind.STREAM, stream.value());
        Tail[] now = tails;
        for (int i = now.length - 1; i >= 0; i--) {
            long version = now[i].lastVersion(term);
            if (version > 0) {
                return version;
            }
        }
        return store.version(stream);
    }

    /** Postings at or behind the position (backwards: at or before it), in growing order; empty at the end. */
    Page page(Term term, byte[] prefix, long from, boolean backwards) {
        Tail[] now = tails;
        return backwards ? pageBefore(now, term, prefix, from) : pageAfter(now, term, prefix, from);
    }

    /** Postings of a stream that hold the version, in growing order; empty if there is no such version. */
    Page versions(Term stream, byte[] prefix, long version) {
        for (Tail tail : tails) {
            Tail.Postings postings = tail.postings(stream);
            if (postings != null && postings.firstVersion() <= version) {
                int at = (int) Math.min(version - postings.firstVersion(), Integer.MAX_VALUE);
                int size = postings.size();
                if (at < size) {
                    int from = at / PAGE_POSTINGS * PAGE_POSTINGS;
                    return copy(tail, postings, from, Math.min(size, from + PAGE_POSTINGS));
                }
            }
        }
        return store.versions(prefix, version);
    }

    /** The stream's first version behind the position; beyond its last if there is none. */
    long versionAfter(Term stream, byte[] prefix, long position) {
        Tail[] now = tails;
        long behind = 0;
        for (int i = now.length - 1; i >= 0; i--) {
            Tail.Postings postings = now[i].postings(stream);
            if (postings != null) {
                int size = postings.size();
                int at = postings.firstAtLeast(position + 1 - now[i].first(), size);
                if (at > 0) {
                    return postings.firstVersion() + at;
                }
                behind = postings.firstVersion();
            }
        }
        long lastInStore = behind > 0 ? behind - 1 : store.version(StreamName.of(stream.name()));
        if (position + 1 >= now[0].first()) {
            return lastInStore + 1;
        }
        return store.versionAfter(prefix, position, lastInStore);
    }

    /** Address of a frame that holds the position or one not far before it. */
    long frameNear(long position) {
        for (Tail tail : tails) {
            if (position >= tail.first() && position < tail.next()) {
                return tail.address(position);
            }
        }
        return store.frameNear(position);
    }

    /** Why full tails do not reach the store any more, or null. */
    @Nullable
    RuntimeException failure() {
        return failure;
    }

    /** Events that the store does not hold yet. */
    long lag() {
        Tail[] now = tails;
        return now[now.length - 1].next() - now[0].first();
    }

    long storeBytes() {
        return store.property("rocksdb.total-sst-files-size") + store.property("rocksdb.size-all-mem-tables");
    }

    /** Brings everything into the store and makes it durable there, then closes the store. */
    @Override
    public void close() {
        if (active().size() > 0 && failure == null) {
            roll(Integer.MAX_VALUE);
        }
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Allocator.joinUninterruptibly(mover);
        try {
            if (failure == null) {
                store.flush();
            }
        } finally {
            store.close();
        }
    }

    private Page pageAfter(Tail[] now, Term term, byte[] prefix, long from) {
        long tailsFrom = now[0].first();
        if (from < tailsFrom) {
            Page page = store.forward(prefix, from, PAGE_POSTINGS);
            if (page.size() > 0 && page.position(page.firstAtLeast(from)) < tailsFrom) {
                return page;
            }
        }
        for (Tail tail : now) {
            Tail.Postings postings = tail.postings(term);
            if (postings != null) {
                int size = postings.size();
                int at = postings.firstAtLeast(from - tail.first(), size);
                if (at < size) {
                    return copy(tail, postings, at, Math.min(size, at + PAGE_POSTINGS));
                }
            }
        }
        return Page.EMPTY;
    }

    private Page pageBefore(Tail[] now, Term term, byte[] prefix, long from) {
        for (int i = now.length - 1; i >= 0; i--) {
            Tail.Postings postings = now[i].postings(term);
            if (postings != null && from >= now[i].first()) {
                int at = postings.firstAtLeast(from + 1 - now[i].first(), postings.size());
                if (at > 0) {
                    return copy(now[i], postings, Math.max(0, at - PAGE_POSTINGS), at);
                }
            }
        }
        return store.backward(prefix, Math.min(from, now[0].first() - 1), PAGE_POSTINGS);
    }

    private static Page copy(Tail tail, Tail.Postings postings, int from, int to) {
        Page page = new Page(to - from, postings.firstVersion() + from);
        for (int i = from; i < to; i++) {
            long position = tail.first() + postings.offset(i);
            page.add(position, tail.address(position));
        }
        return page;
    }

    private void roll(int fullTailsMax) {
        lock.lock();
        try {
            while (tails.length > fullTailsMax && failure == null) {
                changed.awaitUninterruptibly();
            }
            if (failure != null) {
                throw failure;
            }
            Tail[] more = Arrays.copyOf(tails, tails.length + 1);
            more[tails.length] = new Tail(active().next());
            tails = more;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void move() {
        while (true) {
            Tail oldest;
            lock.lock();
            try {
                while (tails.length == 1 && !closing) {
                    changed.awaitUninterruptibly();
                }
                if (tails.length == 1) {
                    return;
                }
                oldest = tails[0];
            } finally {
                lock.unlock();
            }
            RuntimeException error = null;
            try {
                long latest = Math.max(latestIdTimeInStore, oldest.ids().latestTime());
                store.write(IndexBatch.of(oldest, latest));
                latestIdTimeInStore = latest;
            } catch (RuntimeException e) {
                error = e;
            } catch (Error e) {
                error = new Unavailable("the index could not be written: " + e, e);
            }
            lock.lock();
            try {
                if (error == null) {
                    tails = Arrays.copyOfRange(tails, 1, tails.length);
                }
                failure = error;
                changed.signalAll();
                if (error != null) {
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
