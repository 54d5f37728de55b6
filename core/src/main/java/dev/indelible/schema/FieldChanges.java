package dev.indelible.schema;

import dev.indelible.EventSchema;
import dev.indelible.EventSchema.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What has changed between two shapes of one event type and schema version. For one thread. */
final class FieldChanges {
    private final EventSchema was;
    private final EventSchema is;
    private final String otherwise;
    private final List<SchemaReport.Fault> faults = new ArrayList<>();
    private final List<String> additions = new ArrayList<>();
    private final Set<String> told = new HashSet<>();

    /**
     * Compares them.
     *
     * @param otherwise the remedy if the recorded shape cannot stay as it is
     */
    FieldChanges(EventSchema was, EventSchema is, String otherwise) {
        this.was = was;
        this.is = is;
        this.otherwise = otherwise;
        compareKept();
        SortedMap<String, Field> removed = only(was, is);
        SortedMap<String, Field> added = only(is, was);
        pairContainers(removed, added);
        pairRenamed(removed, added);
        removed.forEach((path, field) -> fault(path, "it is gone (was: " + field + ")", "keep it, or " + otherwise));
        added.forEach(this::added);
    }

    List<SchemaReport.Fault> faults() {
        return faults;
    }

    List<String> additions() {
        return additions;
    }

    /** How messages call a shape. */
    static String name(String type, int schemaVersion) {
        return type + ", schema version " + schemaVersion;
    }

    private void compareKept() {
        is.fields().forEach((path, now) -> {
            Field before = was.fields().get(path);
            if (before == null || before.equals(now) || isTold(path)) {
                return;
            }
            if (!FieldTypes.reads(now.type(), before.type())) {
                fault(path, FieldTypes.change(before.type(), now.type()), "take the type back, or " + otherwise);
            } else if (before.optional() && !now.optional()) {
                fault(
                        path,
                        "it was optional and is not any more, so events without it do not fit",
                        "leave it optional, or " + otherwise);
            } else {
                additions.add(place(path) + ": " + before + " → " + now);
            }
        });
    }

    /** The topmost fields that one shape has and the other has not, except below what was told already. */
    private SortedMap<String, Field> only(EventSchema one, EventSchema other) {
        SortedMap<String, Field> only = new TreeMap<>();
        one.fields().forEach((path, field) -> {
            if (isOnlyIn(one, other, path) && !isTold(path)) {
                Optional<String> above = parent(path);
                while (above.isPresent() && !isOnlyIn(one, other, above.get())) {
                    above = parent(above.get());
                }
                if (above.isEmpty()) {
                    only.put(path, field);
                }
            }
        });
        return only;
    }

    private static boolean isOnlyIn(EventSchema one, EventSchema other, String path) {
        return one.fields().containsKey(path) && !other.fields().containsKey(path);
    }

    /** One value that became a list, or the other way round. */
    private void pairContainers(SortedMap<String, Field> removed, SortedMap<String, Field> added) {
        new TreeMap<>(removed)
                .forEach((before, old) -> new TreeMap<>(added).forEach((now, young) -> {
                    if (removed.containsKey(before) && bare(before).equals(bare(now))) {
                        removed.remove(before);
                        added.remove(now);
                        fault(
                                bare(now),
                                FieldTypes.change(container(before, old), container(now, young)),
                                "take the type back, or " + otherwise);
                    }
                }));
    }

    /** One that is gone and one that is new, of the same type in the same place: most likely another name for it. */
    private void pairRenamed(SortedMap<String, Field> removed, SortedMap<String, Field> added) {
        for (String before : List.copyOf(removed.keySet())) {
            List<String> alike = alike(was, before, is, added.keySet());
            if (alike.size() == 1
                    && alike(is, alike.get(0), was, removed.keySet()).size() == 1) {
                String now = alike.get(0);
                fault(
                        before,
                        "it is gone, and " + now + " of the same type is new: it was renamed, it seems",
                        "keep the name that is recorded, or " + otherwise);
                removed.remove(before);
                added.remove(now);
            }
        }
    }

    private void added(String path, Field field) {
        if (field.optional()) {
            additions.add(place(path) + ": new, " + field);
        } else {
            fault(
                    path,
                    "it is new and required (" + field + "), so events without it do not fit",
                    "make it optional (Optional or @Nullable), or " + otherwise);
        }
    }

    private void fault(String path, String reason, String remedy) {
        told.add(path);
        faults.add(new SchemaReport.Fault(place(path), reason, remedy));
    }

    private String place(String path) {
        return name(is.type(), is.schemaVersion()) + ", field " + path;
    }

    /** Whether a field above it was found fault with, which says all that there is to say. */
    private boolean isTold(String path) {
        for (Optional<String> above = parent(path); above.isPresent(); above = parent(above.get())) {
            if (told.contains(above.get()) || told.contains(bare(above.get()))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> alike(EventSchema one, String path, EventSchema other, Set<String> candidates) {
        return candidates.stream()
                .filter(candidate -> parent(candidate).equals(parent(path))
                        && shape(other, candidate).equals(shape(one, path)))
                .toList();
    }

    /** The field's type with all that is below it, without its name. */
    private static Set<String> shape(EventSchema schema, String path) {
        Set<String> shape = new TreeSet<>();
        schema.fields().forEach((other, field) -> {
            if (other.equals(path)) {
                shape.add(other.substring(bare(path).length()) + " " + field.type());
            } else if (other.startsWith(path + ".") || other.startsWith(path + "(")) {
                shape.add(other.substring(bare(path).length()) + " " + field);
            }
        });
        return shape;
    }

    /** The path of what the field is part of. */
    private static Optional<String> parent(String path) {
        int end = path.endsWith(")") ? path.lastIndexOf('(') : path.lastIndexOf('.');
        return end <= 0 ? Optional.empty() : Optional.of(path.substring(0, end));
    }

    /** The path without the brackets at its end. */
    private static String bare(String path) {
        String bare = path;
        while (bare.endsWith("[]") || bare.endsWith("{}")) {
            bare = bare.substring(0, bare.length() - 2);
        }
        return bare;
    }

    /** The type of a field together with the brackets at the end of its path. */
    private static String container(String path, Field field) {
        String type = field.type();
        for (String rest = path.substring(bare(path).length()); !rest.isEmpty(); rest = rest.substring(2)) {
            type = (rest.startsWith("[]") ? "list of " : "map of ") + type;
        }
        return type;
    }
}
