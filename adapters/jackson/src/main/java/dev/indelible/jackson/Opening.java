package dev.indelible.jackson;

import dev.indelible.EventStoreException.Corrupted;
import dev.indelible.personal.DataKey;
import dev.indelible.personal.KeyRing;
import dev.indelible.personal.SealedValue;
import dev.indelible.personal.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Opens the sealed values of one JSON tree; each key is asked for once. For one thread. */
final class Opening {
    private final KeyRing keys;
    private final JsonMapper trees;
    private final Map<Named, Optional<DataKey>> found = new HashMap<>();

    private record Named(Subject subject, int generation) {}

    Opening(KeyRing keys, JsonMapper trees) {
        this.keys = keys;
        this.trees = trees;
    }

    /** The node, which is changed, or what was sealed in its place; null if the key of that was destroyed. */
    @Nullable
    JsonNode open(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object.has(SealedValue.SUBJECT) ? openSealed(object) : openMembers(object);
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode opened = open(array.get(i));
                array.set(i, opened == null ? trees.nullNode() : opened);
            }
        }
        return node;
    }

    private JsonNode openMembers(ObjectNode object) {
        for (String name : List.copyOf(object.propertyNames())) {
            JsonNode opened = open(object.get(name));
            if (opened == null) {
                object.remove(name);
            } else {
                object.set(name, opened);
            }
        }
        return object;
    }

    private @Nullable JsonNode openSealed(ObjectNode object) {
        SealedValue sealed = sealedValue(object);
        Optional<DataKey> key = found.computeIfAbsent(
                new Named(sealed.subject(), sealed.generation()),
                named -> keys.find(named.subject(), named.generation()));
        return key.isEmpty() ? null : open(trees.readTree(sealed.open(key.get())));
    }

    private static SealedValue sealedValue(ObjectNode object) {
        JsonNode subject = object.get(SealedValue.SUBJECT);
        JsonNode generation = object.get(SealedValue.GENERATION);
        JsonNode sealed = object.get(SealedValue.SEALED);
        try {
            if (generation == null || sealed == null) {
                throw new IllegalArgumentException("a member is missing");
            }
            return new SealedValue(Subject.of(subject.stringValue()), generation.intValue(), sealed.stringValue());
        } catch (RuntimeException e) {
            throw new Corrupted(
                    "sealed value of %s (expected: the members %s, %s and %s, as it was sealed)"
                            .formatted(subject, SealedValue.SUBJECT, SealedValue.GENERATION, SealedValue.SEALED),
                    e);
        }
    }
}
