package dev.indelible.jackson;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.introspect.AnnotatedMember;

/** Whether an event may be without a component. */
final class Components {
    private static final Set<Class<?>> OPTIONALS = Set.of(OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    private Components() {}

    /** Whether it is an {@code Optional}, or has an annotation called {@code Nullable} that is there at run time. */
    static boolean isOptional(BeanProperty property) {
        if (property.getType().isReferenceType()
                || OPTIONALS.contains(property.getType().getRawClass())) {
            return true;
        }
        AnnotatedMember member = property.getMember();
        return member != null
                && annotations(member.getMember()).stream()
                        .anyMatch(annotation ->
                                annotation.annotationType().getSimpleName().equals("Nullable"));
    }

    private static List<Annotation> annotations(Member member) {
        List<Annotation> annotations = new ArrayList<>();
        if (member instanceof Field field) {
            add(field, field.getAnnotatedType(), annotations);
        } else if (member instanceof Method method) {
            add(method, method.getAnnotatedReturnType(), annotations);
        }
        if (member.getDeclaringClass().isRecord()) {
            for (RecordComponent component : member.getDeclaringClass().getRecordComponents()) {
                if (component.getName().equals(member.getName())) {
                    add(component, component.getAnnotatedType(), annotations);
                    add(component.getAccessor(), component.getAccessor().getAnnotatedReturnType(), annotations);
                }
            }
        }
        return annotations;
    }

    private static void add(AnnotatedElement element, AnnotatedType type, List<Annotation> annotations) {
        annotations.addAll(Arrays.asList(element.getAnnotations()));
        annotations.addAll(Arrays.asList(type.getAnnotations()));
    }
}
