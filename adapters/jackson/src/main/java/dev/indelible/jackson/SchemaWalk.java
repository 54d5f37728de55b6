package dev.indelible.jackson;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.indelible.EventSchema;
import dev.indelible.EventSchema.Field;
import dev.indelible.event.Payload;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsonFormatVisitors.JsonAnyFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonArrayFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonBooleanFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatTypes;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitable;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsonFormatVisitors.JsonIntegerFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonMapFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonNumberFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonStringFormatVisitor;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.ser.BeanPropertyWriter;

/**
 * Finds out what a mapper writes for a value, by a walk through its serializers: so names and forms are those of the
 * mapper, whatever it was told. One walk is for one value; it makes others for what is in it.
 */
final class SchemaWalk extends JsonFormatVisitorWrapper.Base {
    /** How deep a value can be; what is deeper counts as recursive. */
    static final int DEPTH_MAX = 20;

    /** How many fields one event can have. */
    static final int FIELDS_MAX = 10_000;

    private static final String RECURSIVE = "object (recursive)";

    private final JsonMapper mapper;
    private final SortedMap<String, Field> fields;
    private final @Nullable SchemaWalk parent;
    private final String path;
    private final boolean optional;
    private final int depth;
    private @Nullable JavaType object;
    private @Nullable String type;
    private @Nullable JsonNode sample;

    private SchemaWalk(JsonMapper mapper) {
        this.mapper = mapper;
        this.fields = new TreeMap<>();
        this.parent = null;
        this.path = "";
        this.optional = false;
        this.depth = 0;
    }

    private SchemaWalk(SchemaWalk parent, String path, boolean optional) {
        super(parent.getContext());
        this.mapper = parent.mapper;
        this.fields = parent.fields;
        this.parent = parent;
        this.path = path;
        this.optional = optional;
        this.depth = parent.depth + 1;
    }

