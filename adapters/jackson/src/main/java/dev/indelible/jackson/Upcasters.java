package dev.indelible.jackson;

import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns the data of events that were recorded in earlier shapes into today's, when they are read: JSON in, JSON out.
 * What is recorded never changes.
 *
 * <p>An upcaster is for one event type and schema version. What it gives is upcast again until there is no upcaster for
 * it, so each shape needs only the way to the next. Each gets data of its own, and may change and return it. Immutable;
 * upcasters must be so too, since any thread may read.
 */
public final class Upcasters {
    /** How often upcasters run at most for one recorded event: more is taken for a cycle. */
    public static final int STEPS_MAX = 1_000;

    private static final Upcasters NONE = new Upcasters(Map.of());

    /** Numbers stay as they were written. */
    private static final JsonMapper TREES = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final Map<Kind, Upcaster> upcasters;

    private Upcasters(Map<Kind, Upcaster> upcasters) {
        this.upcasters = Map.copyOf(upcasters);
    }

    /** What an upcaster is for. */
    private record Kind(String type, int schemaVersion) {
        @Override
        public String toString() {
            return type + " " + schemaVersion;
        }
    }

    /**
     * One of them.
     *
     * @param to what it gives, if that is known before it runs
     * @param text how messages call it
     * @param function null: it gives nothing, whatever the data
     */
    private record Upcaster(
            Kind from,
            @Nullable Kind to,
            String text,
            @Nullable Function<ObjectNode, List<Event>> function) {}

    /**
     * What an upcaster gives.
     *
     * @param type what happened
     * @param schemaVersion shape of the data
     * @param data what happened exactly
     */
    public record Event(String type, int schemaVersion, ObjectNode data) {
        /** Checks that a codec could have recorded such an event. */
        public Event {
            kind(type, schemaVersion);
            Objects.requireNonNull(data, "data: null (expected: a JSON object)");
        }
    }

    /** An event of that type, schema version and data, for {@link #split}. */
    public static Event event(String type, int schemaVersion, ObjectNode data) {
        return new Event(type, schemaVersion, data);
    }

    /** No upcasters: every event stays as it is. */
    public static Upcasters none() {
        return NONE;
    }

    /**
     * These, and one that leads from the schema version to the next one of the same type.
     *
     * @throws IllegalArgumentException if there is an upcaster for it already, or none could ever end
     */
    public Upcasters step(String type, int schemaVersion, UnaryOperator<ObjectNode> upcaster) {
        return rename(type, schemaVersion, type, schemaVersion + 1, upcaster);
    }

    /**
     * These, and one that leads to another type and schema version.
     *
     * @throws IllegalArgumentException if there is an upcaster for it already, or none could ever end
     */
    public Upcasters rename(
            String type, int schemaVersion, String newType, int newVersion, UnaryOperator<ObjectNode> upcaster) {
        Kind from = kind(type, schemaVersion);
        Kind to = kind(newType, newVersion);
        return with(new Upcaster(
                from,
                to,
                (type.equals(newType) ? "step " : "rename ") + from + " → " + to,
                data -> List.of(new Event(newType, newVersion, upcaster.apply(data)))));
    }

    /**
     * These, and one that makes several events of one, or none of some.
     *
     * @throws IllegalArgumentException if there is an upcaster for it already
     */
    public Upcasters split(String type, int schemaVersion, Function<ObjectNode, List<Event>> upcaster) {
        Kind from = kind(type, schemaVersion);
        return with(new Upcaster(from, null, "split " + from, upcaster));
    }

    /**
     * These, and one that makes nothing of an event: it means nothing any more. Its data may be of any kind.
     *
     * @throws IllegalArgumentException if there is an upcaster for it already
     */
    public Upcasters drop(String type, int schemaVersion) {
        Kind from = kind(type, schemaVersion);
        return with(new Upcaster(from, null, "drop " + from, null));
    }

    /**
     * What the event is today: itself if no upcaster is for it, else events with its id, stream, version, position,
     * metadata, tags and time, and with types, schema versions and data of today; none if it means nothing any more.
     *
     * @throws IllegalArgumentException that names event and upcaster if one fails, gives null, or must have a JSON
     *     object and there is none; its cause is the upcaster's
     */
    public List<RecordedEvent> apply(RecordedEvent event) {
        Upcaster first = find(event);
        if (first == null) {
            return List.of(event);
        }
        if (first.function() == null) {
            return List.of();
        }
        Deque<Event> open = new ArrayDeque<>(run(event, first, parse(event, first)));
        List<RecordedEvent> done = new ArrayList<>();
        for (int steps = 1; !open.isEmpty(); ) {
            Event next = open.pop();
            Upcaster upcaster = upcasters.get(new Kind(next.type(), next.schemaVersion()));
            if (upcaster == null) {
                done.add(today(event, next));
                continue;
            }
            if (++steps > STEPS_MAX) {
                throw fault(event, upcaster, "more than " + STEPS_MAX + " steps (expected: that they end)", null);
            }
            // Others may hold the same nodes: an event of the same split, or the upcaster itself.
            List<Event> results = run(event, upcaster, next.data().deepCopy());
            for (int i = results.size() - 1; i >= 0; i--) {
                open.push(results.get(i));
            }
        }
        return List.copyOf(done);
    }

