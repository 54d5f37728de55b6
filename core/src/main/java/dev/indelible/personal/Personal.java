package dev.indelible.personal;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component of a record that is somebody's personal data: a codec with a {@link KeyRing} records it sealed, and it is
 * absent (null, or an empty {@code Optional}) for ever once that person's key was destroyed.
 *
 * <pre>{@code record Placed(String customer, @Personal(of = "customer") String name, int total) {}}</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Personal {
    /**
     * The component of the same record whose value says whose data it is: a text, a whole number or a UUID. It is
     * recorded as it stands and as a tag, so it should mean nothing by itself.
     */
    String of();

    /** What kind of subject that is, for all events alike; by default what {@link #of} says. */
    String kind() default "";
}