    /** The schema of the events that are such records. */
    static EventSchema schema(JsonMapper mapper, Class<?> record, String name, int schemaVersion) {
        SchemaWalk walk = new SchemaWalk(mapper);
        try {
            mapper.acceptJsonFormatVisitor(record, walk);
            walk.identify();
            Optional<Payload> sample = walk.sample == null
                    ? Optional.empty()
                    : Optional.of(Payload.json(mapper.writeValueAsBytes(walk.sample)));
            return new EventSchema(name, schemaVersion, walk.fields, sample);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "event %s: the shape of %s is not known%s".formatted(name, record.getName(), JsonPath.where(e)), e);
        }
    }

    @Override
    public @Nullable JsonObjectFormatVisitor expectObjectFormat(JavaType javaType) {
        if (javaType.hasRawClass(Object.class)) {
            expectAnyFormat(javaType);
            return null;
        }
        if (oneOf(javaType)) {
            return null;
        }
        if (depth >= DEPTH_MAX || isInside(javaType)) {
            type = RECURSIVE;
            return null;
        }
        type = "object";
        object = javaType;
        ObjectNode members = mapper.createObjectNode();
        sample = members;
        return new JsonObjectFormatVisitor.Base(getContext()) {
            @Override
            public void property(BeanProperty property) {
                member(property.getName(), property, members);
            }

            @Override
            public void optionalProperty(BeanProperty property) {
                property(property);
            }

            @Override
            public void property(String name, JsonFormatVisitable handler, JavaType propertyType) {
                SchemaWalk member = inside(name, false);
                member.visit(handler, propertyType);
                member.putInto(members, name);
            }

            @Override
            public void optionalProperty(String name, JsonFormatVisitable handler, JavaType propertyType) {
                property(name, handler, propertyType);
            }
        };
    }

    @Override
    public @Nullable JsonArrayFormatVisitor expectArrayFormat(JavaType javaType) {
        if (javaType.getRawClass() == byte[].class) {
            text(javaType);
            return null;
        }
        sample = mapper.createArrayNode();
        SchemaWalk element = new SchemaWalk(this, path + "[]", optional);
        return new JsonArrayFormatVisitor.Base(getContext()) {
            @Override
            public void itemsFormat(@Nullable JsonFormatVisitable handler, JavaType elementType) {
                element.visit(handler, elementType);
                sample = element.sample == null
                        ? mapper.createArrayNode()
                        : mapper.createArrayNode().add(element.sample);
            }

            @Override
            public void itemsFormat(JsonFormatTypes format) {
                JavaType content = javaType.getContentType();
                itemsFormat(
                        content == null ? null : getContext().findValueSerializer(content),
                        content == null ? mapper.constructType(Object.class) : content);
            }
        };
    }

    @Override
    public JsonMapFormatVisitor expectMapFormat(JavaType javaType) {
        SchemaWalk value = new SchemaWalk(this, path + "{}", optional);
        sample = mapper.createObjectNode();
        return new JsonMapFormatVisitor.Base(getContext()) {
            @Override
            public void valueFormat(@Nullable JsonFormatVisitable handler, JavaType valueType) {
                value.visit(handler, valueType);
                ObjectNode members = mapper.createObjectNode();
                value.putInto(members, key(javaType.getKeyType()));
                sample = members;
            }
        };
    }

    @Override
    public JsonStringFormatVisitor expectStringFormat(JavaType javaType) {
        text(javaType);
        return new JsonStringFormatVisitor.Base() {
            @Override
            public void enumTypes(Set<String> constants) {
                type = "enum(" + String.join("|", new TreeSet<>(constants)) + ")";
                sample = constants.isEmpty()
                        ? null
                        : mapper.valueToTree(constants.iterator().next());
            }
        };
    }

    @Override
    public JsonNumberFormatVisitor expectNumberFormat(JavaType javaType) {
        number(javaType, null, false);
        return new JsonNumberFormatVisitor.Base() {
            @Override
            public void numberType(NumberType kind) {
                number(javaType, kind, false);
            }
        };
    }

    @Override
    public JsonIntegerFormatVisitor expectIntegerFormat(JavaType javaType) {
        number(javaType, null, true);
        return new JsonIntegerFormatVisitor.Base() {
            @Override
            public void numberType(NumberType kind) {
                number(javaType, kind, true);
            }
        };
    }

    @Override
    public JsonBooleanFormatVisitor expectBooleanFormat(JavaType javaType) {
        type = "boolean";
        sample = mapper.valueToTree(true);
        return new JsonBooleanFormatVisitor.Base();
    }

    @Override
    public JsonAnyFormatVisitor expectAnyFormat(JavaType javaType) {
        if (!oneOf(javaType)) {
            type = "any";
            sample = mapper.createObjectNode();
        }
        return new JsonAnyFormatVisitor.Base();
    }

    private void member(String name, BeanProperty property, ObjectNode members) {
        SchemaWalk member = inside(name, Components.isOptional(property));
        ValueSerializer<Object> serializer =
                property instanceof BeanPropertyWriter writer ? writer.getSerializer() : null;
        if (serializer == null) {
            serializer = getContext().findPrimaryPropertySerializer(property.getType(), property);
        }
        member.visit(serializer, property.getType());
        member.putInto(members, name);
    }

    private SchemaWalk inside(String name, boolean isOptional) {
        return new SchemaWalk(this, path.isEmpty() ? name : path + "." + name, isOptional);
    }

    private void visit(@Nullable JsonFormatVisitable handler, JavaType valueType) {
        if (handler == null) {
            expectAnyFormat(valueType);
        } else {
            handler.acceptJsonFormatVisitor(this, valueType);
        }
        if ("object".equals(type)) {
            identify();
        }
        if (type == null && sample == null) {
            type = "any"; // A serializer that does not tell what it writes.
        }
        if (type != null && fields.put(path, new Field(type, optional)) == null && fields.size() > FIELDS_MAX) {
            throw new IllegalArgumentException(
                    "schema: more than %d fields, at %s (limit: %d)".formatted(FIELDS_MAX, path, FIELDS_MAX));
        }
    }

    private void putInto(ObjectNode members, String name) {
        if (sample != null) {
            members.set(name, sample);
        }
    }

    private void text(JavaType javaType) {
        PlainTypes.Plain plain = PlainTypes.text(javaType == null ? String.class : javaType.getRawClass());
        type = plain.type();
        sample = mapper.valueToTree(plain.value());
    }

    private void number(JavaType javaType, @Nullable NumberType kind, boolean isWhole) {
        type = PlainTypes.number(javaType == null ? Object.class : javaType.getRawClass(), kind, isWhole);
        sample = mapper.getNodeFactory().numberNode(1);
    }

    /** Whether it is one of several kinds of object, told apart by what the mapper writes with it. */
    private boolean oneOf(JavaType javaType) {
        if (javaType == null || !javaType.isAbstract() || javaType.hasRawClass(Object.class)) {
            return false;
        }
        SerializationConfig config = getContext().getConfig();
        AnnotatedClass annotated = getContext().introspectClassAnnotations(javaType);
        JsonTypeInfo.Value told = config.getAnnotationIntrospector().findPolymorphicTypeInfo(config, annotated);
        List<NamedType> kinds = kinds(config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, annotated));
        if (told == null || kinds.isEmpty()) {
            return false;
        }
        if (depth >= DEPTH_MAX || isInside(javaType)) {
            type = RECURSIVE;
            return true;
        }
        object = javaType;
        TreeSet<String> names = new TreeSet<>();
        for (NamedType kind : kinds) {
            JavaType concrete = mapper.constructType(kind.getType());
            String name = id(concrete).orElse(kind.getType().getSimpleName());
            names.add(name);
            SchemaWalk each = new SchemaWalk(this, path + "(" + name + ")", true);
            each.visit(getContext().findValueSerializer(concrete), concrete);
            sample = sample == null ? each.sample : sample;
        }
        type = "one of(" + String.join("|", names) + ")";
        return true;
    }

    /** What the mapper writes with an object, to tell it from others of its kind. */
    private Optional<String> id(JavaType javaType) {
        TypeSerializer types = getContext().findTypeSerializer(javaType);
        return types == null || types.getTypeIdResolver() == null
                ? Optional.empty()
                : Optional.ofNullable(
                        types.getTypeIdResolver().idFromValueAndType(getContext(), null, javaType.getRawClass()));
    }

    /** Puts that beside or around the sample of an object, where the mapper does. */
    private void identify() {
        if (object == null || !(sample instanceof ObjectNode members)) {
            return;
        }
        TypeSerializer types = getContext().findTypeSerializer(object);
        id(object).ifPresent(id -> {
            switch (types.getTypeInclusion()) {
                case PROPERTY, EXISTING_PROPERTY -> members.put(types.getPropertyName(), id);
                case WRAPPER_OBJECT -> sample = mapper.createObjectNode().set(id, members);
                case WRAPPER_ARRAY -> sample = mapper.createArrayNode().add(id).add(members);
                default -> {} // It stands elsewhere, or nowhere.
            }
        });
    }

    private boolean isInside(JavaType javaType) {
        for (SchemaWalk above = parent; above != null; above = above.parent) {
            if (javaType.equals(above.object)) {
                return true;
            }
        }
        return false;
    }

    private String key(@Nullable JavaType keyType) {
        if (keyType != null && keyType.isEnumType()) {
            Object[] constants = keyType.getRawClass().getEnumConstants();
            return constants == null || constants.length == 0
                    ? "key"
                    : mapper.valueToTree(constants[0]).asString();
        }
        if (keyType != null && Number.class.isAssignableFrom(keyType.getRawClass())) {
            return "1";
        }
        if (keyType != null && keyType.hasRawClass(Boolean.class)) {
            return "true";
        }
        String key = keyType == null
                ? "text"
                : mapper.valueToTree(PlainTypes.text(keyType.getRawClass()).value())
                        .asString();
        return key.equals("text") ? "key" : key;
    }

    private static List<NamedType> kinds(Collection<NamedType> types) {
        return types.stream()
                .filter(type -> !Modifier.isAbstract(type.getType().getModifiers()))
                .sorted(Comparator.comparing(type -> type.getType().getName()))
                .toList();
    }
}
