package dev.indelible.postgres;

/**
 * JSONB keeps the value of a number and writes all its digits: {@code 1e9999} comes back as ten thousand characters.
 * And it writes a space after each comma. JSON that could come back larger than it may be is therefore kept as it was
 * spelled too, and read from there.
 */
final class Spelling {
    private static final int EXPONENT_DIGITS_MAX = 1;

    private Spelling() {}

    /** Whether the JSON is larger than that, or a number in it has an exponent of more than one digit. */
    static boolean mustBeKept(byte[] json, int bytesMax) {
        if (json.length > bytesMax) {
            return true;
        }
        boolean inText = false;
        for (int i = 0; i < json.length; i++) {
            byte c = json[i];
            if (c == '"') {
                inText = !inText;
            } else if (inText) {
                i += c == '\\' ? 1 : 0;
            } else if ((c == 'e' || c == 'E') && digitsFrom(i + 1, json) > EXPONENT_DIGITS_MAX) {
                return true;
            }
        }
        return false;
    }

    private static int digitsFrom(int start, byte[] json) {
        int at = start < json.length && (json[start] == '+' || json[start] == '-') ? start + 1 : start;
        int end = at;
        while (end < json.length && json[end] >= '0' && json[end] <= '9') {
            end++;
        }
        return end - at;
    }
}
