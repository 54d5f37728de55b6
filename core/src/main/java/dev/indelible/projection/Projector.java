package dev.indelible.projection;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.EventStoreException.Unavailable;
import dev.indelible.Notice;
import dev.indelible.Subscription;
import dev.indelible.event.Position;
import dev.indelible.projection.ProjectionTarget.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a projection: from where it is through what was recorded, and then on as events are recorded, in batches, on a
 * thread of its own. Each batch and the new position are one step of the target, so that a kill between any two changes
 * nothing. Several projectors of one name may run, in any processes: one of them moves it at a time, and the others
 * wait for their turn.
 *
 * <p>What fails is tried again, after pauses that double, in ever smaller batches. If the store or the target cannot be
 * reached, for ever; otherwise {@link #ATTEMPTS_MAX} times, and then the projector stops where it is until it is told
 * to {@link #resume}. Nothing is skipped.
 *
 * @param <E> the application's events
 * @param <T> what the projection writes to
 */
public final class Projector<E, T> implements AutoCloseable {
    /** Most events of a batch. */
    public static final int BATCH_EVENTS_MAX = 512;

    /** How often an event is tried before the projector stops. */
    public static final int ATTEMPTS_MAX = 10;

    private static final Duration PAUSE_FIRST = Duration.ofMillis(20);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final EventStore store;
    private final Projection<E, T> projection;
    private final ProjectionTarget<T> target;
    private final Codec<E> codec;
    private final Course course;
    private final Thread thread;
    private volatile @Nullable Subscription following;
    private int batchMax = BATCH_EVENTS_MAX;
    private int attempts;

    private Projector(EventStore store, Projection<E, T> projection, ProjectionTarget<T> target, Codec<E> codec) {
        this.store = store;
        this.projection = projection;
        this.target = target;
        this.codec = codec;
        this.course = new Course();
        this.thread = Thread.ofVirtual()
                .name("indelible-projector-" + projection.name())
                .start(this::run);
    }

    /** A batch: what is delivered, and up to where that is all. */
    private record Batch(List<Delivery> deliveries, Position to) {}

    /** Starts a projector; it runs until it is closed. */
    public static <E, T> Projector<E, T> start(
            EventStore store, Projection<E, T> projection, ProjectionTarget<T> target, Codec<E> codec) {
        if (projection.name().isEmpty()) {
            throw new IllegalArgumentException("projection: \"\" (expected: a name)");
        }
        return new Projector<>(store, projection, target, codec);
    }

    /**
     * Waits until the read model has everything up to the position, whoever put it there: read your own write.
     *
     * @return false if it has not within that time, or this projector stopped or was closed
     */
    public boolean await(Position position, Duration timeout) throws InterruptedException {
        return course.await(position, timeout);
    }

    /** Takes in nothing any more until {@link #resume}; a batch under way is ended first. */
    public void pause() {
        course.pause();
    }

    /** Goes on after {@link #pause}, or after it stopped. */
    public void resume() {
        course.resume();
    }

    /** How it stands; asks the store for its end. */
    public ProjectorStatus status() {
        return course.status(projection.name(), store.head());
    }

    /** Ends it after the batch under way. */
    @Override
    public void close() {
        course.close();
        Subscription open = following;
        if (open != null) {
            open.close(); // Wakes who waits for events; a batch under way is not disturbed.
        }
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
        try {
            while (course.mayGoOn()) {
                try {
                    follow();
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception | Error e) {
                    failed(e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            course.end();
        }
    }

    /** Until it is paused or closed, or somebody else has moved the projection. */
    private void follow() throws Exception {
        Progress progress = target.begin(projection.name(), store.head());
        Position position = progress.position();
        course.reached(position, 0);
        try (Subscription subscription = store.subscribe(projection.reads(), position)) {
            following = subscription;
            while (course.mayGoOn()) {
                Batch batch = next(subscription, progress.replayUntil());
                if (!course.isRunning()) {
                    return; // It is read again, when and if it goes on.
                }
                if (batch.to().isAfter(position)) {
                    if (!target.advance(projection.name(), position, batch.to(), model -> apply(batch, model))) {
                        return;
                    }
                    position = batch.to();
                    attempts = 0;
                    batchMax = Math.min(BATCH_EVENTS_MAX, 2 * batchMax);
                }
                course.reached(position, batch.deliveries().size());
                if (subscription.isClosed() && course.mayGoOn()) {
                    throw new Unavailable("the store is closed", null);
                }
            }
        }
    }

    /** What is there, or comes within a moment. */
    private Batch next(Subscription subscription, Position replayUntil) throws InterruptedException {
        List<Delivery> deliveries = new ArrayList<>();
        Optional<Notice> notice = subscription.poll(POLL);
        while (notice.isPresent()) {
            if (notice.get() instanceof Notice.Event event) {
                deliveries.add(new Delivery(event.event(), !event.position().isAfter(replayUntil)));
            }
            course.live(subscription.status().live());
            notice = deliveries.size() < batchMax ? subscription.poll(Duration.ZERO) : Optional.empty();
        }
        return new Batch(deliveries, subscription.position());
    }

    private void apply(Batch batch, T model) throws Exception {
        for (Delivery delivery : batch.deliveries()) {
            for (E event : codec.decode(delivery.event())) {
                projection.apply(event, delivery, model);
            }
        }
    }

    /** A batch of several is tried again in parts first, which finds the event that fails. */
    private void failed(Throwable e) throws InterruptedException {
        boolean isElsewhere = e instanceof Unavailable;
        boolean isOneEvent = batchMax == 1;
        batchMax = Math.max(1, batchMax / 2);
        if (isOneEvent && !isElsewhere && ++attempts >= ATTEMPTS_MAX) {
            attempts = 0;
            course.stop(e);
        } else {
            course.failed(e);
            if (isOneEvent || isElsewhere) {
                course.pauseDoubled(PAUSE_FIRST, PAUSE_MAX);
            }
        }
    }
}
