package dev.indelible.schema;

import dev.indelible.Codec;
import dev.indelible.EventSchema;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import dev.indelible.event.Position;
import dev.indelible.event.RecordedEvent;
import dev.indelible.event.StreamName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds a codec's schemas against those that were stored. For one thread. */
final class SchemaCheck {
    private static final StreamName STREAM = StreamName.of("Sample-1");
    private static final String UNHEARD_OF = "indelible.unheard-of";
    private static final String HOLE = "it becomes ";

    private final Codec<?> codec;
    private final SortedMap<String, SortedMap<Integer, EventSchema>> stored;
    private final SortedMap<String, SortedMap<Integer, EventSchema>> current = new TreeMap<>();
    private final SortedMap<String, SortedMap<Integer, EventSchema>> updated = new TreeMap<>();
    private final List<SchemaReport.Fault> faults = new ArrayList<>();
    private final List<String> additions = new ArrayList<>();

    SchemaCheck(Codec<?> codec, List<NewEvent> samples, SortedMap<String, SortedMap<Integer, EventSchema>> stored) {
        this.codec = codec;
        this.stored = stored;
        codec.schemas().forEach(schema -> put(current, schema));
        if (current.isEmpty()) {
            throw new IllegalArgumentException("codec: %s does not tell its schemas (expected: one that does)"
                    .formatted(codec.getClass().getName()));
        }
        stored.values().forEach(versions -> versions.values().forEach(schema -> put(updated, schema)));
        current.values().forEach(versions -> versions.values().forEach(schema -> compare(schema, samples)));
        stored.values().forEach(this::replay);
        probe();
    }

    SchemaReport report() {
        return new SchemaReport(faults, additions);
    }

    /** What is to be stored from now on. */
    SortedMap<String, SortedMap<Integer, EventSchema>> updated() {
        return updated;
    }

    private void compare(EventSchema is, List<NewEvent> samples) {
        EventSchema was = find(stored, is);
        if (was == null) {
            additions.add(name(is) + ": new");
            added(is, samples);
            return;
        }
        int newest = newest(is.type());
        String otherwise = is.schemaVersion() < newest
                ? "leave this shape, which is only read, as it was"
                : "record the new shape as schema version %d, with an upcaster from %d"
                        .formatted(newest + 1, is.schemaVersion());
        FieldChanges changes = new FieldChanges(was, is, otherwise);
        faults.addAll(changes.faults());
        additions.addAll(changes.additions());
        put(updated, new EventSchema(is.type(), is.schemaVersion(), is.fields(), was.sample()));
    }

    private void added(EventSchema is, List<NewEvent> samples) {
        Optional<Payload> given = samples.stream()
                .filter(event -> event.type().equals(is.type()) && event.schemaVersion() == is.schemaVersion())
                .map(NewEvent::data)
                .findFirst();
        Optional<Payload> sample = given.or(is::sample);
        if (sample.isEmpty()) {
            fault(is, "no sample of it could be made", "give one by sample(…)");
            return;
        }
        put(updated, new EventSchema(is.type(), is.schemaVersion(), is.fields(), sample));
        String refusal = refusal(is, is.schemaVersion(), sample.get());
        if (refusal != null) {
            fault(
                    is,
                    (given.isEmpty() ? "the sample made for it, " : "the sample given for it, ") + sample.get()
                            + ", does not read back: " + refusal,
                    "give one that does by sample(…), or mend what keeps such events from being read");
        }
    }

    /** Where a version leads to one that is not read, it is not read either: only the last one is told then. */
    private void replay(SortedMap<Integer, EventSchema> versions) {
        boolean isCutOff = false;
        for (EventSchema was : versions.reversed().values()) {
            String refusal = refusal(was, was.schemaVersion(), was.sample().orElse(Payload.EMPTY_OBJECT));
            boolean isRead = find(current, was) != null;
            if (refusal != null && (isRead || !isCutOff)) {
                tell(was, refusal);
            }
            isCutOff |= refusal != null && !isRead;
        }
    }

    private void tell(EventSchema was, String refusal) {
        if (find(current, was) != null) {
            fault(
                    was,
                    "its sample does not read back any more: " + refusal,
                    "read such events as before, or record what is demanded now as a new schema version with an"
                            + " upcaster; if none like the sample was ever recorded, correct it in the file");
        } else if (!current.containsKey(was.type())) {
            fault(
                    was,
                    "the event type is gone: " + refusal,
                    "bring its record back, or give the codec an upcaster from %s: a rename, a split or a drop"
                            .formatted(name(was)));
        } else if (refusal.contains(": upcaster ") || refusal.startsWith(HOLE)) {
            fault(was, "it is not read any more: " + refusal, "correct the upcasters that lead on from it");
        } else {
            fault(
                    was,
                    "nothing reads it any more: " + refusal,
                    "give the codec an upcaster from %s, or a record for it; if it has one, correct where that leads"
                            .formatted(name(was)));
        }
    }

