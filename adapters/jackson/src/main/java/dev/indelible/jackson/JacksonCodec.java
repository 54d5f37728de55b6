package dev.indelible.jackson;

import dev.indelible.Codec;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.Tag;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A codec for events that are records of one sealed interface. Their names and schema versions are part of what is
 * recorded, for ever: by default a record's simple name and version 1; {@link Builder#event} sets others, which a
 * renamed or changed record needs.
 *
 * <p>Reading is tolerant: members that the record does not have are passed over, components that the JSON does not have
 * are null, 0 or false. An unknown type or another schema version is an error.
 *
 * @param <E> the sealed interface
 */
public final class JacksonCodec<E> implements Codec<E> {
    private final Map<Class<?>, Shape> byClass;
    private final Map<String, Shape> byName;
    private final JsonMapper mapper;
    private final Clock clock;
    private final Supplier<Metadata> context;
    private final Function<? super E, List<Tag>> tags;

    private JacksonCodec(Builder<E> builder) {
        this.byClass = new LinkedHashMap<>(builder.shapes);
        this.byName = new LinkedHashMap<>();
        for (Shape shape : byClass.values()) {
            Shape other = byName.put(shape.name(), shape);
            if (other != null) {
                throw new IllegalArgumentException("event type \"%s\": both %s and %s (expected: one of them)"
                        .formatted(
                                shape.name(),
                                other.type().getName(),
                                shape.type().getName()));
            }
        }
        this.mapper = builder.mapper;
        this.clock = builder.clock;
        this.context = builder.context;
        this.tags = builder.tags;
    }

    /** One kind of event: its record, its name and the version of its schema. */
    private record Shape(Class<?> type, String name, int schemaVersion) {}

    /**
     * A codec for all records of the sealed interface by their simple names, at schema version 1.
     *
     * @throws IllegalArgumentException if the type is not sealed, or permits something that is not a record
     */
    public static <E> JacksonCodec<E> of(Class<E> sealed) {
        return forEvents(sealed).build();
    }

    /** A codec for all records of the sealed interface, with more to be said about them. */
    public static <E> Builder<E> forEvents(Class<E> sealed) {
        return new Builder<>(sealed);
    }

    @Override
    public NewEvent encode(E event) {
        Shape shape = byClass.get(event.getClass());
        if (shape == null) {
            throw new IllegalArgumentException("event: %s (expected: one of %s)"
                    .formatted(event.getClass().getName(), new TreeSet<>(byName.keySet())));
        }
        Metadata metadata = context.get();
        if (metadata.timestamp() == null) {
            metadata = metadata.withTimestamp(clock.instant());
        }
        return new NewEvent(
                NewEvent.timeOrderedId(clock),
                shape.name(),
                shape.schemaVersion(),
                Payload.json(mapper.writeValueAsBytes(event)),
                metadata.toPayload(),
                tags.apply(event));
    }

    @Override
    public List<E> decode(RecordedEvent event) {
        Shape shape = byName.get(event.type());
        if (shape == null) {
            throw fault(event, "unknown type (expected: one of " + new TreeSet<>(byName.keySet()) + ")", null);
        }
        if (event.schemaVersion() != shape.schemaVersion()) {
            throw fault(
                    event,
                    "schema version " + event.schemaVersion() + " (expected: " + shape.schemaVersion() + ")",
                    null);
        }
        if (!event.data().isJson()) {
            throw fault(event, "binary data (expected: JSON)", null);
        }
        try {
            return List.of(cast(mapper.readValue(event.data().toBytes(), shape.type())));
        } catch (JacksonException e) {
            throw fault(event, "data does not fit " + shape.type().getName() + ": " + e.getOriginalMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // every shape's type was taken from what E permits
    private E cast(Object event) {
        return (E) event;
    }

    private static IllegalArgumentException fault(RecordedEvent event, String what, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "event %s, version %d of %s: %s".formatted(event.type(), event.version(), event.stream(), what), cause);
    }

    /**
     * What there is to say about a codec.
     *
     * @param <E> the sealed interface
     */
    public static final class Builder<E> {
        private final Map<Class<?>, Shape> shapes = new LinkedHashMap<>();
        private JsonMapper mapper = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        private Clock clock = Clock.systemUTC();
        private Supplier<Metadata> context = () -> Metadata.NONE;
        private Function<? super E, List<Tag>> tags = event -> List.of();

        private Builder(Class<E> sealed) {
            addAll(sealed);
        }

        /** The record's name and schema version, instead of its simple name and 1. */
        public Builder<E> event(Class<? extends E> type, String name, int schemaVersion) {
            if (!shapes.containsKey(type)) {
                throw new IllegalArgumentException(type.getName() + ": not one of the events (expected: one of "
                        + shapes.keySet().stream().map(Class::getName).toList() + ")");
            }
            if (schemaVersion < 1) {
                throw new IllegalArgumentException("schema version: " + schemaVersion + " (expected: 1 or more)");
            }
            shapes.put(type, new Shape(type, name, schemaVersion));
            return this;
        }

        /** Where the metadata of each event comes from; a missing timestamp is added. */
        public Builder<E> metadata(Supplier<Metadata> source) {
            context = source;
            return this;
        }

        /** What each event is about. */
        public Builder<E> tags(Function<? super E, List<Tag>> source) {
            tags = source;
            return this;
        }

        /** The clock of ids and timestamps. */
        public Builder<E> clock(Clock source) {
            clock = source;
            return this;
        }

        /** Another mapper, which then decides what JSON the records become. */
        public Builder<E> mapper(JsonMapper other) {
            mapper = other;
            return this;
        }

        /** The codec. */
        public JacksonCodec<E> build() {
            return new JacksonCodec<>(this);
        }

        private void addAll(Class<?> sealed) {
            if (!sealed.isSealed()) {
                throw new IllegalArgumentException(
                        sealed.getName() + ": neither sealed nor a record (expected: a sealed interface of records)");
            }
            for (Class<?> permitted : sealed.getPermittedSubclasses()) {
                if (permitted.isRecord()) {
                    shapes.put(permitted, new Shape(permitted, permitted.getSimpleName(), 1));
                } else {
                    addAll(permitted);
                }
            }
        }
    }
}
