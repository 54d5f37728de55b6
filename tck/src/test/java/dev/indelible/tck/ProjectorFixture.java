package dev.indelible.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.indelible.Codec;
import dev.indelible.EventStore;
import dev.indelible.event.EventQuery;
import dev.indelible.event.ExpectedVersion;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import dev.indelible.memory.MemoryJournal;
import dev.indelible.memory.MemoryTarget;
import dev.indelible.projection.Delivery;
import dev.indelible.projection.Projection;
import dev.indelible.projection.ProjectionTarget;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/** A store and a target in memory, and a projection that counts the events of each stream. */
class ProjectorFixture {
    static final Codec<RecordedEvent> AS_RECORDED = new Codec<>() {
        @Override
        public NewEvent encode(RecordedEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<RecordedEvent> decode(RecordedEvent event) {
            return List.of(event);
        }
    };

    static final Duration LEASE = Duration.ofMillis(200);

    final EventStore store = EventStore.on(new MemoryJournal());
    final MemoryTarget<Map<String, Long>> target = MemoryTarget.of(Map.of(), HashMap::new);
    final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        store.close();
    }

    /** Keeps of each stream how many events it had, and fails if one comes out of order. */
    static class Counts implements Projection<RecordedEvent, Map<String, Long>> {
        @Override
        public String name() {
            return "counts";
        }

        @Override
        public EventQuery reads() {
            return EventQuery.category("Order");
        }

        @Override
        public void apply(RecordedEvent event, Delivery delivery, Map<String, Long> model) {
            long before = model.getOrDefault(event.stream().value(), 0L);
            if (event.version() != before + 1) {
                throw new AssertionError(event + " after version " + before);
            }
            model.put(event.stream().value(), event.version());
        }
    }

    Projector<RecordedEvent, Map<String, Long>> start(
            Projection<RecordedEvent, Map<String, Long>> projection, ProjectionTarget<Map<String, Long>> into) {
        ProjectorOptions quick = ProjectorOptions.standard().withLease(LEASE).withAttemptsMax(3);
        return start(projection, into, quick);
    }

    Projector<RecordedEvent, Map<String, Long>> start(
            Projection<RecordedEvent, Map<String, Long>> projection,
            ProjectionTarget<Map<String, Long>> into,
            ProjectorOptions options) {
        Projector<RecordedEvent, Map<String, Long>> projector =
                Projector.start(store, projection, into, AS_RECORDED, options);
        open.add(projector);
        return projector;
    }

    Position append(String stream, int events) {
        return store.append(StreamName.of(stream), ExpectedVersion.any(), ContractBase.events(events))
                .position();
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Racers.patience().toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    static void awaitAt(Projector<?, ?> projector, Position position) throws InterruptedException {
        assertThat(projector.await(position, Racers.patience()))
                .as(() -> projector.status().toString())
                .isTrue();
    }
}
