package dev.indelible.cli;

import java.util.Optional;

/** A password in the environment. */
final class Secret {
    /** What Java makes of a byte that means nothing in the locale that it was started with. */
    private static final char UNREADABLE = '\ufffd';

    private Secret() {}

    /**
     * The value of that variable; none if it is not set, or empty.
     *
     * @throws IllegalArgumentException if it cannot be read: another password would be taken for it
     */
    static Optional<String> of(String variable) {
        String value = System.getenv(variable);
        if (value == null || value.isEmpty()) {
            return Optional.empty();
        } else if (value.indexOf(UNREADABLE) >= 0) {
            throw new IllegalArgumentException(
                    variable + ": has characters that this locale does not (expected: a locale of UTF-8, such as"
                            + " LC_ALL=C.UTF-8)");
        }
        return Optional.of(value);
    }
}
