package dev.indelible.projection;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The projectors of an application, by their names: what those who watch and steer them are given. */
public final class Projections implements AutoCloseable {
    private final Map<String, Projector<?, ?>> projectors = new LinkedHashMap<>();

    private Projections() {}

    /**
     * These projectors.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static Projections of(Projector<?, ?>... projectors) {
        Projections projections = new Projections();
        for (Projector<?, ?> projector : projectors) {
            if (projections.projectors.put(projector.name(), projector) != null) {
                throw new IllegalArgumentException("projection " + projector.name()
                        + ": there twice (expected: one projector of a name in a process)");
            }
        }
        return projections;
    }

    /** All, in the order in which they were given. */
    public Collection<Projector<?, ?>> all() {
        return projectors.values();
    }

    /** The projector of that name. */
    public Optional<Projector<?, ?>> named(String name) {
        return Optional.ofNullable(projectors.get(name));
    }

    /** Closes all of them. */
    @Override
    public void close() {
        projectors.values().forEach(Projector::close);
    }
}
