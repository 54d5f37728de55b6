package dev.indelible.server.kurrent.persistent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The consumers of a group, and whose turn it is. */
final class Turns<T> {
    private final ConsumerStrategy strategy;
    private final List<Consumer<T>> consumers = new ArrayList<>();
    private long numbers;
    private int turn;

    Turns(ConsumerStrategy strategy) {
        this.strategy = strategy;
    }

    List<Consumer<T>> all() {
        return consumers;
    }

    Consumer<T> add(int bufferSize) {
        Consumer<T> consumer = new Consumer<>(bufferSize, numbers++);
        consumers.add(consumer);
        return consumer;
    }

    void remove(Consumer<T> consumer) {
        int at = consumers.indexOf(consumer);
        consumers.remove(at);
        if (at < turn) {
            turn--;
        }
    }

    /** The consumer that gets the next event, or null if all are full. */
    @Nullable
    Consumer<T> next() {
        for (int i = 0; i < consumers.size(); i++) {
            turn = turn % consumers.size();
            Consumer<T> consumer = consumers.get(turn);
            if (consumer.hasRoom()) {
                turn = strategy == ConsumerStrategy.ROUND_ROBIN ? turn + 1 : turn;
                return consumer;
            }
            turn++;
        }
        return null;
    }

    /**
     * The consumer whom events of that pin go to, or null. Each consumer draws a lot for each pin and the highest wins,
     * so that most pins stay where they are when a consumer comes or goes.
     */
    @Nullable
    Consumer<T> pinned(String pin) {
        Consumer<T> best = null;
        long highest = Long.MIN_VALUE;
        if (strategy.isPinned()) {
            for (Consumer<T> consumer : consumers) {
                long lot = mix(mix(pin.hashCode()) + consumer.number);
                if (best == null || lot > highest) {
                    best = consumer;
                    highest = lot;
                }
            }
        }
        return best;
    }

    /** Spreads numbers that are close to each other (the finalizer of MurmurHash3). */
    private static long mix(long value) {
        long z = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
        return z ^ z >>> 33;
    }
}
