package dev.indelible.projection;

import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What one process does for one version of a read model: it reads the store once, from the part that is least far, and
 * hands each part its events. Parts are worked on at once, on platform threads: work is mostly short calls to the
 * target, one after the other, and to wake a virtual thread after each costs as much as the call.
 */
final class Lane<E, T> {
    /** Most parts that are worked on at once. */
    private static final int WORKERS_MAX = 64;

    /** Most bytes of the events of a round, more or less. */
    private static final long ROUND_BYTES_MAX = 16L << 20;

    private static final int ROUND_EVENTS_MAX = 20_000;
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE_FIRST = Duration.ofMillis(20);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final Wiring<E, T> wiring;
    private final int version;
    private final Course course;
    private final ExecutorService workers = Executors.newFixedThreadPool(
            WORKERS_MAX,
            Thread.ofPlatform().daemon().name("indelible-worker-", 0).factory());
    private final Thread thread;
    private volatile @Nullable Subscription following;
    private int pauses;

    Lane(Wiring<E, T> wiring, int version, Runnable wakeTender) {
        this.wiring = wiring;
        this.version = version;
        this.course = new Course(wakeTender);
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("indelible-" + wiring.ledger().namespace(version))
                .start(this::run);
    }

    int version() {
        return version;
    }

    Course course() {
        return course;
    }

    /** Has it do something else as soon as the step under way is over. */
    void give(Turn turn) {
        Subscription open = following;
        if (course.give(turn)) {
            wake(open);
        }
    }

    /** Has it end after the step under way. */
    void close() {
        course.close();
        wake(following);
    }

    boolean hasEnded() {
        return !thread.isAlive();
    }

    void join() throws InterruptedException {
        thread.join();
    }

    private static void wake(@Nullable Subscription open) {
        if (open != null) {
            open.close(); // Wakes who waits for events; a step under way is not disturbed.
        }
    }

    private void run() {
        try (workers) {
            Turn turn = course.next();
            while (turn != null) {
                try {
                    follow(turn);
                } catch (Exception | Error e) {
                    Thread.interrupted(); // Nobody interrupts this thread but the work that it does.
                    course.failed(e);
                    long nanos = Math.min(PAUSE_MAX.toNanos(), PAUSE_FIRST.toNanos() << Math.min(20, pauses++));
                    course.awaitEnd(turn, Duration.ofNanos(nanos));
                } finally {
                    course.left(turn);
                }
                turn = course.next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(Turn turn) throws Exception {
        List<Strand<E, T>> strands = new ArrayList<>();
        for (Checkpoint each : turn.mine()) {
            strands.add(new Strand<>(wiring, version, turn, each, course));
        }
        Share<E, T> share = new Share<>(strands, wiring.projection());
        try (Subscription subscription =
                wiring.store().subscribe(wiring.projection().reads(), share.from())) {
            following = subscription;
            while (course.isCurrent(turn)) {
                Position to = read(subscription, share, turn.cap());
                boolean isAtCap = to.equals(turn.cap());
                if (!course.isCurrent(turn) || !work(share, to, isAtCap)) {
                    return; // What was read is read again, by whoever moves these parts.
                }
                pauses = 0;
                course.cameThrough(subscription.status().live());
                if (isAtCap) {
                    course.awaitEnd(turn, POLL);
                } else if (subscription.isClosed() && course.isCurrent(turn)) {
                    throw new Unavailable("the store is closed", null);
                }
            }
        } finally {
            following = null;
        }
    }

    /** What is there, or comes within a moment; the answer is up to where that is all. */
    private Position read(Subscription subscription, Share<E, T> share, @Nullable Position cap)
            throws InterruptedException {
        share.clear();
        int eventsMax = Math.min(
                ROUND_EVENTS_MAX, share.strands().size() * wiring.options().batchEventsMax());
        long bytes = 0;
        boolean isBeyond = cap != null && !cap.isAfter(subscription.position());
        Optional<Notice> notice = isBeyond ? Optional.empty() : subscription.poll(share.poll());
        while (notice.isPresent() && !isBeyond) {
            if (notice.get() instanceof Notice.Event next) {
                isBeyond = cap != null && next.position().isAfter(cap);
                if (!isBeyond) {
                    share.add(next.event());
                    bytes += next.event().data().size();
                }
            }
            boolean isFull = share.size() >= eventsMax || bytes >= ROUND_BYTES_MAX;
            notice = isFull ? Optional.empty() : subscription.poll(Duration.ZERO);
        }
        Position to = subscription.position();
        return cap != null && to.isAfter(cap) ? cap : to;
    }

    /** False if one of the parts is no longer to be moved by this lane. */
    private boolean work(Share<E, T> share, Position to, boolean isStored) throws InterruptedException {
        List<Callable<Boolean>> works = new ArrayList<>();
        for (int i = 0; i < share.strands().size(); i++) {
            Strand<E, T> strand = share.strands().get(i);
            List<RecordedEvent> events = share.events(i);
            works.add(() -> strand.advance(events, to, isStored));
        }
        if (works.size() == 1) {
            return share.strands().getFirst().advance(share.events(0), to, isStored);
        }
        boolean all = true;
        for (Future<Boolean> each : workers.invokeAll(works)) {
            try {
                all &= each.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a part of " + wiring.ledger().namespace(version), e.getCause());
            }
        }
        return all;
    }

    /** The parts of this process, and which events of a round are whose. */
    private static final class Share<E, T> {
        private final List<Strand<E, T>> strands;
        private final Projection<E, T> projection;
        private final int[] strandOfSlice = new int[Slices.COUNT];
        private final List<List<RecordedEvent>> events = new ArrayList<>();
        private int size;

        Share(List<Strand<E, T>> strands, Projection<E, T> projection) {
            this.strands = strands;
            this.projection = projection;
            Arrays.fill(strandOfSlice, -1);
            for (int i = 0; i < strands.size(); i++) {
                Slices slices = strands.get(i).slices();
                Arrays.fill(strandOfSlice, slices.first(), slices.last() + 1, i);
                events.add(new ArrayList<>());
            }
        }

        List<Strand<E, T>> strands() {
            return strands;
        }

        List<RecordedEvent> events(int strand) {
            return events.get(strand);
        }

        int size() {
            return size;
        }

        /** How long to wait for events. */
        Duration poll() {
            return strands.stream().anyMatch(Strand::isUnstored) ? Strand.STORED_AFTER : POLL;
        }

        Position from() {
            return strands.stream()
                    .map(Strand::position)
                    .min(Position::compareTo)
                    .orElse(Position.START);
        }

        void clear() {
            size = 0;
            events.forEach(List::clear);
        }

        void add(RecordedEvent event) {
            boolean isAll = strands.size() == 1 && strands.getFirst().slices().equals(Slices.ALL);
            int strand = isAll ? 0 : strandOfSlice[Slices.of(projection.key(event))];
            if (strand >= 0 && event.position().isAfter(strands.get(strand).position())) {
                events.get(strand).add(event);
                size++;
            }
        }
    }
}
