package dev.indelible.jackson;

import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIdentityReference;
import com.fasterxml.jackson.annotation.JsonKey;
import com.fasterxml.jackson.annotation.JsonValue;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/** Annotations by which Jackson would write a record otherwise than component by component, and so past the sealing. */
final class Bypasses {
    private static final List<Class<? extends Annotation>> ALL = List.of(
            JsonSerialize.class, JsonValue.class, JsonKey.class, JsonIdentityInfo.class, JsonIdentityReference.class);

    private Bypasses() {}

    /** Throws {@link IllegalArgumentException} if one stands where a personal component may be reached. */
    static void refuse(Class<?> type) {
        if (PersonalTypes.in(type).areNowhere()) {
            return;
        }
        refuse(type, type.getName());
        Stream.concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getDeclaredFields()))
                .filter(member -> !isComponent(type, member.getName()))
                .forEach(member -> refuse(member, type.getName() + "." + member.getName()));
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                if (!PersonalTypes.in(component.getGenericType()).areNowhere()) {
                    places(type, component).forEach(place -> refuse(place, type.getName() + "." + component.getName()));
                }
            }
        }
    }

    private static boolean isComponent(Class<?> type, String name) {
        return type.isRecord()
                && Stream.of(type.getRecordComponents())
                        .anyMatch(component -> component.getName().equals(name));
    }

    /** Where an annotation of the component may have gone. */
    private static List<AnnotatedElement> places(Class<?> type, RecordComponent component) {
        List<AnnotatedElement> places = new ArrayList<>(List.of(component, component.getAccessor()));
        for (Field field : type.getDeclaredFields()) {
            if (field.getName().equals(component.getName())) {
                places.add(field);
            }
        }
        return places;
    }

    private static void refuse(AnnotatedElement place, String name) {
        Annotation found = bypass(place);
        if (found != null) {
            throw new IllegalArgumentException("%s: @%s, where personal components may be reached (expected: none, they"
                            .formatted(name, found.annotationType().getSimpleName())
                    + " would be written in clear)");
        }
    }

    private static @Nullable Annotation bypass(AnnotatedElement place) {
        for (Class<? extends Annotation> each : ALL) {
            Annotation found = place.getAnnotation(each);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
