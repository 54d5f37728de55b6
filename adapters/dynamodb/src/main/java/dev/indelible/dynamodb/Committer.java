package dev.indelible.dynamodb;

import dev.indelible.EventStoreException;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.dynamodb.Keys.Chain;
import dev.indelible.event.Append;
import dev.indelible.journal.Outcome;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Appends that arrive while others are being recorded share one commit. One thread of the journal plans and makes them,
 * one after the other, so that an interrupt of a caller is no business of the others.
 *
 * <p>A commit whose answer is lost may have been made. The next one then fails, since the head has moved, or the ids
 * are there, and the answer is found by that.
 */
final class Committer implements AutoCloseable {
    private static final int WAITING_APPENDS_MAX = 1_024;

    /** A commit waits for the appenders of the one before it, at most for this part of the time that one took. */
    private static final int GATHERING_PART = 3;

    private static final long GATHERING_NANOS_MAX = 5_000_000;

    /** So many events of others are read to see whether a guard holds; if it is more, the appender looks again. */
    private static final int CATCH_UP_EVENTS_MAX = 1_000;

    /** Others are taken to append too for so long after one of their commits was met. */
    private static final long OTHERS_NANOS = 1_000_000_000;

    /** Who leaves a turn to another pauses no longer before each look whether it is over. */
    private static final long TURN_PAUSE_NANOS = 15_000_000;

    /** Who met another's commit pauses for up to four commits, and for up to this at least. */
    private static final long MEETING_NANOS_MIN = 5_000_000;

    private final Service service;
    private final Chains chains;
    private final Clock clock;
    private final LongConsumer recorded;
    private final Recent recent = new Recent();
    private final Turns turns = new Turns();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition taken = lock.newCondition();
    private final List<Waiting> queue = new ArrayList<>();
    private @Nullable Thread thread;
    private boolean closed;

    private @Nullable Head head;
    private volatile long highest;
    private String lastCommit = "";
    private int lastAppends;
    private long lastNanos;
    private long othersSeen = System.nanoTime() - OTHERS_NANOS;

    private final LongAdder commits = new LongAdder();
    private final LongAdder events = new LongAdder();
    private final LongAdder conflicts = new LongAdder();
    private volatile @Nullable Throwable lastError;

    Committer(Service service, Chains chains, Clock clock, LongConsumer recorded) {
        this.service = service;
        this.chains = chains;
        this.clock = clock;
        this.recorded = recorded;
    }

    /** An append and the thread that waits for its answer. For that thread, and for this while it waits. */
    static final class Waiting {
        private final Append append;
        private final Service.Deadline deadline;
        private final Set<String> tried = new HashSet<>();
        private final Thread caller = Thread.currentThread();
        private long provenTo;
        private Plan.@Nullable Verdict verdict;
        private @Nullable Outcome outcome;
        private @Nullable Throwable error;
        private volatile boolean done;

        Waiting(Append append, Service.Deadline deadline) {
            this.append = append;
            this.deadline = deadline;
        }

        /** Where it was recorded. */
        Optional<Outcome> outcome() {
            return Optional.ofNullable(outcome);
        }

        /** Tokens of the commits that were tried for it. */
        Set<String> tried() {
            return tried;
        }

        /** The guards hold up to this position; {@link Plan#REFUTED}: one of them does not. */
        void provenTo(long position) {
            provenTo = position;
        }

        private void finish(Outcome with) {
            outcome = with;
            done();
        }

        private void fail(@Nullable Throwable with) {
            error = with;
            done();
        }

        private void giveBack(Plan.Verdict because) {
            verdict = because;
            done();
        }

        private void done() {
            done = true;
            LockSupport.unpark(caller);
        }
    }

    /**
     * Records the append and returns {@link Plan.Verdict#PLANNED}, or says what the caller must look at before it tries
     * again: then those who also wait are not kept by it.
     */
    Plan.Verdict append(Waiting mine) {
        mine.done = false;
        mine.verdict = null;
        enqueue(mine);
        boolean interrupted = false;
        while (!mine.done) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (mine.error instanceof EventStoreException.Corrupted e) {
            throw new EventStoreException.Corrupted(String.valueOf(e.getMessage()), e);
        } else if (mine.error != null) {
            throw new Unavailable(String.valueOf(mine.error.getMessage()), mine.error);
        }
        return mine.verdict == null ? Plan.Verdict.PLANNED : mine.verdict;
    }

    long commits() {
        return commits.sum();
    }

    long events() {
        return events.sum();
    }

    long conflicts() {
        return conflicts.sum();
    }

    @Nullable
    Throwable lastError() {
        return lastError;
    }

