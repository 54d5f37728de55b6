package dev.indelible.schema;

import dev.indelible.EventSchema;
import dev.indelible.EventSchema.Field;
import dev.indelible.event.Json;
import dev.indelible.event.NewEvent;
import dev.indelible.event.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file of event schemas, by type and schema version: JSON in a stable order, a field on a line. */
final class SchemaFile {
    private static final String OPTIONAL = "optional ";
    private static final Pattern BYTE = Pattern.compile("at byte (\\d+)");

    private final Path file;
    private final byte[] bytes;

    private SchemaFile(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * The schemas in the file, each with a sample; none if there is no file.
     *
     * @throws IllegalArgumentException if it is not such a file, with the place
     * @throws UncheckedIOException if it cannot be read
     */
    static SortedMap<String, SortedMap<Integer, EventSchema>> read(Path file) {
        try {
            return new SchemaFile(file, Files.readAllBytes(file)).types();
        } catch (NoSuchFileException e) {
            return new TreeMap<>();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": it cannot be read: " + e, e);
        }
    }

    /** Writes the file anew, and its directory if there is none. */
    static void write(Path file, SortedMap<String, SortedMap<Integer, EventSchema>> types) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text(types));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": it cannot be written: " + e, e);
        }
    }

    private SortedMap<String, SortedMap<Integer, EventSchema>> types() {
        SortedMap<String, SortedMap<Integer, EventSchema>> types = new TreeMap<>();
        whole().forEach((type, json) -> {
            SortedMap<Integer, EventSchema> versions = new TreeMap<>();
            members(type, json).forEach((key, schema) -> {
                int version = version(type, key);
                versions.put(version, schema(type, version, schema));
            });
            types.put(type, versions);
        });
        return types;
    }

    private Map<String, byte[]> whole() {
        try {
            return Json.members("schemas", bytes);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            Matcher place = BYTE.matcher(message);
            String line = place.find() ? ", line " + line(Integer.parseInt(place.group(1))) : "";
            throw new IllegalArgumentException(file + line + ": " + message, e);
        }
    }

    private long line(int end) {
        return new String(bytes, 0, Math.min(end, bytes.length), StandardCharsets.ISO_8859_1)
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }

    private int version(String type, String key) {
        if (key.matches("[1-9][0-9]{0,8}")) {
            return Integer.parseInt(key);
        }
        throw wrong(type + "." + key, "\"" + key + "\" (expected: a schema version, 1 or more)", null);
    }

    private EventSchema schema(String type, int version, byte[] json) {
        String place = type + "." + version;
        Map<String, byte[]> members = members(place, json);
        if (!members.keySet().equals(Set.of("fields", "sample"))) {
            throw wrong(place, "members " + members.keySet() + " (expected: fields and sample)", null);
        }
        SortedMap<String, Field> fields = new TreeMap<>();
        members(place + ".fields", get(members, "fields"))
                .forEach((path, field) -> fields.put(path, field(place + ".fields." + path, field)));
        Payload sample = Payload.json(get(members, "sample"));
        try {
            NewEvent.of(type, sample);
        } catch (IllegalArgumentException e) {
            throw wrong(place, String.valueOf(e.getMessage()), e);
        }
        return new EventSchema(type, version, fields, Optional.of(sample));
    }

    private static byte[] get(Map<String, byte[]> members, String name) {
        byte[] value = members.get(name);
        return value == null ? new byte[0] : value;
    }

    private Field field(String place, byte[] json) {
        if (!(Json.parse(place, json) instanceof String text)
                || text.replace(OPTIONAL, "").isBlank()) {
            throw wrong(place, shown(json) + " (expected: a type, such as \"text\" or \"optional text\")", null);
        }
        return text.startsWith(OPTIONAL) ? new Field(text.substring(OPTIONAL.length()), true) : new Field(text, false);
    }

    private Map<String, byte[]> members(String place, byte[] json) {
        if (json.length == 0 || json[0] != '{') {
            throw wrong(place, shown(json) + " (expected: an object)", null);
        }
        return Json.members(place, json);
    }

    private static String shown(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }

    private IllegalArgumentException wrong(String place, String what, @Nullable Exception cause) {
        return new IllegalArgumentException(file + ", " + place + ": " + what, cause);
    }

    private static String text(SortedMap<String, SortedMap<Integer, EventSchema>> types) {
        StringBuilder out = new StringBuilder("{");
        types.forEach((type, versions) -> {
            name(2, type, out).append('{');
            versions.forEach((version, schema) -> {
                name(4, String.valueOf(version), out).append('{');
                name(6, "fields", out).append('{');
                schema.fields().forEach((path, field) -> Json.quote(field.toString(), name(8, path, out)));
                close(6, out);
                name(6, "sample", out).append(oneLine(schema.sample().orElse(Payload.EMPTY_OBJECT)));
                close(4, out);
            });
            close(2, out);
        });
        return close(0, out).append('\n').toString();
    }

    private static StringBuilder name(int indent, String name, StringBuilder out) {
        out.append(out.charAt(out.length() - 1) == '{' ? "\n" : ",\n").append(" ".repeat(indent));
        Json.quote(name, out);
        return out.append(": ");
    }

    private static StringBuilder close(int indent, StringBuilder out) {
        boolean isEmpty = out.charAt(out.length() - 1) == '{';
        return out.append(isEmpty ? "" : "\n" + " ".repeat(indent)).append('}');
    }

    /** Line ends in JSON stand between its parts only. */
    private static String oneLine(Payload json) {
        return json.text().replaceAll("\\s*\\R\\s*", " ");
    }
}
