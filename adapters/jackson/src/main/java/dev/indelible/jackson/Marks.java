package dev.indelible.jackson;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.indelible.personal.SealedValue;

/** Finds in JSON text whether it holds sealed values, without parsing it. */
final class Marks {
    private static final byte[] MARK = ("\"" + SealedValue.SUBJECT + "\"").getBytes(UTF_8);

    private Marks() {}

    /** Throws {@link IllegalArgumentException} if something else looks like a sealed value: reading would open it. */
    static void require(int sealedValues, byte[] json) {
        if (in(json) != sealedValues) {
            throw new IllegalArgumentException("a member \"" + SealedValue.SUBJECT
                    + "\", by which sealed values are known (expected: another name)");
        }
    }

    /** How many members have the name by which a sealed value is known. */
    static int in(byte[] json) {
        int marks = 0;
        for (int i = 0; i <= json.length - MARK.length; i++) {
            if (json[i] == '"' && json[i + 1] == '$' && isMark(json, i)) {
                marks++;
                i += MARK.length - 1;
            }
        }
        return marks;
    }

    private static boolean isMark(byte[] json, int from) {
        for (int i = 2; i < MARK.length; i++) {
            if (json[from + i] != MARK[i]) {
                return false;
            }
        }
        int next = from + MARK.length;
        while (next < json.length && Character.isWhitespace(json[next])) {
            next++;
        }
        return next < json.length && json[next] == ':';
    }
}
