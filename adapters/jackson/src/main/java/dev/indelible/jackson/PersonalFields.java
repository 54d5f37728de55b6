package dev.indelible.jackson;

import dev.indelible.jackson.SealingWriter.Sealing;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.Personal;
import dev.indelible.personal.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;

/**
 * Writes values as JSON in which components that are {@link Personal} are sealed, and reads such JSON. Values whose
 * type holds no personal component are written, and JSON without sealed values is read, as if this were not here.
 *
 * <p>Sealing is part of how Jackson writes a record, so it does not matter how the record was reached: nested, in a
 * list, in a map, behind an interface. Sealed values are opened wherever they stand in the JSON, so that an upcaster
 * may move them and a record may lose its annotation.
 */
final class PersonalFields {
    private final JsonMapper mapper;
    private final JsonMapper sealing;
    private final JsonMapper trees;
    private final @Nullable KeyRing keys;
    private final Set<Class<?>> without = new HashSet<>();
    private boolean nowhere = true;

    private PersonalFields(JsonMapper mapper, @Nullable KeyRing keys, Modifier modifier) {
        this.mapper = mapper;
        this.keys = keys;
        this.sealing = mapper.rebuild()
                .addModule(new SimpleModule("indelible-personal").setSerializerModifier(modifier))
                .build();
        this.trees = mapper.rebuild()
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    /**
     * For values of those classes.
     *
     * @param keys null if there are none, which is an error if a class has personal components
     * @throws IllegalArgumentException if a personal component is not as it must be, or would not be sealed
     */
    static PersonalFields of(JsonMapper mapper, @Nullable KeyRing keys, Collection<? extends Class<?>> roots) {
        Modifier modifier = new Modifier();
        PersonalFields fields = new PersonalFields(mapper, keys, modifier);
        for (Class<?> root : roots) {
            PersonalTypes types = PersonalTypes.in(root);
            if (types.areNowhere()) {
                fields.without.add(root);
            } else {
                fields.nowhere = false;
            }
            modifier.hasPersonal |= !types.records().isEmpty();
        }
        for (Class<?> root : roots) {
            PersonalTypes types = PersonalTypes.in(root);
            types.records().forEach(type -> fields.requireSealed(type, modifier));
            if (modifier.hasPersonal) {
                types.classes().forEach(Bypasses::refuse);
            }
        }
        return fields;
    }

    private void requireSealed(Class<?> type, Modifier modifier) {
        if (keys == null) {
            throw new IllegalArgumentException(
                    type.getName() + " has personal components (expected: a key ring, by personal(…))");
        }
        try {
            sealing.acceptJsonFormatVisitor(type, new JsonFormatVisitorWrapper.Base());
        } catch (JacksonException e) {
            throw new IllegalArgumentException(type.getName() + ": " + e.getOriginalMessage(), e);
        }
        if (!modifier.seen.contains(type)) {
            throw new IllegalArgumentException(type.getName() + " has personal components, but a serializer of its own"
                    + " (expected: to be written as a record, component by component)");
        }
    }

    /**
     * A value that was written.
     *
     * @param json its text
     * @param subjects whose data is in it, sealed
     */
    record Written(byte[] json, Set<Subject> subjects) {}

    /**
     * The value as JSON.
     *
     * @throws dev.indelible.personal.SubjectShredded if it has data of a subject that was shredded
     */
    Written write(Object value) {
        return write(value, sealing.writer());
    }

    /** The value as JSON of that type, as {@link #write(Object)}. */
    Written write(Object value, JavaType type) {
        return write(value, sealing.writerFor(type));
    }

    private Written write(Object value, ObjectWriter writer) {
        try {
            return written(value, writer);
        } catch (JacksonException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof PersonalKey refusal) {
                    throw new PersonalKey(refusal.type); // Its path, and so its message, would hold the key.
                }
            }
            throw e;
        }
    }

    private Written written(Object value, ObjectWriter writer) {
        if (keys == null) {
            return new Written(writer.writeValueAsBytes(value), Set.of());
        }
        if (nowhere || without.contains(value.getClass())) {
            byte[] json = writer.writeValueAsBytes(value);
            Marks.require(0, json);
            return new Written(json, Set.of());
        }
        Sealing used = new Sealing(keys);
        byte[] json;
        try {
            json = writer.withAttribute(Sealing.class, used).writeValueAsBytes(value);
        } catch (RuntimeException e) {
            throw Optional.ofNullable(used.failure()).orElse(e);
        }
        Marks.require(used.values(), json);
        return new Written(json, used.subjects());
    }

    /** The value of that JSON; what is sealed by a key that was destroyed is absent. */
    <T> @Nullable T read(byte[] json, Class<T> type) {
        return type.cast(read(json, mapper.constructType(type)));
    }

    /** The value of that JSON, as {@link #read(byte[], Class)}. */
    @Nullable
    Object read(byte[] json, JavaType type) {
        return keys == null || Marks.in(json) == 0
                ? mapper.readValue(json, type)
                : mapper.treeToValue(open(trees.readTree(json)), type);
    }

    /** The JSON, which is changed, with all sealed values opened, and without those whose key was destroyed. */
    JsonNode open(JsonNode json) {
        JsonNode opened = keys == null ? json : new Opening(keys, trees).open(json);
        return opened == null ? trees.nullNode() : opened;
    }

    /** What may hold a record as the key of a map: it is written by its toString, in clear. */
    private static final class PersonalKey extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private final Class<?> type;

        PersonalKey(Class<?> type) {
            super(type.getName() + " has personal components, or may have, and is the key of a map"
                    + " (expected: a plain value as key; a record is sealed as a value)");
            this.type = type;
        }
    }

    /** Puts a sealing writer in the place of each personal component's. */
    private static final class Modifier extends ValueSerializerModifier {
        private static final long serialVersionUID = 1;

        private final transient Set<Class<?>> seen = ConcurrentHashMap.newKeySet();
        private volatile boolean hasPersonal;

        @Override
        public List<BeanPropertyWriter> changeProperties(
                SerializationConfig config, BeanDescription.Supplier bean, List<BeanPropertyWriter> properties) {
            List<PersonalComponent> personal = PersonalComponent.of(bean.getBeanClass());
            AnnotatedMember any = personal.isEmpty() ? null : bean.get().findAnyGetter();
            List<BeanPropertyWriter> changed = new ArrayList<>(properties);
            for (PersonalComponent component : personal) {
                int index = indexOf(component, changed);
                if (index < 0 || (any != null && any.getName().equals(component.name()))) {
                    throw new IllegalArgumentException(component.name()
                            + ": personal, but not written as a member (expected: a member of its own, to be sealed)");
                }
                changed.set(index, sealed(changed.get(index), component));
            }
            seen.add(bean.getBeanClass());
            return changed;
        }

        @Override
        public ValueSerializer<?> modifyKeySerializer(
                SerializationConfig config,
                JavaType type,
                BeanDescription.Supplier bean,
                ValueSerializer<?> serializer) {
            if (hasPersonal && !PersonalTypes.isPlainKey(type.getRawClass())) {
                throw new PersonalKey(type.getRawClass());
            }
            return serializer;
        }

        private static int indexOf(PersonalComponent component, List<BeanPropertyWriter> properties) {
            for (int i = 0; i < properties.size(); i++) {
                if (properties.get(i).getMember().getName().equals(component.name())) {
                    return i;
                }
            }
            return -1;
        }

        private static BeanPropertyWriter sealed(BeanPropertyWriter property, PersonalComponent component) {
            if (property.isUnwrapping()) {
                throw new IllegalArgumentException(
                        component.name() + ": personal and unwrapped (expected: a member of its own, to be sealed)");
            }
            return new SealingWriter(property, component);
        }
    }
}
