package dev.indelible.event;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) as strictly as the strictest engine stores it: UTF-8 and surrogates must be well-formed, a name
 * stands once in an object, no {@code \u0000}, bounded depth and numbers. Checking allocates next to nothing. Public
 * for those who speak the wire format; applications use a codec.
 */
public final class Json {
    /** Deepest nesting of arrays and objects. */
    public static final int DEPTH_MAX = 500;

    /** Longest number, in characters. */
    public static final int NUMBER_CHARS_MAX = 1_000;

    /** Greatest exponent, without sign: an engine with decimal numbers must be able to hold the value. */
    public static final int EXPONENT_MAX = 9_999;

    private static final int NAMES_COMPARED_MAX = 16;

    /** JSON's null; a Java null is never part of a value. */
    public static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private final String what;
    private final byte[] in;
    private final boolean build;
    private int at;
    private int depth;

    private Json(String what, byte[] in, boolean build) {
        this.what = what;
        this.in = in;
        this.build = build;
    }

    /**
     * Throws {@link IllegalArgumentException} unless the bytes are one JSON value.
     *
     * @param what how the message calls the text, for example {@code data}
     */
    public static void check(String what, byte[] utf8) {
        new Json(what, utf8, false).document();
    }

    /** The value: Map, List, String, BigDecimal, Boolean or {@link #NULL}; throws as {@link #check}. */
    public static Object parse(String what, byte[] utf8) {
        return new Json(what, utf8, true).document();
    }

    /** The members of an object, each as its own JSON text, in their order; throws as {@link #check}. */
    public static Map<String, byte[]> members(String what, byte[] utf8) {
        Json json = new Json(what, utf8, false);
        Map<String, byte[]> members = new LinkedHashMap<>();
        json.space();
        json.object(members);
        json.end();
        return members;
    }

    /** The elements of an array, each as its own JSON text, in their order; throws as {@link #check}. */
    public static List<byte[]> elements(String what, byte[] utf8) {
        Json json = new Json(what, utf8, false);
        List<byte[]> elements = new ArrayList<>();
        json.space();
        json.array(elements);
        json.end();
        return elements;
    }

    /** Whether two parsed values are the same; numbers by their value. */
    public static boolean equal(Object a, Object b) {
        if (a instanceof BigDecimal x && b instanceof BigDecimal y) {
            return x.compareTo(y) == 0;
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            if (x.size() != y.size()) {
                return false;
            }
            for (int i = 0; i < x.size(); i++) {
                if (!equal(x.get(i), y.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            if (!x.keySet().equals(y.keySet())) {
                return false;
            }
            for (Map.Entry<?, ?> entry : x.entrySet()) {
                Object other = y.get(entry.getKey());
                if (other == null || !equal(entry.getValue(), other)) {
                    return false;
                }
            }
            return true;
        }
        return a.equals(b);
    }

    /** Appends the text as a JSON string, with its quotes. */
    public static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private Object document() {
        space();
        Object value = value();
        end();
        return value;
    }

    private void end() {
        space();
        if (at < in.length) {
            throw fault("something after the value");
        }
    }

    private Object value() {
        if (at == in.length) {
            throw fault("the value is missing");
        }
        return switch (in[at]) {
            case '{' -> object(null);
            case '[' -> array(null);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", NULL);
            default -> number();
        };
    }

    private Object word(String word, Object value) {
        for (int i = 0; i < word.length(); i++) {
            if (at == in.length || in[at] != word.charAt(i)) {
                throw fault("expected " + word);
            }
            at++;
        }
        return value;
    }

    private Object array(@Nullable List<byte[]> raw) {
        enter('[');
        List<Object> values = build ? new ArrayList<>() : List.of();
        space();
        if (!skip(']')) {
            do {
                space();
                int from = at;
                Object value = value();
                if (raw != null) {
                    raw.add(Arrays.copyOfRange(in, from, at));
                }
                if (build) {
                    values.add(value);
                }
                space();
            } while (skip(','));
            expect(']');
        }
        depth--;
        return values;
    }

    private Object object(@Nullable Map<String, byte[]> raw) {
        enter('{');
        Map<String, Object> members = build ? new LinkedHashMap<>() : Map.of();
        SeenNames seen = new SeenNames();
        space();
        if (!skip('}')) {
            do {
                space();
                int from = at;
                string();
                seen.add(from, at);
                int nameEnd = at;
                space();
                expect(':');
                space();
                int valueFrom = at;
                Object value = value();
                if (raw != null) {
                    raw.put(text(from, nameEnd), Arrays.copyOfRange(in, valueFrom, at));
                }
                if (build) {
                    members.put(text(from, nameEnd), value);
                }
                space();
            } while (skip(','));
            expect('}');
        }
        depth--;
        return members;
    }

    private void enter(char bracket) {
        expect(bracket);
        if (++depth > DEPTH_MAX) {
            throw fault("nested deeper than " + DEPTH_MAX);
        }
    }

    private String string() {
        int from = at;
        expect('"');
        while (true) {
            if (at == in.length) {
                throw fault("the string does not end");
            }
            int b = in[at];
            if (b == '"') {
                at++;
                return build ? text(from, at) : "";
            } else if (b == '\\') {
                escape();
            } else if (b >= 0x20) {
                at++;
            } else if (b >= 0) {
                throw fault("control character in a string");
            } else {
                multiByte(b & 0xff);
            }
        }
    }

    private void escape() {
        int from = at++;
        switch (peek()) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at++;
            case 'u' -> {
                int unit = hex(from);
                if (unit == 0) {
                    at = from;
                    throw fault("\\u0000, which not every engine can hold");
                }
                if (unit >= 0xd800 && unit < 0xe000) {
                    int next = unit < 0xdc00 && peek() == '\\' ? hex(at) : 0;
                    if (next < 0xdc00 || next >= 0xe000) {
                        at = from;
                        throw fault("unpaired surrogate");
                    }
                }
            }
            default -> throw fault("unknown escape");
        }
    }

    /** Reads the unit of the escape that begins at the given backslash and moves behind it. */
    private int hex(int backslash) {
        if (backslash + 6 > in.length || in[backslash + 1] != 'u') {
            throw fault("expected \\u and four hexadecimal digits");
        }
        int unit = 0;
        for (int i = backslash + 2; i < backslash + 6; i++) {
            int digit = in[i] < 0 ? -1 : Character.digit(in[i], 16);
            if (digit < 0) {
                throw fault("expected four hexadecimal digits");
            }
            unit = unit << 4 | digit;
        }
        at = backslash + 6;
        return unit;
    }

    private void multiByte(int first) {
        int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || at + more >= in.length) {
            throw fault("not UTF-8");
        }
        int point = first & (0x3f >> more);
        for (int i = 1; i <= more; i++) {
            int b = in[at + i] & 0xff;
            if ((b & 0xc0) != 0x80) {
                throw fault("not UTF-8");
            }
            point = point << 6 | (b & 0x3f);
        }
        boolean overlong = more == 2 ? point < 0x800 : more == 3 && point < 0x10000;
        if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
            throw fault("not UTF-8");
        }
        at += more + 1;
    }

