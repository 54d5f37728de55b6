package dev.indelible.examples;

import dev.indelible.projection.Projections;
import dev.indelible.projection.Projector;
import dev.indelible.projection.ProjectorStatus;
import dev.indelible.projection.ProjectorStatus.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** Projections in Micrometer, and so in Prometheus and others. */
record ProjectionMetrics(Projections projections) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        for (Projector<?, ?> each : projections.all()) {
            gauge(registry, "lag", each, ProjectorStatus::lag);
            gauge(registry, "position", each, status -> status.position().value());
            gauge(registry, "rate", each, ProjectorStatus::positionsPerSecond);
            gauge(registry, "parked", each, ProjectorStatus::parked);
            gauge(registry, "failures", each, ProjectorStatus::failures);
            gauge(registry, "stopped", each, status -> status.state() == State.STOPPED ? 1 : 0);
        }
    }

    private static void gauge(
            MeterRegistry registry, String what, Projector<?, ?> projector, ToDoubleFunction<ProjectorStatus> value) {
        Gauge.builder("indelible.projection." + what, projector, each -> value.applyAsDouble(each.status()))
                .tag("projection", projector.name())
                .register(registry);
    }
}
