package dev.indelible.projection;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The text of a note: a line {@code name=value} for each field, in the order of their names. */
final class Fields {
    private final Map<String, String> values;

    private Fields(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    static Fields none() {
        return new Fields(new TreeMap<>());
    }

    static Fields of(String text) {
        Map<String, String> values = new TreeMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), unescaped(line.substring(equals + 1)));
            }
        });
        return new Fields(values);
    }

    String text(String name) {
        return values.getOrDefault(name, "");
    }

    long number(String name) {
        String value = text(name);
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }

    /** They with this one changed; an empty value or 0 is as good as none. */
    Fields with(String name, Object value) {
        Map<String, String> changed = new TreeMap<>(values);
        String text = String.valueOf(value);
        if (text.isEmpty() || text.equals("0")) {
            changed.remove(name);
        } else {
            changed.put(name, text);
        }
        return new Fields(changed);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) ->
                text.append(name).append('=').append(escaped(value)).append('\n'));
        return text.toString();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescaped(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                char escaped = value.charAt(++i);
                plain.append(escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
