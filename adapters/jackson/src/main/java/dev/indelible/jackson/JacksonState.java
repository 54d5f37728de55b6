package dev.indelible.jackson;

import dev.indelible.decider.StateCodec;
import dev.indelible.event.Payload;
import dev.indelible.personal.KeyRing;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps a decider's state as JSON: a record, an enum, a sealed interface with Jackson's annotations, a collection of
 * these.
 *
 * @param <S> state
 */
public final class JacksonState<S> implements StateCodec<S> {
    private final JavaType type;
    private final PersonalFields personal;

    private JacksonState(JavaType type, JsonMapper mapper, @Nullable KeyRing keys) {
        this.type = type;
        this.personal = PersonalFields.of(mapper, keys, List.of(type.getRawClass()));
    }

    /**
     * States of that class, by {@link JacksonCodec#standardMapper}.
     *
     * @throws IllegalArgumentException if it has personal components: give it a key ring
     */
    public static <S> JacksonState<S> of(Class<S> type) {
        JsonMapper mapper = JacksonCodec.standardMapper();
        return new JacksonState<>(mapper.constructType(type), mapper, null);
    }

    /**
     * States of that class, whose components that are {@link dev.indelible.personal.Personal} are sealed by their
     * subjects' keys. Once one was shredded, its components are missing in a state that is decoded, and a state that
     * still
     * has them cannot be encoded.
     */
    public static <S> JacksonState<S> of(Class<S> type, KeyRing keys) {
        JsonMapper mapper = JacksonCodec.standardMapper();
        return new JacksonState<>(mapper.constructType(type), mapper, keys);
    }

    /** States of a generic type, for example {@code new TypeReference<Set<String>>() {}}, by a mapper of yours. */
    public static <S> JacksonState<S> of(TypeReference<S> type, JsonMapper mapper) {
        return new JacksonState<>(mapper.constructType(type.getType()), mapper, null);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it cannot be written as JSON
     * @throws dev.indelible.personal.SubjectShredded if it has personal data of a subject that was shredded
     */
    @Override
    public Payload encode(S state) {
        try {
            return Payload.json(personal.write(state, type).json());
        } catch (JacksonException e) {
            throw new IllegalArgumentException("state: cannot be written as JSON" + JsonPath.where(e), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it does not fit
     */
    @Override
    public S decode(Payload payload) {
        Object state;
        try {
            state = personal.read(payload.toBytes(), type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("state: does not fit " + type.toCanonical() + JsonPath.where(e), e);
        }
        if (state == null) {
            throw new IllegalArgumentException("state: null (expected: JSON of " + type.toCanonical() + ")");
        }
        return cast(state);
    }

    @SuppressWarnings("unchecked") // Jackson made it for that type
    private S cast(Object state) {
        return (S) state;
    }
}