    private Object number() {
        int from = at;
        skip('-');
        if (!skip('0')) {
            digits();
        }
        if (skip('.')) {
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (!skip('-')) {
                skip('+');
            }
            int exponentFrom = at;
            digits();
            String exponent = new String(in, exponentFrom, at - exponentFrom, StandardCharsets.ISO_8859_1);
            if (exponent.length() > 9 || Integer.parseInt(exponent) > EXPONENT_MAX) {
                throw fault("exponent greater than " + EXPONENT_MAX);
            }
        }
        if (at - from > NUMBER_CHARS_MAX) {
            throw fault("number of " + (at - from) + " characters (limit: " + NUMBER_CHARS_MAX + ")");
        }
        return build ? new BigDecimal(new String(in, from, at - from, StandardCharsets.ISO_8859_1)) : NULL;
    }

    private void digits() {
        int from = at;
        while (at < in.length && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw fault(peek() < 0 ? "it ends too early" : "unexpected character");
        }
    }

    private void space() {
        while (at < in.length && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
            at++;
        }
    }

    private int peek() {
        return at < in.length ? in[at] & 0xff : -1;
    }

    private boolean skip(char c) {
        if (at < in.length && in[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!skip(c)) {
            throw fault("expected '" + c + "'");
        }
    }

    private IllegalArgumentException fault(String reason) {
        return new IllegalArgumentException(
                "%s: invalid JSON at byte %d: %s".formatted(what, Math.min(at, in.length), reason));
    }

    /** The text of the string literal, quotes included, that was checked before. */
    private String text(int from, int to) {
        boolean escaped = false;
        for (int i = from + 1; i < to - 1 && !escaped; i++) {
            escaped = in[i] == '\\';
        }
        String raw = new String(in, from + 1, to - from - 2, StandardCharsets.UTF_8);
        return escaped ? unescape(raw) : raw;
    }

    private static String unescape(String raw) {
        StringBuilder out = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char kind = raw.charAt(++i);
            switch (kind) {
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    out.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
                    i += 4;
                }
                default -> out.append(kind);
            }
        }
        return out.toString();
    }

    /** The names of one object: compared one by one while they are few, in a set when they are many. */
    private final class SeenNames {
        private int[] spans = new int[8];
        private int count;
        private boolean escaped;
        private @Nullable Set<String> set;

        void add(int from, int to) {
            if (set == null && count == NAMES_COMPARED_MAX) {
                set = new HashSet<>();
                for (int i = 0; i < count; i++) {
                    set.add(text(spans[2 * i], spans[2 * i + 1]));
                }
            }
            boolean repeated = set == null ? compared(from, to) : !set.add(text(from, to));
            if (repeated) {
                at = from;
                throw fault("the name " + text(from, to) + " stands twice");
            }
            if (set == null) {
                if (spans.length == 2 * count) {
                    spans = Arrays.copyOf(spans, spans.length * 2);
                }
                spans[2 * count] = from;
                spans[2 * count + 1] = to;
                count++;
            }
        }

        private boolean compared(int from, int to) {
            for (int i = 0; i < count; i++) {
                int otherFrom = spans[2 * i];
                int otherTo = spans[2 * i + 1];
                if (Arrays.equals(in, from, to, in, otherFrom, otherTo)) {
                    return true;
                }
            }
            escaped |= hasEscape(from, to);
            return escaped && comparedAsText(text(from, to));
        }

        private boolean comparedAsText(String name) {
            for (int i = 0; i < count; i++) {
                if (text(spans[2 * i], spans[2 * i + 1]).equals(name)) {
                    return true;
                }
            }
            return false;
        }

        private boolean hasEscape(int from, int to) {
            for (int i = from; i < to; i++) {
                if (in[i] == '\\') {
                    return true;
                }
            }
            return false;
        }
    }
}
