package dev.indelible.jackson;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where values of a type may hold personal components: in which records for certain, and whether there are places whose
 * type does not say (an {@code Object}, an interface that is not sealed).
 */
final class PersonalTypes {
    private static final Set<String> VALUES = Set.of("java.math", "java.time", "java.net", "java.nio.file");

    private final Set<Type> visited = new HashSet<>();
    private final Set<Class<?>> records = new LinkedHashSet<>();
    private final Set<Class<?>> classes = new LinkedHashSet<>();
    private boolean open;

    private PersonalTypes() {}

    /**
     * What can be reached from values of the type.
     *
     * @throws IllegalArgumentException if a personal component is not as it must be
     */
    static PersonalTypes in(Type root) {
        PersonalTypes types = new PersonalTypes();
        types.visit(root);
        return types;
    }

    /** The records with personal components. */
    Set<Class<?>> records() {
        return records;
    }

    /** All that was met and is no plain value. */
    Set<Class<?>> classes() {
        return classes;
    }

    /** Whether a key of that class is written as a text in which nothing personal can be. */
    static boolean isPlainKey(Class<?> type) {
        if (type.equals(Object.class)) {
            return true; // Then it is asked again, with the class of each key.
        }
        if (isOfJava(type)) {
            return isPlain(type) && !type.equals(Optional.class);
        }
        return PersonalTypes.in(type).areNowhere();
    }

    /** Whether a value can be without any personal component for certain. */
    boolean areNowhere() {
        return records.isEmpty() && !open;
    }

    private void visit(Type type) {
        if (!visited.add(type)) {
            return;
        }
        switch (type) {
            case Class<?> plain -> visit(plain);
            case GenericArrayType array -> visit(array.getGenericComponentType());
            case ParameterizedType generic -> {
                visitAll(generic.getActualTypeArguments());
                if (generic.getRawType() instanceof Class<?> raw && !isOfJava(raw)) {
                    visit((Type) raw);
                }
            }
            case WildcardType wildcard -> visitAll(wildcard.getUpperBounds());
            case TypeVariable<?> variable -> visitAll(variable.getBounds());
            default -> open = true;
        }
    }

    private void visitAll(Type[] types) {
        for (Type type : types) {
            visit(type);
        }
    }

    private void visit(Class<?> type) {
        if (!isPlain(type) && !type.isArray()) {
            classes.add(type);
        }
        if (type.isArray()) {
            visit((Type) type.getComponentType());
        } else if (type.isRecord()) {
            if (!PersonalComponent.of(type).isEmpty()) {
                records.add(type);
            }
            for (RecordComponent component : type.getRecordComponents()) {
                visit(component.getGenericType());
            }
        } else if (type.isSealed() && !type.isEnum()) {
            visitAll(type.getPermittedSubclasses());
            open |= !type.isInterface();
        } else if (!isPlain(type)) {
            open = true;
        }
    }

    private static boolean isPlain(Class<?> type) {
        return type.isPrimitive()
                || type.isEnum()
                || (isOfJava(type) && Modifier.isFinal(type.getModifiers()))
                || VALUES.contains(type.getPackageName());
    }

    private static boolean isOfJava(Class<?> type) {
        return type.getName().startsWith("java.");
    }
}
