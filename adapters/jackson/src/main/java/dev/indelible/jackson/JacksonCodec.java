package dev.indelible.jackson;

import dev.indelible.Codec;
import dev.indelible.EventSchema;
import dev.indelible.event.Metadata;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.Tag;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Personal;
import dev.indelible.personal.Subject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A codec for events that are records of one sealed interface, nested sealed interfaces included. What is recorded of
 * an event is its name, its schema version and its record's components, in their order, as JSON.
 *
 * <p>Names and schema versions stay for ever. By default they are a record's simple name and 1, so whoever renames a
 * record must give it its old name by {@link Builder#event}, or what was recorded is not understood any more. Two
 * records may share a name if their schema versions differ: an old shape stays readable as a record of its own.
 *
 * <p>Reading is tolerant where nothing is guessed: members that the record does not have are passed over, and of
 * components that the JSON does not have an {@code Optional} is empty, another object null and a primitive an error. An
 * unknown type, a schema version that no record has, a value of another kind, and binary data are errors. {@link
 * Upcasters} turn what was recorded in earlier shapes into today's before it is read.
 *
 * @param <E> the sealed interface
 */
public final class JacksonCodec<E> implements Codec<E> {
    private final Map<Class<?>, Shape> byClass;
    private final Map<Key, Shape> byKey;
    private final JsonMapper mapper;
    private final PersonalFields personal;
    private final Clock clock;
    private final Supplier<Metadata> context;
    private final Function<? super E, List<Tag>> tags;
    private final Upcasters upcasters;
    private final UnknownTypes unknownTypes;
    private final NewerVersions newerVersions;

    private JacksonCodec(Builder<E> builder) {
        this.byClass = new LinkedHashMap<>(builder.shapes);
        this.byKey = new LinkedHashMap<>();
        for (Shape shape : byClass.values()) {
            Shape other = byKey.put(shape.key(), shape);
            if (other != null) {
                throw new IllegalArgumentException(
                        "event type \"%s\", schema version %d: both %s and %s (expected: one of them)"
                                .formatted(
                                        shape.key().name(),
                                        shape.key().schemaVersion(),
                                        other.type().getName(),
                                        shape.type().getName()));
            }
        }
        this.mapper = builder.mapper;
        this.personal = PersonalFields.of(builder.mapper, builder.keys, byClass.keySet());
        this.clock = builder.clock;
        this.context = builder.context;
        this.tags = builder.tags;
        this.upcasters = builder.upcasters;
        this.unknownTypes = builder.unknownTypes;
        this.newerVersions = builder.newerVersions;
        byKey.values().forEach(shape -> refuseUpcasterOf(shape, upcasters));
    }

    /** What tells kinds of recorded events apart. */
    private record Key(String name, int schemaVersion) {}

    /** One kind of event: its record, and what is recorded for it. */
    private record Shape(Class<?> type, Key key) {
        static Shape of(Class<?> type, String name, int schemaVersion) {
            if (name.startsWith("$")) {
                throw new IllegalArgumentException(
                        "event_type: \"" + name + "\" is reserved (expected: a name that does not begin with '$')");
            }
            NewEvent checked = NewEvent.json(name, "{}").withSchemaVersion(schemaVersion);
            return new Shape(type, new Key(checked.type(), checked.schemaVersion()));
        }
    }

    /**
     * A codec for all records of the sealed interface by their simple names, at schema version 1.
     *
     * @throws IllegalArgumentException if the type is not sealed, permits something that is not a record, or two of
     *     its records have the same name
     */
    public static <E> JacksonCodec<E> of(Class<E> sealed) {
        return forEvents(sealed).build();
    }

    /**
     * A codec for all records of the sealed interface, with more to be said about them.
     *
     * @throws IllegalArgumentException if the type is not sealed, or permits something that is not a record
     */
    public static <E> Builder<E> forEvents(Class<E> sealed) {
        return new Builder<>(sealed);
    }

    /**
     * The mapper of a codec that is given no other. Make yours from it, by {@link JsonMapper#rebuild}, to keep what the
     * recorded form rests on: components only, in their order; enums by name; numbers exact; times by ISO 8601.
     */
    public static JsonMapper standardMapper() {
        return StandardMapper.MAPPER;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if its class is not one of the events, or it cannot be written as JSON
     * @throws dev.indelible.personal.SubjectShredded if it has personal data of a subject that was shredded
     */
    @Override
    public NewEvent encode(E event) {
        Shape shape = byClass.get(event.getClass());
        if (shape == null) {
            throw new IllegalArgumentException(
                    "event: %s (expected: one of %s)".formatted(event.getClass().getName(), classNames(byClass)));
        }
        Metadata metadata = context.get();
        if (metadata.timestamp() == null) {
            metadata = metadata.withTimestamp(clock.instant());
        }
        PersonalFields.Written written = write(event, shape);
        return new NewEvent(
                NewEvent.timeOrderedId(clock),
                shape.key().name(),
                shape.key().schemaVersion(),
                Payload.json(written.json()),
                metadata.toPayload(),
                with(written.subjects(), tags.apply(event)));
    }

    @Override
    public List<E> decode(RecordedEvent event) {
        return upcasters.concern(event) ? decodeUpcast(event) : decodeAsItIs(event);
    }

    @Override
    public List<EventSchema> schemas() {
        return byKey.values().stream()
                .map(shape -> SchemaWalk.schema(
                        mapper, shape.type(), shape.key().name(), shape.key().schemaVersion()))
                .toList();
    }

    private List<E> decodeUpcast(RecordedEvent event) {
        List<E> decoded = new ArrayList<>();
        for (RecordedEvent today : upcasters.apply(event)) {
            try {
                decoded.addAll(decodeAsItIs(today));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "%s (upcast from %s, schema version %d)"
                                .formatted(e.getMessage(), event.type(), event.schemaVersion()),
                        e);
            }
        }
        return List.copyOf(decoded);
    }

    private List<E> decodeAsItIs(RecordedEvent event) {
        Shape shape = byKey.get(new Key(event.type(), event.schemaVersion()));
        if (shape == null) {
            shape = substitute(event);
            if (shape == null) {
                return List.of();
            }
        }
        if (!event.data().isJson()) {
            throw fault(event, "binary data (expected: JSON)", null);
        }
        Object decoded;
        try {
            decoded = personal.read(event.data().toBytes(), shape.type());
        } catch (JacksonException e) {
            throw fault(event, "data does not fit " + shape.type().getName() + JsonPath.where(e), e);
        }
        if (decoded == null) {
            throw fault(
                    event,
                    "data: null (expected: a JSON object for " + shape.type().getName() + ")",
                    null);
        }
        return List.of(cast(decoded));
    }

    private PersonalFields.Written write(E event, Shape shape) {
        try {
            return personal.write(event);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "event %s: %s cannot be written as JSON%s"
                            .formatted(shape.key().name(), shape.type().getName(), JsonPath.where(e)),
                    e);
        }
    }

    private static List<Tag> with(Set<Subject> subjects, List<Tag> tags) {
        return subjects.isEmpty()
                ? tags
                : Stream.concat(tags.stream(), subjects.stream().map(Subject::tag))
                        .distinct()
                        .toList();
    }

    /** The record to read an event by that has none of its own; null if the event is passed over. */
    private @Nullable Shape substitute(RecordedEvent event) {
        SortedSet<Integer> known = versions(event.type());
        boolean isNewer = !known.isEmpty() && event.schemaVersion() > known.last();
        if (known.isEmpty()
                ? unknownTypes == UnknownTypes.PASS_OVER
                : isNewer && newerVersions == NewerVersions.PASS_OVER) {
            return null;
        }
        Shape latest = isNewer && newerVersions == NewerVersions.READ_AS_LATEST
                ? byKey.get(new Key(event.type(), known.last()))
                : null;
        if (latest == null) {
            throw fault(event, unknown(event), null);
        }
        return latest;
    }

    /** The schema versions of the type that a record or an upcaster is for. */
    private SortedSet<Integer> versions(String type) {
        TreeSet<Integer> versions = new TreeSet<>(upcasters.versions(type));
        for (Key key : byKey.keySet()) {
            if (key.name().equals(type)) {
                versions.add(key.schemaVersion());
            }
        }
        return versions;
    }

    private String unknown(RecordedEvent event) {
        TreeSet<String> names = new TreeSet<>();
        byKey.keySet().forEach(key -> names.add(key.name()));
        SortedSet<Integer> versions = versions(event.type());
        return versions.isEmpty()
                ? "unknown type (expected: one of " + names + ")"
                : "schema version " + event.schemaVersion() + " (expected: "
                        + String.join(
                                " or ", versions.stream().map(String::valueOf).toList()) + ")";
    }

    @SuppressWarnings("unchecked") // every shape's type was taken from what E permits
    private E cast(Object event) {
        return (E) event;
    }

    private static void refuseUpcasterOf(Shape shape, Upcasters upcasters) {
        String upcaster = upcasters.named(shape.key().name(), shape.key().schemaVersion());
        if (upcaster != null) {
            throw new IllegalArgumentException(
                    "event type \"%s\", schema version %d: both %s and upcaster %s (expected: one of them)"
                            .formatted(
                                    shape.key().name(),
                                    shape.key().schemaVersion(),
                                    shape.type().getName(),
                                    upcaster));
        }
    }

    private static List<String> classNames(Map<Class<?>, Shape> shapes) {
        return shapes.keySet().stream().map(Class::getName).sorted().toList();
    }

    private static IllegalArgumentException fault(RecordedEvent event, String what, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "event %s, version %d of %s: %s".formatted(event.type(), event.version(), event.stream(), what), cause);
    }

    /**
     * What there is to say about a codec. For one thread; a codec that was built does not change any more.
     *
     * @param <E> the sealed interface
     */
    public static final class Builder<E> {
        private final Map<Class<?>, Shape> shapes = new LinkedHashMap<>();
        private final Set<Class<?>> named = new HashSet<>();
        private JsonMapper mapper = standardMapper();
        private Clock clock = Clock.systemUTC();
        private Supplier<Metadata> context = () -> Metadata.NONE;
        private Function<? super E, List<Tag>> tags = event -> List.of();
        private Upcasters upcasters = Upcasters.none();
        private UnknownTypes unknownTypes = UnknownTypes.REFUSE;
        private NewerVersions newerVersions = NewerVersions.REFUSE;
        private @Nullable KeyRing keys;

        private Builder(Class<E> sealed) {
            addAll(sealed);
        }

        /**
         * The name and the schema version that are recorded for the record, instead of its simple name and 1.
         *
         * @throws IllegalArgumentException if the class is not one of the events or was named already, or a store would
         *     refuse the name or the version
         */
        public Builder<E> event(Class<? extends E> type, String name, int schemaVersion) {
            if (!shapes.containsKey(type)) {
                throw new IllegalArgumentException(
                        "event: %s (expected: one of %s)".formatted(type.getName(), classNames(shapes)));
            }
            if (!named.add(type)) {
                throw new IllegalArgumentException("event: %s is %s already (expected: one name; old names are read by"
                                .formatted(type.getName(), shapes.get(type).key())
                        + " upcasters)");
            }
            shapes.put(type, Shape.of(type, name, schemaVersion));
            return this;
        }

        /** Where the metadata of each event comes from, asked at each event; a missing timestamp is added. */
        public Builder<E> metadata(Supplier<Metadata> source) {
            context = source;
            return this;
        }

        /** What each event is about; none by default. */
        public Builder<E> tags(Function<? super E, List<Tag>> source) {
            tags = source;
            return this;
        }

        /** The clock of ids and timestamps, the system's by default. */
        public Builder<E> clock(Clock source) {
            clock = source;
            return this;
        }

        /** Another mapper, which then decides what is written and read; see {@link #standardMapper}. */
        public Builder<E> mapper(JsonMapper other) {
            mapper = other;
            return this;
        }

        /** What turns events that were recorded in earlier shapes into today's; none by default. */
        public Builder<E> upcasters(Upcasters others) {
            upcasters = others;
            return this;
        }

        /** What to do with events of a type that no record and no upcaster is for; they are refused by default. */
        public Builder<E> unknownTypes(UnknownTypes policy) {
            unknownTypes = policy;
            return this;
        }

        /** What to do with schema versions that are newer than all that are known; they are refused by default. */
        public Builder<E> newerVersions(NewerVersions policy) {
            newerVersions = policy;
            return this;
        }

        /**
         * The keys of those whose data stands in components that are {@link Personal}: such a component is recorded
         * sealed, and its subject as a further tag. Once the subject was shredded it is missing when it is read: an
         * {@code Optional} is empty, another object null; all else stays as it was.
         */
        public Builder<E> personal(KeyRing ring) {
            keys = ring;
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException if two records have the same name and schema version, or a record and an
         *     upcaster, or a component is {@link Personal} and there is no key ring, or it is not as that says
         */
        public JacksonCodec<E> build() {
            return new JacksonCodec<>(this);
        }

        private void addAll(Class<?> sealed) {
            if (!sealed.isInterface() || !sealed.isSealed()) {
                throw new IllegalArgumentException(
                        "events: %s (expected: a sealed interface of records)".formatted(sealed.getName()));
            }
            for (Class<?> permitted : sealed.getPermittedSubclasses()) {
                if (permitted.isRecord()) {
                    shapes.put(permitted, Shape.of(permitted, permitted.getSimpleName(), 1));
                } else if (permitted.isInterface() && permitted.isSealed()) {
                    addAll(permitted);
                } else {
                    throw new IllegalArgumentException(
                            "events: %s permits %s (expected: a record or a sealed interface)"
                                    .formatted(sealed.getName(), permitted.getName()));
                }
            }
        }
    }
}
