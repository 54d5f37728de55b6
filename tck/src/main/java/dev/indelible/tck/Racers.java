package dev.indelible.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/** Threads that start together. */
final class Racers {
    private static final int PATIENCE_S = 30;

    private Racers() {}

    /** Longest wait for anything in the contract; the system property {@code indelible.tck.patience_s} changes it. */
    static Duration patience() {
        return Duration.ofSeconds(Integer.getInteger("indelible.tck.patience_s", PATIENCE_S));
    }

    /** Runs so many tasks at once, each on a thread of its own, and returns what they returned. */
    static <T> List<T> race(int count, IntFunction<Callable<T>> racer) {
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<T>> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Callable<T> callable = racer.apply(i);
            FutureTask<T> task = new FutureTask<>(() -> {
                start.await();
                return callable.call();
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        start.countDown();
        List<T> results = new ArrayList<>();
        for (FutureTask<T> task : tasks) {
            results.add(result(task));
        }
        return results;
    }

    /** Starts a task on a thread of its own. */
    static <T> FutureTask<T> start(Callable<T> callable) {
        FutureTask<T> task = new FutureTask<>(callable);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /** The task's result, within {@link #patience}. */
    static <T> T result(FutureTask<T> task) {
        try {
            return task.get(patience().toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("a racer failed", e.getCause());
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new AssertionError("no end after " + patience(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