    /** A codec that passes over what it does not understand would hide what this check is for. */
    private void probe() {
        EventSchema known =
                current.values().iterator().next().values().iterator().next();
        if (refusal(new EventSchema(UNHEARD_OF, 1, new TreeMap<>(), known.sample()), 1, Payload.EMPTY_OBJECT) == null) {
            faults.add(new SchemaReport.Fault(
                    "codec",
                    "it passes over unknown types, so one that is gone is not seen",
                    "check one that refuses"));
        }
        Payload sample = Optional.ofNullable(find(updated, known))
                .flatMap(EventSchema::sample)
                .orElse(Payload.EMPTY_OBJECT);
        boolean isRead = refusal(known, known.schemaVersion(), sample) == null;
        if (isRead && refusal(known, Integer.MAX_VALUE, sample) == null) {
            faults.add(new SchemaReport.Fault(
                    "codec",
                    "it does not refuse schema versions that are newer than all it knows, so one that is gone is not"
                            + " seen",
                    "check one that refuses"));
        }
    }

    /** Why the codec does not read the data; null if it does. */
    private @Nullable String refusal(EventSchema kind, int schemaVersion, Payload data) {
        NewEvent event = new NewEvent(
                NewEvent.idOf(kind.type()), kind.type(), schemaVersion, data, Payload.EMPTY_OBJECT, List.of());
        try {
            RecordedEvent recorded = RecordedEvent.of(event, STREAM, 1, Position.of(1), Instant.EPOCH);
            return find(current, kind) == null ? hole(codec, recorded) : decode(codec, recorded);
        } catch (RuntimeException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage().replaceAll("\\s*\\R\\s*", " ");
        }
    }

    private static @Nullable String decode(Codec<?> codec, RecordedEvent recorded) {
        codec.decode(recorded);
        return null;
    }

    /** A required field that an upcaster has given no value; a record may take null for it, and nobody would see it. */
    private <E> @Nullable String hole(Codec<E> reader, RecordedEvent recorded) {
        for (E event : reader.decode(recorded)) {
            NewEvent today = reader.encode(event);
            EventSchema schema =
                    current.getOrDefault(today.type(), new TreeMap<>()).get(today.schemaVersion());
            if (schema != null && Json.parse("data", today.data().toBytes()) instanceof Map<?, ?> members) {
                for (Map.Entry<String, EventSchema.Field> field :
                        schema.fields().entrySet()) {
                    if (!field.getValue().optional() && isMissing(members, field.getKey())) {
                        return HOLE + name(schema) + " without " + field.getKey();
                    }
                }
            }
        }
        return null;
    }

    /** What lies in a list, in a map, or in something that is missing itself, is not missing. */
    private static boolean isMissing(Map<?, ?> members, String path) {
        int dot = path.indexOf('.');
        Object value = members.get(dot < 0 ? path : path.substring(0, dot));
        if (dot >= 0) {
            return value instanceof Map<?, ?> inner && isMissing(inner, path.substring(dot + 1));
        }
        return !path.endsWith("]") && !path.endsWith("}") && (value == null || value.equals(Json.NULL));
    }

    private void fault(EventSchema schema, String reason, String remedy) {
        faults.add(new SchemaReport.Fault(name(schema), reason, remedy));
    }

    private int newest(String type) {
        SortedMap<Integer, EventSchema> versions = current.get(type);
        return versions == null ? 1 : versions.lastKey();
    }

    private static String name(EventSchema schema) {
        return FieldChanges.name(schema.type(), schema.schemaVersion());
    }

    private static @Nullable EventSchema find(
            SortedMap<String, SortedMap<Integer, EventSchema>> types, EventSchema schema) {
        return types.getOrDefault(schema.type(), new TreeMap<>()).get(schema.schemaVersion());
    }

    private static void put(SortedMap<String, SortedMap<Integer, EventSchema>> types, EventSchema schema) {
        types.computeIfAbsent(schema.type(), type -> new TreeMap<>()).put(schema.schemaVersion(), schema);
    }
}