    private void enqueue(Waiting mine) {
        lock.lock();
        try {
            while (queue.size() >= WAITING_APPENDS_MAX && !closed) {
                taken.awaitUninterruptibly();
            }
            if (closed) {
                throw new Unavailable("the journal is closed", null);
            }
            if (thread == null) {
                thread =
                        Thread.ofPlatform().daemon().name("indelible-committer").start(this::run);
            }
            queue.add(mine);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Until it is closed and everybody has an answer. */
    private void run() {
        List<Waiting> waiting = new ArrayList<>();
        while (gather(waiting)) {
            try {
                commit(waiting);
            } catch (RuntimeException | Error e) {
                // What failed was no commit, so all that is known for sure is stored: who can wait is tried again.
                lastError = e;
                head = null;
                tryAgainOrFail(waiting, "cannot append", e);
            }
            waiting.removeIf(each -> each.done);
        }
    }

    /** Adds those who wait; false if it is closed and nobody does. */
    private boolean gather(List<Waiting> waiting) {
        lock.lock();
        try {
            while (queue.isEmpty() && waiting.isEmpty()) {
                if (closed) {
                    return false;
                }
                arrived.awaitUninterruptibly();
            }
            long nanos = Math.min(GATHERING_NANOS_MAX, lastNanos / GATHERING_PART);
            while (waiting.isEmpty() && queue.size() < lastAppends && nanos > 0 && !closed) {
                nanos = arrived.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if somebody does, it goes on.
        } finally {
            waiting.addAll(queue);
            queue.clear();
            taken.signalAll();
            lock.unlock();
        }
        return true;
    }

    private void commit(List<Waiting> waiting) {
        Head now = findHead();
        Plan plan = new Plan(chains, recent, now, clock.instant().truncatedTo(ChronoUnit.MICROS));
        Head.Turn another = turns.ofAnother(now, lastNanos);
        List<Waiting> planned = new ArrayList<>();
        boolean isHeld = false;
        for (Waiting each : waiting) {
            if (another != null && Turns.chainsOf(each.append).contains(another.chain())) {
                isHeld = true;
            } else if (!each.done && add(plan, each)) {
                planned.add(each);
            }
        }
        if (refuse(waiting)) {
            return; // The head is marked by now: this is planned again.
        } else if (planned.isEmpty() && isHeld) {
            failIfOver(waiting, "others are always faster", null);
            waitForTurn(Objects.requireNonNull(another));
            return;
        } else if (planned.isEmpty()) {
            tryAgainOrFail(waiting, "others are always faster", null);
            return;
        }
        Transaction transaction = new Transaction(service.table(), plan, turns.leftBy(plan, another));
        planned.forEach(each -> each.tried.add(transaction.head().commit()));
        long began = System.nanoTime();
        try {
            service.commit(transaction.items(), transaction.head().commit());
            lastNanos = System.nanoTime() - began;
            lastAppends = planned.size();
            succeed(plan, planned, transaction.head());
            yieldToOthers();
        } catch (TransactionCanceledException e) {
            cancelled(transaction, e, planned);
        } catch (Unavailable e) {
            lastError = e;
            head = null;
            tryAgainOrFail(planned, "cannot commit", e);
        }
    }

    /** Looks, for one unit, whether the one whose turn it is has committed: then the chain has grown. */
    private void waitForTurn(Head.Turn another) {
        pause(TURN_PAUSE_NANOS);
        Head now = Head.of(service.get(Keys.HEAD, true));
        if (!another.equals(now.turn())) {
            chains.ask(another.chain());
        }
        found(now);
    }

    /** Gives back the appends that seem too late; returns whether the head is another by then. */
    private boolean refuse(List<Waiting> waiting) {
        boolean hasAsked = false;
        for (Waiting each : waiting) {
            if (each.verdict == Plan.Verdict.SUSPECT) {
                for (Chain chain : Turns.contestedBy(each.append)) {
                    hasAsked |= lost(chain);
                }
                each.giveBack(Plan.Verdict.SUSPECT);
            }
        }
        return hasAsked;
    }

    /** Somebody was faster at that chain: if that is not the first time, asks for a turn. Returns whether it did. */
    private boolean lost(Chain chain) {
        Head now = head;
        boolean isLate = now != null && !now.commit().equals(lastCommit) && turns.isLate(chain, now.last());
        if (now == null || !isLate || (now.turn() != null && turns.isOwn(now.turn()))) {
            return false;
        } else if (turns.ofAnother(now, lastNanos) != null) {
            return false;
        }
        try {
            found(Head.of(service.update(now.asking(turns.ask(chain)))));
            return true;
        } catch (Unavailable e) {
            lastError = e; // The head is just being changed, or may not be: then it goes as it did without.
            return false;
        }
    }

    private void found(Head other) {
        head = notBefore(highest, other);
        highest = other.last();
    }

    /** Position of the last event that was ever seen here. */
    long highest() {
        return highest;
    }

    /**
     * The head, if it is not before one that was seen earlier: then what this process remembers is of another table,
     * and would be damage in this one.
     */
    Head notBefore(long seen, Head found) {
        if (found.last() < seen) {
            throw new EventStoreException.Corrupted(
                    "DynamoDB table " + service.table() + ": its last event is at position " + found.last()
                            + " (expected: " + seen + " or later): it was made anew or restored; open the store again",
                    null);
        }
        return found;
    }

    /** The head as last seen, or as it is now. */
    private Head findHead() {
        Head known = head;
        if (known == null) {
            known = notBefore(highest, Head.of(service.get(Keys.HEAD, true)));
            head = known;
            highest = known.last();
            recent.restart(known.last());
        }
        return known;
    }

    /** Adds the append to the plan, or finds that it is not for now; returns whether it was added. */
    private boolean add(Plan plan, Waiting each) {
        Plan.Verdict verdict = plan.add(each.append, each.provenTo);
        if (verdict == Plan.Verdict.UNPROVEN && catchUp(plan.head())) {
            verdict = plan.add(each.append, each.provenTo);
        }
        if (verdict == Plan.Verdict.UNPROVEN) {
            each.giveBack(verdict);
        } else if (verdict == Plan.Verdict.SUSPECT) {
            each.verdict = verdict;
        }
        return verdict == Plan.Verdict.PLANNED;
    }

    /**
     * Reads what others have recorded since the latest events that are known here, as far as the index has it: appends
     * that have no guards do not wait for it. Returns whether that is all.
     */
    private boolean catchUp(Head now) {
        if (now.last() - recent.last() > CATCH_UP_EVENTS_MAX) {
            return false;
        }
        LogSource source = new LogSource(service, recent.last(), now.last(), false, CATCH_UP_EVENTS_MAX);
        for (Slice slice = source.nextIfThere(); slice != null; slice = source.nextIfThere()) {
            slice.events().forEach(recent::add);
        }
        return recent.last() == now.last();
    }

    private void succeed(Plan plan, List<Waiting> planned, Head made) {
        head = made;
        highest = made.last();
        if (recent.last() != plan.head().last()) {
            recent.restart(plan.head().last());
        }
        plan.slices().forEach(slice -> slice.events().forEach(recent::add));
        plan.ends().forEach(chains::learn);
        lastCommit = made.commit();
        turns.won(plan.ends().keySet());
        commits.increment();
        events.add(plan.last() - plan.head().last());
        lastError = null;
        recorded.accept(plan.last());
        for (int i = 0; i < planned.size(); i++) {
            planned.get(i).finish(new Outcome.Recorded(plan.appends().get(i).appended()));
        }
    }

    private void cancelled(Transaction transaction, TransactionCanceledException e, List<Waiting> planned) {
        conflicts.increment();
        List<CancellationReason> reasons = e.cancellationReasons();
        Optional<Head> other = transaction.otherHead(reasons);
        other.ifPresent(head -> {
            found(head);
            othersSeen = System.nanoTime();
        });
        for (Chain chain : transaction.longer(reasons)) {
            lost(chain);
            chains.ask(chain);
        }
        Map<UUID, Waiting> byId = new HashMap<>();
        planned.forEach(each -> each.append.events().forEach(event -> byId.put(event.id(), each)));
        transaction.known(reasons).forEach(id -> {
            Waiting each = Objects.requireNonNull(byId.get(id));
            if (!each.done) {
                each.giveBack(Plan.Verdict.SUSPECT);
            }
        });
        if (other.isPresent() || planned.stream().anyMatch(each -> each.done)) {
            failIfOver(planned, "others are always faster", e);
        } else if (Transaction.hasMetAnother(reasons)) {
            lastError = e;
            failIfOver(planned, "others are always faster", e);
            pause(Math.max(MEETING_NANOS_MIN, 4 * lastNanos)); // Never ever longer, or who has waited waits for good.
        } else {
            lastError = e;
            tryAgainOrFail(planned, "the service is busy", e);
        }
    }

    /** Pauses if there is time left for anybody; whose time is over gets the error. */
    private void tryAgainOrFail(List<Waiting> waiting, String reason, @Nullable Throwable cause) {
        failIfOver(waiting, reason, cause);
        Iterator<Waiting> rest = waiting.stream().filter(each -> !each.done).iterator();
        if (rest.hasNext()) {
            rest.next().deadline.rest();
        }
    }

    private void failIfOver(List<Waiting> waiting, String reason, @Nullable Throwable cause) {
        for (Waiting each : waiting) {
            boolean isCorrupted = cause instanceof EventStoreException.Corrupted;
            if (!each.done && (isCorrupted || each.deadline.isOver() || Service.isHopeless(cause))) {
                each.fail(isCorrupted ? cause : each.deadline.failure(reason, cause));
            }
        }
    }

    /** Who has just committed knows the head before all others: without a pause they would seldom get their turn. */
    private void yieldToOthers() {
        if (System.nanoTime() - othersSeen < OTHERS_NANOS) {
            pause(1 + 2 * lastNanos);
        }
    }

    private static void pause(long nanosMax) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(nanosMax));
    }

    /** Lets those who wait get their answer; later ones are refused. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            arrived.signalAll();
            taken.signalAll();
            running = thread;
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
