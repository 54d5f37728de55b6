package dev.indelible.event;

import java.nio.charset.StandardCharsets;

/** What every name (stream, event type, category, tag) must be. */
final class Names {
    /** Longest name, in bytes of UTF-8. */
    static final int BYTES_MAX = 255;

    private Names() {}

    /** Returns the name, or throws {@link IllegalArgumentException} that says which name and why. */
    static String check(String what, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(what + ": \"\" (expected: 1 to " + BYTES_MAX + " bytes of UTF-8)");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 0x20 && c < 0x7f) {
                continue;
            }
            if (Character.isISOControl(c)) {
                throw new IllegalArgumentException(
                        "%s: control character U+%04X at %d (expected: none)".formatted(what, (int) c, i));
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == name.length()
                        || !Character.isLowSurrogate(name.charAt(i + 1))) {
                    throw new IllegalArgumentException("%s: unpaired surrogate U+%04X at %d (expected: valid Unicode)"
                            .formatted(what, (int) c, i));
                }
                i++;
            }
        }
        if (name.length() > BYTES_MAX / 3) {
            int bytes = name.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > BYTES_MAX) {
                throw new IllegalArgumentException("%s: %d bytes, \"%s…\" (limit: %d bytes of UTF-8)"
                        .formatted(what, bytes, name.substring(0, 32), BYTES_MAX));
            }
        }
        return name;
    }
}