    /** Whether one of them is for the event. */
    boolean concern(RecordedEvent event) {
        return find(event) != null;
    }

    /** What the upcaster for it is called; null if there is none. */
    @Nullable
    String named(String type, int schemaVersion) {
        Upcaster upcaster = upcasters.get(new Kind(type, schemaVersion));
        return upcaster == null ? null : upcaster.text();
    }

    /** The schema versions of the type that there are upcasters for. */
    List<Integer> versions(String type) {
        return upcasters.keySet().stream()
                .filter(kind -> kind.type().equals(type))
                .map(Kind::schemaVersion)
                .sorted()
                .toList();
    }

    private @Nullable Upcaster find(RecordedEvent event) {
        return upcasters.isEmpty() ? null : upcasters.get(new Kind(event.type(), event.schemaVersion()));
    }

    private Upcasters with(Upcaster upcaster) {
        Map<Kind, Upcaster> more = new HashMap<>(upcasters);
        Upcaster other = more.put(upcaster.from(), upcaster);
        if (other != null) {
            throw new IllegalArgumentException("event type \"%s\", schema version %d: both %s and %s (expected: one)"
                    .formatted(upcaster.from().type(), upcaster.from().schemaVersion(), other.text(), upcaster.text()));
        }
        StringBuilder way = new StringBuilder(upcaster.from().toString());
        for (Upcaster next = upcaster; next != null && next.to() != null; next = more.get(next.to())) {
            way.append(" → ").append(next.to());
            if (next.to().equals(upcaster.from())) {
                throw new IllegalArgumentException("upcasters: " + way + " (expected: that they end)");
            }
        }
        return new Upcasters(more);
    }

    private static List<Event> run(RecordedEvent event, Upcaster upcaster, ObjectNode data) {
        if (upcaster.function() == null) {
            return List.of();
        }
        List<Event> results;
        try {
            results = upcaster.function().apply(data);
        } catch (RuntimeException e) {
            throw fault(event, upcaster, "it failed: " + (e.getMessage() == null ? e : e.getMessage()), e);
        }
        if (results == null || results.stream().anyMatch(Objects::isNull)) {
            throw fault(event, upcaster, results + " (expected: events, or an empty list)", null);
        }
        return results;
    }

    private static ObjectNode parse(RecordedEvent event, Upcaster upcaster) {
        if (!event.data().isJson()) {
            throw fault(event, upcaster, "binary data (expected: a JSON object)", null);
        }
        JsonNode data;
        try {
            data = TREES.readTree(event.data().toBytes());
        } catch (JacksonException e) {
            throw fault(event, upcaster, "data is not read" + JsonPath.where(e), e);
        }
        if (data instanceof ObjectNode object) {
            return object;
        }
        throw fault(event, upcaster, "data: " + data.getNodeType() + " (expected: a JSON object)", null);
    }

    private RecordedEvent today(RecordedEvent event, Event today) {
        try {
            return new RecordedEvent(
                    event.id(),
                    event.stream(),
                    today.type(),
                    event.version(),
                    today.schemaVersion(),
                    Payload.json(TREES.writeValueAsBytes(today.data())),
                    event.metadata(),
                    event.tags(),
                    event.position(),
                    event.recordedAt());
        } catch (JacksonException e) {
            throw fault(
                    event,
                    Objects.requireNonNull(find(event)),
                    "%s, schema version %d, cannot be written as JSON%s"
                            .formatted(today.type(), today.schemaVersion(), JsonPath.where(e)),
                    e);
        }
    }

    private static IllegalArgumentException fault(
            RecordedEvent event, Upcaster upcaster, String what, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "event %s, schema version %d, version %d of %s: upcaster %s: %s"
                        .formatted(
                                event.type(),
                                event.schemaVersion(),
                                event.version(),
                                event.stream(),
                                upcaster.text(),
                                what),
                cause);
    }

    private static Kind kind(String type, int schemaVersion) {
        NewEvent checked = NewEvent.json(type, "{}").withSchemaVersion(schemaVersion);
        return new Kind(checked.type(), checked.schemaVersion());
    }
}
