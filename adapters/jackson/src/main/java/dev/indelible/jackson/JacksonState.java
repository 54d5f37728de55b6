package dev.indelible.jackson;

import dev.indelible.decider.StateCodec;
import dev.indelible.event.Payload;
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
    private final JsonMapper mapper;

    private JacksonState(JavaType type, JsonMapper mapper) {
        this.type = type;
        this.mapper = mapper;
    }

    /** States of that class, by {@link JacksonCodec#standardMapper}. */
    public static <S> JacksonState<S> of(Class<S> type) {
        JsonMapper mapper = JacksonCodec.standardMapper();
        return new JacksonState<>(mapper.constructType(type), mapper);
    }

    /** States of a generic type, for example {@code new TypeReference<Set<String>>() {}}, by a mapper of yours. */
    public static <S> JacksonState<S> of(TypeReference<S> type, JsonMapper mapper) {
        return new JacksonState<>(mapper.constructType(type.getType()), mapper);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it cannot be written as JSON
     */
    @Override
    public Payload encode(S state) {
        try {
            return Payload.json(mapper.writerFor(type).writeValueAsBytes(state));
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
        S state;
        try {
            state = mapper.readValue(payload.toBytes(), type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("state: does not fit " + type.toCanonical() + JsonPath.where(e), e);
        }
        if (state == null) {
            throw new IllegalArgumentException("state: null (expected: JSON of " + type.toCanonical() + ")");
        }
        return state;
    }
}
