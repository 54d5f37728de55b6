package dev.indelible.jackson;

import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.SealedValue;
import dev.indelible.personal.Subject;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.BeanPropertyWriter;

/** Writes a personal component of a record: sealed, wherever the record stands; null as it is. */
final class SealingWriter extends BeanPropertyWriter {
    private static final long serialVersionUID = 1;
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final transient PersonalComponent component;

    SealingWriter(BeanPropertyWriter plain, PersonalComponent component) {
        super(plain);
        this.component = component;
    }

    private SealingWriter(SealingWriter original, PropertyName name) {
        super(original, name);
        this.component = original.component;
    }

    /** What one value was sealed with: the key of each subject is asked for once. */
    static final class Sealing {
        private final KeyRing ring;
        private final Map<Subject, DataKey> keys = new LinkedHashMap<>();
        private int values;
        private @Nullable RuntimeException failure;

        Sealing(KeyRing ring) {
            this.ring = ring;
        }

        /** Whose data was sealed. */
        Set<Subject> subjects() {
            return keys.keySet();
        }

        /** How many values were sealed, but for those in others. */
        int values() {
            return values;
        }

        /** What the key ring threw; Jackson wraps what passes through it. */
        @Nullable
        RuntimeException failure() {
            return failure;
        }

        private DataKey keyOf(Subject subject) {
            try {
                return keys.computeIfAbsent(subject, ring::keyOf);
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
    }

    @Override
    protected BeanPropertyWriter _new(PropertyName newName) {
        return new SealingWriter(this, newName);
    }

    @Override
    public void serializeAsProperty(Object record, JsonGenerator out, SerializationContext context) throws Exception {
        byte[] clear = clear(record, context);
        if (Arrays.equals(clear, NULL)) {
            super.serializeAsProperty(record, out, context);
        } else {
            SealedValue value = seal(record, clear, context);
            out.writeName(getSerializedName());
            write(value, out);
        }
    }

    @Override
    public void serializeAsElement(Object record, JsonGenerator out, SerializationContext context) throws Exception {
        byte[] clear = clear(record, context);
        if (Arrays.equals(clear, NULL)) {
            super.serializeAsElement(record, out, context);
        } else {
            write(seal(record, clear, context), out);
        }
    }

    /** The component's JSON. Personal components within it are sealed in turn. */
    private byte[] clear(Object record, SerializationContext context) throws Exception {
        if (get(record) == null) {
            return NULL;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Sealing sealing = (Sealing) context.getAttribute(Sealing.class);
        int before = sealing == null ? 0 : sealing.values;
        try (JsonGenerator out = context.tokenStreamFactory().createGenerator(context, bytes, JsonEncoding.UTF8)) {
            super.serializeAsElement(record, out, context);
        }
        byte[] clear = bytes.toByteArray();
        if (sealing != null) {
            Marks.require(sealing.values - before, clear);
            sealing.values = before;
        }
        return clear;
    }

    private SealedValue seal(Object record, byte[] clear, SerializationContext context) {
        Sealing sealing = (Sealing) context.getAttribute(Sealing.class);
        if (sealing == null) {
            throw new IllegalArgumentException(
                    component.name() + ": personal, but the codec has no key ring (expected: one, by personal(…))");
        }
        Subject subject = component.subjectIn(record);
        sealing.values++;
        return SealedValue.seal(subject, sealing.keyOf(subject), clear);
    }

    private static void write(SealedValue value, JsonGenerator out) {
        out.writeStartObject();
        out.writeStringProperty(SealedValue.SUBJECT, value.subject().toString());
        out.writeNumberProperty(SealedValue.GENERATION, value.generation());
        out.writeStringProperty(SealedValue.SEALED, value.sealed());
        out.writeEndObject();
    }
}
