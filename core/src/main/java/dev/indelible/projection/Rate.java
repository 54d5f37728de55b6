package dev.indelible.projection;

import dev.indelible.event.Position;
import java.time.Duration;
import java.util.ArrayDeque;

/** How fast a position moves, over the last seconds. For one thread at a time. */
final class Rate {
    private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long EVERY_NANOS = Duration.ofMillis(100).toNanos();

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, long position) {}

    void sample(Position position) {
        long now = System.nanoTime();
        if (samples.isEmpty() || now - samples.getLast().nanos() >= EVERY_NANOS) {
            samples.add(new Sample(now, position.value()));
        }
        while (samples.size() > 2 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    double perSecond() {
        if (samples.size() < 2) {
            return 0;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        return 1e9 * (last.position() - first.position()) / Math.max(1, last.nanos() - first.nanos());
    }
}
