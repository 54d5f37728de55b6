package dev.indelible.jackson;

import dev.indelible.personal.Personal;
import dev.indelible.personal.Subject;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A component of a record that is annotated {@link Personal}.
 *
 * @param name the component's name
 * @param of the component that says whose data it is
 * @param kind of subject
 * @param id reads the value of that component
 */
record PersonalComponent(String name, String of, String kind, Method id) {
    private static final Set<Class<?>> IDS = Set.of(
            String.class,
            UUID.class,
            BigInteger.class,
            Long.class,
            long.class,
            Integer.class,
            int.class,
            Short.class,
            short.class,
            Byte.class,
            byte.class);

    /**
     * The personal components of the class; none if it is no record.
     *
     * @throws IllegalArgumentException if one of them is not as {@link Personal} wants it
     */
    static List<PersonalComponent> of(Class<?> type) {
        if (!type.isRecord()) {
            return List.of();
        }
        RecordComponent[] components = type.getRecordComponents();
        List<PersonalComponent> personal = new ArrayList<>();
        for (RecordComponent component : components) {
            Personal annotation = component.getAnnotation(Personal.class);
            if (annotation != null) {
                personal.add(of(type, components, component, annotation));
            }
        }
        return personal;
    }

    private static PersonalComponent of(
            Class<?> type, RecordComponent[] components, RecordComponent component, Personal annotation) {
        String where = type.getName() + "." + component.getName() + ": ";
        if (component.getType().isPrimitive()) {
            throw new IllegalArgumentException(where + "personal and " + component.getType()
                    + " (expected: an Optional or an object, since it is absent once it is forgotten)");
        }
        RecordComponent id = Stream.of(components)
                .filter(each -> each.getName().equals(annotation.of()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "%spersonal data of \"%s\", which is no component (expected: one of %s)"
                                .formatted(where, annotation.of(), names(components))));
        if (!IDS.contains(id.getType())) {
            throw new IllegalArgumentException("%spersonal data of \"%s\", which is a %s (expected: a text, a whole"
                            .formatted(where, annotation.of(), id.getType().getName())
                    + " number or a UUID)");
        }
        if (id.isAnnotationPresent(Personal.class)) {
            throw new IllegalArgumentException("%spersonal data of \"%s\", which is personal itself (expected: an id"
                            .formatted(where, annotation.of())
                    + " that means nothing by itself, since it stays in clear)");
        }
        Method accessor = id.getAccessor();
        accessor.setAccessible(true);
        String kind = annotation.kind().isEmpty() ? annotation.of() : annotation.kind();
        new Subject(kind, "0");
        return new PersonalComponent(component.getName(), annotation.of(), kind, accessor);
    }

    private static List<String> names(RecordComponent[] components) {
        return Arrays.stream(components).map(RecordComponent::getName).toList();
    }

    /**
     * Whose data it is in that record.
     *
     * @throws IllegalArgumentException if the record does not say it
     */
    Subject subjectIn(Object record) {
        Object value = valueIn(record);
        if (value == null || value.toString().isEmpty()) {
            throw new IllegalArgumentException("%s: personal data of \"%s\", which is %s (expected: an id)"
                    .formatted(name, of, value == null ? "null" : "empty"));
        }
        return new Subject(kind, value.toString());
    }

    private @Nullable Object valueIn(Object record) {
        try {
            return id.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(name + ": \"" + of + "\" cannot be read: " + e, e);
        }
    }
}
