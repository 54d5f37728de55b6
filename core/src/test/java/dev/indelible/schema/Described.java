package dev.indelible.schema;

import dev.indelible.Codec;
import dev.indelible.EventSchema;
import dev.indelible.EventSchema.Field;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A codec that is what it says it is: shapes in words, and it reads what has one of them. */
final class Described implements Codec<String> {
    private final List<EventSchema> schemas = new ArrayList<>();

    /** With fields written {@code path: type} or {@code path: optional type}. */
    Described with(String type, int schemaVersion, String... fields) {
        TreeMap<String, Field> byPath = new TreeMap<>();
        for (String field : fields) {
            String[] parts = field.split(": ", 2);
            boolean optional = parts[1].startsWith("optional ");
            byPath.put(parts[0], new Field(parts[1].substring(optional ? 9 : 0), optional));
        }
        schemas.add(new EventSchema(type, schemaVersion, byPath, Optional.of(Payload.EMPTY_OBJECT)));
        return this;
    }

    @Override
    public List<EventSchema> schemas() {
        return schemas;
    }

    @Override
    public NewEvent encode(String data) {
        return NewEvent.json(schemas.get(0).type(), data);
    }

    @Override
    public List<String> decode(RecordedEvent event) {
        if (schemas.stream()
                .noneMatch(schema ->
                        schema.type().equals(event.type()) && schema.schemaVersion() == event.schemaVersion())) {
            throw new IllegalArgumentException("not understood");
        }
        return List.of(event.data().text());
    }
}
