package dev.indelible.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WindowTest {
    @Test
    void a_piece_too_far_ahead_of_the_first_that_is_not_done_has_to_wait() throws Exception {
        Window window = new Window(3);
        for (int i = 0; i < 3; i++) {
            assertThat(window.enter()).isEqualTo(i);
        }
        window.leave(1);
        window.leave(2);
        CompletableFuture<Long> fourth = new CompletableFuture<>();
        Thread entering = Thread.ofPlatform().start(() -> {
            try {
                fourth.complete(window.enter());
            } catch (InterruptedException e) {
                fourth.completeExceptionally(e);
            }
        });
        while (entering.getState() != Thread.State.WAITING) {
            assertThat(entering.isAlive()).isTrue();
            Thread.onSpinWait();
        }

        window.leave(0);

        assertThat(fourth.get(10, TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    void with_many_threads_none_is_ever_further_ahead_and_in_the_end_it_is_empty() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed: " + seed);
        int size = 16;
        Window window = new Window(size);
        Set<Long> open = ConcurrentHashMap.newKeySet();
        LinkedBlockingQueue<Long> work = new LinkedBlockingQueue<>();
        List<Future<Void>> workers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                Random random = new Random(seed + i);
                workers.add(threads.submit(() -> {
                    for (long number = work.take(); number >= 0; number = work.take()) {
                        LockSupport.parkNanos(random.nextInt(50_000));
                        open.remove(number);
                        window.leave(number);
                    }
                    return null;
                }));
            }
            for (int i = 0; i < 20_000; i++) {
                long number = window.enter();
                long first = open.stream().mapToLong(Long::longValue).min().orElse(number);
                assertThat(number - first).isLessThan(size);
                open.add(number);
                work.add(number);
            }
            window.awaitEmpty();
            assertThat(open).isEmpty();
            workers.forEach(worker -> work.add(-1L));
            for (Future<Void> worker : workers) {
                worker.get(10, TimeUnit.SECONDS);
            }
        }
    }
}
