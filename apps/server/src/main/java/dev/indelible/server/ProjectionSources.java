package dev.indelible.server;

import dev.indelible.projection.Projections;
import java.net.URI;
import java.util.List;

/**
 * Whose projections a server shows and steers.
 *
 * @param projections those of its own process
 * @param agents the servers of applications that have projections: what concerns those is passed on to them
 */
public record ProjectionSources(Projections projections, List<URI> agents) {
    /** Nobody's. */
    public static ProjectionSources none() {
        return of(Projections.of());
    }

    /** Those of the same process, for the server that an application starts for itself. */
    public static ProjectionSources of(Projections projections) {
        return new ProjectionSources(projections, List.of());
    }

    /** Those of applications that serve them at these addresses. */
    public static ProjectionSources at(List<URI> agents) {
        return new ProjectionSources(Projections.of(), List.copyOf(agents));
    }
}
